import type { Terminal } from '../command/terminal.ts'
import type { Target } from './target.ts'
import { targets } from './targets/index.ts'

const HEADINGS: { readonly [Kind in Target['kind']]: string } = {
  platform: 'Platforms',
  cloud: 'Clouds',
  mesh: 'Meshes and registries',
  proxy: 'Proxies',
  monitoring: 'Monitoring',
}

/** What can be generated, by kind, each with the choices that it has. */
export async function listTargets(terminal: Pick<Terminal, 'style'>): Promise<string> {
  const all = await Promise.all(Object.values(targets).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  const sections = Object.entries(HEADINGS).flatMap(([kind, heading]) => {
    const lines = all.filter((target) => target.kind === kind).map((target) => line(target, width, terminal))
    return lines.length === 0 ? [] : [`${terminal.style('bold', heading)}\n${lines.join('')}`]
  })
  return `${sections.join('\n')}\nhale generate TARGET prints one; --out DIR writes its files.\n`
}

function line(
  { name, summary, forms = [], asks = [], choosesProbe, takesInstances, takesCaFile, takesSidecar }: Target,
  width: number,
  terminal: Pick<Terminal, 'style'>,
): string {
  const choices = [
    ...(forms.length > 1 ? [`--form ${forms.join('|')}`] : []),
    ...(asks.length > 1 ? [`--ask ${asks.join('|')}`] : []),
    ...(choosesProbe ? ['--probe liveness|readiness|startup'] : []),
    ...(takesInstances ? ['--instance HOST:PORT'] : []),
    ...(takesCaFile ? ['--trusted-ca FILE'] : []),
    ...(takesSidecar ? ['--sidecar [IMAGE]'] : []),
  ]
  const told =
    choices.length === 0 ? '' : `${' '.repeat(width + 4)}${terminal.style('dim', choices.join('  '))}\n`
  return `  ${terminal.style('cyan', name.padEnd(width))}  ${summary}\n${told}`
}

// @ts-check
import { inProject, projectRoot } from '../project.mjs'
import { runNode } from '../run-program.mjs'
import { verdict } from './verdict.mjs'

/**
 * Formatting and lint, by biome.json of the root.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function style(root = projectRoot) {
  const biome = inProject('node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const { code, output } = await runNode(
    biome,
    ['check', '--colors=off', '--error-on-warnings', '--reporter=concise', '--max-diagnostics=none', '.'],
    { cwd: root },
  )
  const checked = Number(output.match(/Checked (\d+) files?/)?.[1] ?? 0)
  if (code === 0) return verdict(checked, 'files', [])
  const problems = [...output.matchAll(/^[×!] (\S+: .*)$/gm)].map(([, problem = '']) =>
    problem.replace('format: Formatter would have printed the following content:', 'not formatted'),
  )
  // What biome says of itself, such as a fault in its configuration, has no file.
  if (problems.length === 0) problems.push(output.trim())
  return verdict(checked, 'files', [...problems, 'Much of this mends itself: npm run format'])
}

// @ts-check
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'

const hale = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const bare = ['-e', '0']

/** @type {import('../report/table.mjs').Table} */
export const cliStart = {
  name: 'cli-start',
  title: 'Start of the command line',
  about: `How long \`hale\` takes to start, say what it was asked for and end, over \`node -e 0\` in the same
round. Verbs load what does their work only when they run, so their help shows what a start costs; the last rows read
a definition, hale.yaml, and do their work.`,
  async measure(context) {
    const rounds = context.quick ? 3 : 25
    const folder = withDefinition()
    const lines = [['--version'], ['--help'], ...verbs().map((verb) => [verb, '--help']), ...onDefinition]
    /** @type {number[][]} */
    const over = lines.map(() => [])
    for (let round = 0; round < rounds; round += 1) {
      if (round % 5 === 0) context.progress(`round ${round + 1} of ${rounds}`)
      for (const [index, line] of lines.entries()) {
        const base = timeOf(bare)
        over[index]?.push(timeOf([hale, ...line], folder) - base)
      }
    }
    rmSync(folder, { recursive: true })
    return {
      columns: ['command', 'ms over `node -e 0`', 'range'],
      rows: lines.map((line, index) => {
        const own = over[index] ?? []
        return [
          `\`hale ${line.join(' ')}\``,
          median(own).toFixed(0),
          `${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)}`,
        ]
      }),
      goals: lines.map((line, index) =>
        goal(`start of hale ${line.join(' ')}`, median(over[index] ?? []), { atMost: 150, unit: ' ms' }),
      ),
    }
  },
}

/** Those that the built command lists. */
function verbs() {
  const { stdout } = spawnSync(process.execPath, [hale, '--help'], { encoding: 'utf8' })
  const [, list = ''] = /Verbs:\n((?: .*\n)+)/.exec(stdout) ?? []
  const found = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb = '']) => verb)
  if (found.length < 3) throw new Error(`${hale} lists no verbs: npm run build`)
  return found.filter((verb) => verb !== 'help')
}

const onDefinition = [
  ['serve', '--check-config'],
  ['generate', 'kubernetes', '-d', 'hale.yaml'],
  ['doctor', '-d', 'hale.yaml', 'deployment.yaml'],
]

/** A folder with a definition of a usual size, and what `generate` makes of it. */
function withDefinition() {
  const folder = mkdtempSync(join(tmpdir(), 'hale-cli-start-'))
  const text = `service: { name: orders, version: "1.2.3" }
checks:
  payments: { type: http, url: "https://payments.internal/health", critical: false, timeoutMs: 400 }
  store: { type: tcp, host: store.internal, port: 5432 }
  disk: { type: disk, path: / }
groups: { outside: { members: [payments], visibility: status } }
serve: { metrics: true, grpc: { port: 9401 }, haproxyAgent: { port: 9402 }, offLoop: { port: 9403 } }
deploy: { image: "registry.example/orders:1.2.3", replicas: 2 }
`
  writeFileSync(join(folder, 'hale.yaml'), text)
  const { stdout } = spawnSync(process.execPath, [hale, 'generate', 'kubernetes', '-d', 'hale.yaml'], {
    cwd: folder,
  })
  writeFileSync(join(folder, 'deployment.yaml'), stdout)
  return folder
}

/**
 * @param {readonly string[]} line
 * @param {string} [cwd]
 */
function timeOf(line, cwd) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, line, { stdio: 'ignore', cwd })
  if (status !== 0) throw new Error(`node ${line.join(' ')} ended with ${status}`)
  return performance.now() - began
}

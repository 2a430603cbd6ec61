// @ts-check
import { spawnSync } from 'node:child_process'
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
round. Verbs load what does their work only when they run, so their help shows what a start costs.`,
  async measure(context) {
    const rounds = context.quick ? 3 : 25
    const lines = [['--version'], ['--help'], ...verbs().map((verb) => [verb, '--help'])]
    /** @type {number[][]} */
    const over = lines.map(() => [])
    for (let round = 0; round < rounds; round += 1) {
      if (round % 5 === 0) context.progress(`round ${round + 1} of ${rounds}`)
      for (const [index, line] of lines.entries()) {
        const base = timeOf(bare)
        over[index]?.push(timeOf([hale, ...line]) - base)
      }
    }
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

/** @param {readonly string[]} line */
function timeOf(line) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, line, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${line.join(' ')} ended with ${status}`)
  return performance.now() - began
}

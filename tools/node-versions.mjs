// @ts-check
import { networkMend } from './install.mjs'
import { runNpm, runProgram } from './run-program.mjs'
import { StepError } from './steps.mjs'

/** The other versions of Node.js that checks must keep their contract on; the oldest runs all tests. */
export const otherNodeVersions = [22, 24]

/**
 * Vitest's arguments for the contracts of checks: of all, or of those among the files wanted.
 *
 * @param {readonly string[]} wanted
 */
export function contractTests(wanted) {
  return [
    ...(wanted.length > 0 ? wanted : ['packages/hale/src/checks']),
    '-t',
    'keeps the contract of checks',
  ]
}

const MOST_LINES = 5

/**
 * Where the newest of a version of Node.js is that this machine has; when it has none, npm fetches it (130 MB), and
 * keeps it in its cache. Needs no network once it is there.
 *
 * @param {number} version
 * @returns {Promise<string>} the program's path
 */
export async function nodeOfVersion(version) {
  if (process.version.startsWith(`v${version}.`)) return process.execPath
  // Its package has a script of its own that fetches the program: an npm that ignores scripts has to be told.
  const scripts = '--ignore-scripts=false'
  // By default it goes on for more than a minute where there is no network.
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000']
  const fetched = ['exec', '--yes', scripts, ...patience, `--package=node@${version}`]
  const { code, output } = await runNpm([...fetched, '--', 'node', '--print', 'process.execPath'])
  // Warnings of npm may stand before and after it.
  const path = output.match(/^\s*(\S.*[\\/]node(?:\.exe)?)\s*$/m)?.[1]
  if (code !== 0 || path === undefined) {
    const said = (output.match(/^npm error .*$/gm) ?? [output.trim()]).slice(0, MOST_LINES).join('\n')
    const mend = networkMend(output) ?? 'Mend: see above, then try again.'
    throw new StepError(`Node.js ${version} could not be had from npm:\n\n${said}\n\n${mend}`)
  }
  // npm may have run another one, such as that of PATH.
  const found = (await runProgram(path, ['--version'])).output.trim()
  if (found.startsWith(`v${version}.`)) return path
  throw new StepError(`npm was asked for Node.js ${version} and ran ${found}.`)
}

// @ts-check
import { runProgram } from './run-program.mjs'
import { StepError } from './steps.mjs'

/** The other versions of Node.js that checks must keep their contract on; the oldest runs all tests. */
export const otherNodeVersions = [22, 24]

/** What the tests of a check's contract are called, of all tests of checks. */
export const contractTests = ['packages/hale/src/checks', '-t', 'keeps the contract of checks']

/**
 * Where a version of Node.js is: npm brings it, and keeps it in its cache.
 *
 * @param {number} version
 */
export async function nodeOfVersion(version) {
  const { code, output } = await runProgram('npx', ['--yes', `node@${version}`, '-p', 'process.execPath'], {
    shell: process.platform === 'win32',
  })
  const path = output.trim().split('\n').at(-1) ?? ''
  if (code === 0 && path !== '') return path
  throw new StepError(`Node.js ${version} could not be had from npm:\n\n${output.trim()}`)
}

// @ts-check
import './required-node.mjs'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { contractTests, nodeOfVersion, otherNodeVersions } from './node-versions.mjs'
import { inProject } from './project.mjs'
import { runProgram } from './run-program.mjs'
import { numberedSteps, runTool, seconds } from './steps.mjs'

// `npm test`                 install, build, every gate but the slow ones, all tests
// `npm test -- filter…`      build and the tests whose files match; vitest's own flags may follow
// `npm test -- --full`       as CI=true: also the slow gates and coverage, and no test may be skipped
// `npm test -- --every-node` also the contract of checks on other versions of Node.js
const given = process.argv.slice(2)
const own = ['--full', '--every-node']
const filter = given.filter((argument) => !own.includes(argument))
const others = given.includes('--every-node') ? otherNodeVersions : []
const full = given.includes('--full') || (process.env.CI === 'true' && filter.length === 0)

const begun = performance.now()
await runTool(async () => {
  const narrow = filter.length > 0
  const { step, announce } = numberedSteps((narrow ? 3 : 4) + 2 * others.length)
  await step(
    'installing',
    () => install('all'),
    (did) => (did ? '' : 'already there'),
  )
  /** @type {Map<number, string>} */
  const nodes = new Map()
  // Before all that takes minutes: without a network it fails here.
  for (const version of others) {
    await step(`getting Node.js ${version}`, async () => nodes.set(version, await nodeOfVersion(version)))
  }
  await step('building', () => build())
  /** @type {string[]} */
  const failed = []
  if (!narrow) {
    announce('passing the gates')
    // Only now: the gates import what has just been installed.
    const { GATES, runGates } = await import('./gates.mjs')
    const failedGates = await runGates(GATES.filter(({ fullOnly }) => full || !fullOnly))
    failed.push(...failedGates.map((name) => `gate ${name}`))
  }
  announce('testing')
  const { passed, counts } = await runTests(filter, { full })
  if (!passed) failed.push('tests')
  for (const [version, node] of nodes) {
    announce(`keeping the contract of checks on Node.js ${version}`)
    const other = await runTests(contractTests(filter), { node, full: false })
    if (!other.passed || other.counts.passed === 0) failed.push(`checks on Node.js ${version}`)
    counts.passed += other.counts.passed
    counts.failed += other.counts.failed
  }
  const mode = full ? 'full' : narrow ? 'filtered' : 'quick'
  const verdict = failed.length === 0 ? 'everything passed' : `failed: ${failed.join(', ')}`
  console.log(`\n${verdict} (${mode} run, ${seconds(performance.now() - begun)})`)
  if (failed.length > 0) process.exitCode = 1
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
})

/**
 * @param {readonly string[]} wanted
 * @param {{ readonly full: boolean, readonly node?: string }} options
 */
async function runTests(wanted, { full, node = process.execPath }) {
  const directory = mkdtempSync(join(tmpdir(), 'hale-test-'))
  const file = join(directory, 'counts.json')
  try {
    const vitest = inProject('node_modules', 'vitest', 'vitest.mjs')
    const { code } = await runProgram(node, [vitest, 'run', ...wanted], {
      inherit: true,
      env: { ...process.env, HALE_TEST_COUNTS: file, HALE_FULL: full ? '1' : '0' },
    })
    return { passed: code === 0, counts: readCounts(file) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * @param {string} file what the counts reporter wrote, if vitest came so far
 * @returns {import('./vitest/counts-reporter.mjs').Counts}
 */
function readCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }
}

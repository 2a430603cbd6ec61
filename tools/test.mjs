// @ts-check
import './required-node.mjs'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { inProject } from './project.mjs'
import { runNode } from './run-program.mjs'
import { numberedSteps, runTool, seconds } from './steps.mjs'

// `npm test`                 install, build, every gate but the slow ones, all tests
// `npm test -- filter…`      build and the tests whose files match; vitest's own flags may follow
// `npm test -- --full`       as CI=true: also the slow gates and coverage, and no test may be skipped
const given = process.argv.slice(2)
const filter = given.filter((argument) => argument !== '--full')
const full = given.includes('--full') || (process.env.CI === 'true' && filter.length === 0)

const begun = performance.now()
await runTool(async () => {
  const narrow = filter.length > 0
  const { step, announce } = numberedSteps(narrow ? 3 : 4)
  await step(
    'installing',
    () => install('all'),
    (did) => (did ? '' : 'already there'),
  )
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
  const { passed, counts } = await runTests(filter)
  if (!passed) failed.push('tests')
  const mode = full ? 'full' : narrow ? 'filtered' : 'quick'
  const verdict = failed.length === 0 ? 'everything passed' : `failed: ${failed.join(', ')}`
  console.log(`\n${verdict} (${mode} run, ${seconds(performance.now() - begun)})`)
  if (failed.length > 0) process.exitCode = 1
  console.log(counts)
})

/**
 * @param {readonly string[]} wanted
 * @returns {Promise<{ passed: boolean, counts: string }>}
 */
async function runTests(wanted) {
  const directory = mkdtempSync(join(tmpdir(), 'hale-test-'))
  const file = join(directory, 'counts.json')
  try {
    const { code } = await runNode(inProject('node_modules', 'vitest', 'vitest.mjs'), ['run', ...wanted], {
      inherit: true,
      env: { ...process.env, HALE_TEST_COUNTS: file, HALE_FULL: full ? '1' : '0' },
    })
    return { passed: code === 0, counts: readCounts(file) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @param {string} file what the counts reporter wrote, if vitest came so far */
function readCounts(file) {
  /** @type {import('./vitest/counts-reporter.mjs').Counts} */
  let counts = { passed: 0, failed: 0, skipped: 0 }
  if (existsSync(file)) counts = JSON.parse(readFileSync(file, 'utf8'))
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
}

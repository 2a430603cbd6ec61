// @ts-check
import './required-node.mjs'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { inProject } from './project.mjs'
import { runNode, runNpm } from './run-program.mjs'
import { numberedSteps, runTool, StepError } from './steps.mjs'

const marker = inProject('bench', 'node_modules', '.hale-installed')

/** The bench compares hale with others, which are dependencies of the bench alone: it has a lock file of its own. */
async function installBench() {
  const lock = createHash('sha256')
    .update(readFileSync(inProject('bench', 'package-lock.json')))
    .digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return false
  rmSync(marker, { force: true })
  const { code, output } = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: inProject('bench'),
  })
  if (code !== 0) throw new StepError(`npm ci in bench/ failed:\n\n${output.trim()}`)
  writeFileSync(marker, lock)
  return true
}

await runTool(async () => {
  const { step, announce } = numberedSteps(4)
  const already = (/** @type {boolean} */ did) => (did ? '' : 'already there')
  await step('installing', () => install('all'), already)
  await step('building', () => build(['packages/hale', 'packages/cli']))
  await step('installing the bench', installBench, already)
  announce('measuring')
  const { code } = await runNode(inProject('bench', 'run.mjs'), process.argv.slice(2), {
    cwd: inProject('bench'),
    inherit: true,
  })
  process.exitCode = code
})

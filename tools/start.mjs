// @ts-check
import './required-node.mjs'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { inProject } from './project.mjs'
import { numberedSteps, runTool } from './steps.mjs'

await runTool(async () => {
  const { step, announce } = numberedSteps(3)
  await step(
    'installing',
    () => install('example'),
    (did) => (did ? '' : 'already there'),
  )
  await step('building', () => build(['examples/service']))
  announce('starting')
  // In this process rather than in a child of its own: signals, the exit code and the terminal then belong to the
  // service without anybody forwarding them, and a drain is not cut short by a parent that leaves first.
  stopWithParent()
  await import(pathToFileURL(inProject('examples', 'service', 'dist', 'main.js')).href)
})

/**
 * `npm start` runs this through a shell, which dies of a SIGTERM to npm without handing it on: the service would live
 * on and keep its port. A parent that is gone is told by its number.
 */
function stopWithParent() {
  if (process.env.npm_lifecycle_event !== 'start') return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}

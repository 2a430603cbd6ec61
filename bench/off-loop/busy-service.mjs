// @ts-check
// A service that is probed on its loop and off it, and works or blocks when it is told to.
import { setTimeout as delay } from 'node:timers/promises'
import { check, createHealth } from 'hale'
import { serveHealth } from 'hale/node'
import { serveOffLoop } from 'hale/off-loop'
import { answerRunner } from '../workload/runner-line.mjs'

/** @typedef {{ readonly busyMs: number, readonly idleMs: number, readonly forMs: number }} Work slices, and how long */

const health = createHealth({ checks: { database: check(() => delay(2)) } })
const options = { port: 0, host: '127.0.0.1' }
const onLoop = await serveHealth(health, options)
// Longer than it is blocked here: the subject is who answers, not what.
const offLoop = await serveOffLoop(health, { ...options, blockedAfterMs: 60_000 })

answerRunner(
  { onLoop: portOf(onLoop), offLoop: portOf(offLoop) },
  /** @param {Work} work */ (work) => {
    setTimeout(carryOut, 10, work)
    return 'begins'
  },
)

/** @param {Work} work */
async function carryOut({ busyMs, idleMs, forMs }) {
  const until = performance.now() + forMs
  while (performance.now() < until) {
    const slice = performance.now() + busyMs
    while (performance.now() < slice);
    await delay(idleMs)
  }
}

/** @param {{ readonly url: string }} server */
function portOf({ url }) {
  return Number(new URL(url).port)
}

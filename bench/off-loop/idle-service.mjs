// @ts-check
// A service that does nothing but run its checks, with or without a thread that answers probes.
import { check, createHealth, up } from 'hale'
import { answerRunner } from '../workload/runner-line.mjs'

/** @typedef {{ readonly offLoop: boolean, readonly checks: number }} Scenario */

/** @type {Scenario} */
const { offLoop, checks } = JSON.parse(process.argv[2] ?? '{}')

const health = createHealth({
  checks: Object.fromEntries(
    Array.from({ length: checks }, (_, index) => [
      `check${index}`,
      check(() => up('well', { index }), { intervalMs: 1000 }),
    ]),
  ),
})
const before = process.memoryUsage().rss
const began = performance.now()
const url = offLoop ? await startThread() : ''

answerRunner(
  { url, startMs: performance.now() - began, bytes: process.memoryUsage().rss - before },
  () => 'nothing to ask',
)

async function startThread() {
  // Its import is a part of what it costs to start.
  const { serveOffLoop } = await import('hale/off-loop')
  return (await serveOffLoop(health, { port: 0, host: '127.0.0.1' })).url
}

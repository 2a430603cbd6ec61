import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { check } from './check.ts'
import { createHealth } from './create-health.ts'
import { deadline } from './deadline.ts'

test('calls back when it is due', async () => {
  const clock = fakeClock()
  const due = vi.fn()
  deadline(clock, 500, due)
  await clock.advance(499)
  expect(due).not.toHaveBeenCalled()
  await clock.advance(1)
  expect(due).toHaveBeenCalledOnce()
  expect(clock.pending).toBe(0)
})

test('a late timer gives what has arrived one turn first, and may be cancelled by it', async () => {
  const clock = fakeClock()
  let blockedFor = 0
  const blocked = { ...clock, now: () => clock.now() + blockedFor }
  const [due, cancelled] = [vi.fn(), vi.fn()]
  deadline(blocked, 500, due)
  const cancel = deadline(blocked, 500, cancelled)
  blockedFor = 300
  await clock.advance(500)
  expect(due).not.toHaveBeenCalled()
  cancel()
  await clock.advance(1)
  expect(due).toHaveBeenCalledOnce()
  expect(cancelled).not.toHaveBeenCalled()
})

test('an answer that arrived while the loop was blocked is no timeout', async () => {
  const elsewhere = new Worker(
    `const server = require('node:http').createServer((_, response) => setTimeout(() => response.end(), 50))
     server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port))`,
    { eval: true },
  )
  const port = await new Promise<number>((resolve) => elsewhere.once('message', resolve))
  const ask = check(async ({ signal }) => void (await fetch(`http://127.0.0.1:${port}`, { signal })), {
    timeoutMs: 200,
  })
  const health = createHealth({ checks: { other: ask }, budgetMs: 300 })
  // A connection is open before the loop is blocked, as it would be in a service that has been running.
  await health.readiness()
  const answer = health.check('other').run()
  await new Promise((resolve) => setTimeout(resolve, 10))
  // Blocked from here on, the loop comes to its timers before it comes to its sockets.
  await new Promise((resolve) => setImmediate(resolve))
  const until = performance.now() + 600
  while (performance.now() < until);
  expect((await answer).status).toBe('UP')
  await health.dispose()
  await elsewhere.terminate()
})

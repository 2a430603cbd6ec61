import { setImmediate } from 'node:timers/promises'
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

const timeoutMs = 200

/** Of a server in a thread of its own, by the number of the question: asked, may answer, has answered. */
const [ASKED, MAY_ANSWER, ANSWERED] = [0, 1, 2] as const

const server = `
  const { parentPort, workerData: marks } = require('node:worker_threads')
  const mark = (index, number) => { Atomics.store(marks, index, number); Atomics.notify(marks, index) }
  require('node:http').createServer(({ url }, response) => {
    const number = Number(url.slice(1))
    mark(${ASKED}, number)
    while (marks[${MAY_ANSWER}] < number) Atomics.wait(marks, ${MAY_ANSWER}, marks[${MAY_ANSWER}], 10)
    response.end(() => mark(${ANSWERED}, number))
  }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`

test('an answer that arrived while the loop was blocked is no timeout', async () => {
  const marks = new Int32Array(new SharedArrayBuffer(12))
  const elsewhere = new Worker(server, { eval: true, workerData: marks })
  const port = await new Promise<number>((resolve) => elsewhere.once('message', resolve))
  let number = 0
  const ask = check(
    async ({ signal }) => void (await fetch(`http://127.0.0.1:${port}/${number}`, { signal })),
    {
      timeoutMs,
      maxAgeMs: { up: 0, down: 0 },
    },
  )
  const health = createHealth({ checks: { other: ask } })

  /** Asks, and blocks the loop until the answer is there and was due; undefined where that came too late. */
  const blocked = async () => {
    number += 1
    const begun = performance.now()
    const answer = health.check('other').run()
    while (marks[ASKED] !== number && performance.now() - begun < timeoutMs) await setImmediate()
    // From here on the loop comes to its timers before it comes to its sockets.
    const inTime = performance.now() - begun < timeoutMs / 2
    Atomics.store(marks, MAY_ANSWER, number)
    while (inTime && marks[ANSWERED] !== number) Atomics.wait(marks, ANSWERED, marks[ANSWERED] ?? 0, 10)
    while (inTime && performance.now() - begun < timeoutMs + 100);
    const report = await answer
    return inTime ? report : undefined
  }
  // A machine that is too busy to ask in time shows nothing: then it is asked again.
  let report = await blocked()
  while (report === undefined && number < 20) report = await blocked()
  expect(report?.status).toBe('UP')
  await health.dispose()
  await elsewhere.terminate()
})

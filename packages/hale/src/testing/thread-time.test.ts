import { expect, test } from 'vitest'
import { queuedMs, threadTime } from './thread-time.ts'

test('time in which the thread computes or waits counts, but not more than has passed', async () => {
  const [startedAt, from] = [performance.now(), threadTime()]
  while (threadTime() - from < 20);
  const computedMs = threadTime() - from
  expect(computedMs).toBeLessThanOrEqual(performance.now() - startedAt)
  // Timers count from the beginning of a turn.
  await new Promise(setImmediate)
  const waitedFrom = threadTime()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(threadTime() - waitedFrom).toBeGreaterThan(20)
})

test.runIf(process.platform === 'linux')(
  'what the thread has waited for a processor is told, and grows',
  () => {
    const before = queuedMs()
    expect(before).toBeGreaterThan(0)
    expect(queuedMs()).toBeGreaterThanOrEqual(before)
  },
)

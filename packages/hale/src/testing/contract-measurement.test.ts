import { expect, test } from 'vitest'
import { Doubtful, measured } from './contract-measurement.ts'

const slackMs = 100

/** Does work that always fails, while this thread waits that long for a processor each time. Returns how often. */
async function repeated(failure: Error, queuedMs: (at: number) => number): Promise<number> {
  let times = 0
  const work = async () => {
    times++
    throw failure
  }
  await expect(measured(work, slackMs, () => queuedMs(times))).rejects.toBe(failure)
  return times
}

test('what is doubtful counts for the third time, whatever else is wrong at once', async () => {
  const late = new Doubtful({ message: 'late' })
  expect(await repeated(late, () => 0)).toBe(3)
  expect(await repeated(new Error('wrong'), (times) => times * 1_000)).toBe(1)
})

test('but not while this thread waits for a processor longer than the slack, unless it always does', async () => {
  const late = new Doubtful({ message: 'late' })
  expect(await repeated(late, (times) => Math.min(times, 2) * (slackMs + 1))).toBe(5)
  expect(await repeated(late, (times) => times * slackMs)).toBe(3)
  expect(await repeated(late, (times) => times * (slackMs + 1))).toBe(8)
})

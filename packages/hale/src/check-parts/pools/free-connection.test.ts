import { expect, test } from 'vitest'
import { hasFreeConnection } from './free-connection.ts'

const context = (timeoutMs: number, now: () => number) => ({
  signal: new AbortController().signal,
  timeoutMs,
  now,
})

/** How often a pool is looked at that has no free connection. */
async function looks(timeoutMs: number, now: () => number): Promise<number> {
  let looked = 0
  const isFree = (): boolean => {
    looked++
    return false
  }
  expect(await hasFreeConnection(isFree, context(timeoutMs, now))).toBe(false)
  return looked
}

test('waits for half of the time, and no longer when the loop is busy', async () => {
  expect(await looks(200, () => 0)).toBe(6)
  let at = 0
  const busy = () => {
    at += 60
    return at
  }
  expect(await looks(200, busy)).toBe(3)
})

test('looks once more after a loop that was busy for all of the time', async () => {
  let looked = 0
  let at = 0
  const now = () => {
    at += 1_000
    return at
  }
  expect(await hasFreeConnection(() => looked++ > 0, context(200, now))).toBe(true)
})

test('gives up with the run', async () => {
  const controller = new AbortController()
  const waiting = hasFreeConnection(() => false, {
    ...context(60_000, () => 0),
    signal: controller.signal,
  })
  controller.abort(new Error('over'))
  await expect(waiting).rejects.toThrow('over')
})

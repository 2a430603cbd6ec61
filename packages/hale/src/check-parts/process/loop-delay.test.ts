import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LoopDelayWatch, sampleEveryMs } from './loop-delay.ts'

let now = 0
beforeEach(() => {
  now = 0
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** The next tick comes so much later than it is due. */
function tick(lateMs = 0): void {
  now += sampleEveryMs + lateMs
  vi.advanceTimersByTime(sampleEveryMs)
}

function ticks(count: number, lateMs = 0): void {
  for (let index = 0; index < count; index++) tick(lateMs)
}

test('a loop that is on time', () => {
  const watch = new LoopDelayWatch(10_000)
  ticks(300)
  expect([watch.read(), watch.count]).toEqual([{ p99Ms: 0, maxMs: 0 }, 200])
})

test('one block among hundreds of ticks counts with all who would have waited', () => {
  const watch = new LoopDelayWatch(10_000)
  ticks(160)
  tick(1000)
  // 161 ticks and 20 that are filled in, of which one in a hundred is two.
  expect([watch.read(), watch.count]).toEqual([{ p99Ms: 950, maxMs: 1000 }, 181])
})

test('a pause too short to count is not blown up', () => {
  const watch = new LoopDelayWatch(10_000)
  ticks(190)
  tick(40)
  ticks(10)
  expect(watch.read()).toEqual({ p99Ms: 0, maxMs: 40 })
})

test('steady lateness is its own p99', () => {
  const watch = new LoopDelayWatch(10_000)
  ticks(200, 30)
  expect(watch.read()).toEqual({ p99Ms: 30, maxMs: 30 })
})

test('sees the block that is not yet over for the timer, once', () => {
  const watch = new LoopDelayWatch(1000)
  ticks(5)
  now += sampleEveryMs + 200
  expect(watch.read().maxMs).toBe(200)
  const { count } = watch
  watch.read()
  expect(watch.count).toBe(count)
})

test('a machine that slept fills its window and no more', () => {
  const watch = new LoopDelayWatch(1000)
  ticks(50)
  tick(3_600_000)
  expect(watch.count).toBe(20)
  ticks(20)
  expect(watch.read()).toEqual({ p99Ms: 0, maxMs: 0 })
})

test('stops', () => {
  const watch = new LoopDelayWatch(1000)
  ticks(3)
  watch.stop()
  ticks(3)
  expect(watch.count).toBe(3)
  expect(vi.getTimerCount()).toBe(0)
})

import { expect, test } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { BeatWatch } from './beat-watch.ts'

test('calls for each time to live that passes without a beat', async () => {
  const clock = fakeClock()
  const missed: number[] = []
  const watch = new BeatWatch(clock, 100, () => missed.push(clock.now()))
  await clock.advance(60)
  watch.beat()
  await clock.advance(99)
  expect(missed).toEqual([])
  await clock.advance(1)
  expect(missed).toEqual([160])
  await clock.advance(100)
  expect(missed).toEqual([160, 260])
  watch.stop()
  expect(clock.pending).toBe(0)
})

test('holds one timer however often it is beaten', async () => {
  const clock = fakeClock()
  const watch = new BeatWatch(clock, 100, () => {})
  for (let beat = 0; beat < 1000; beat++) watch.beat()
  expect(clock.pending).toBe(1)
})

import { expect, test } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { repeat } from './schedule.ts'

test('ticks soon and then at a fixed interval until it is ended', async () => {
  const clock = fakeClock()
  const ticks: number[] = []
  const end = repeat(clock, 100, () => ticks.push(clock.now()))
  await clock.advance(250)
  end()
  await clock.advance(1000)
  expect(ticks).toEqual([0, 100, 200])
  expect(clock.pending).toBe(0)
})

test('a tick that throws does not end it', async () => {
  const clock = fakeClock()
  let ticks = 0
  repeat(clock, 100, () => {
    ticks++
    throw new Error('tick')
  })
  await clock.advance(50).catch(() => {})
  await clock.advance(100).catch(() => {})
  expect(ticks).toBe(2)
})

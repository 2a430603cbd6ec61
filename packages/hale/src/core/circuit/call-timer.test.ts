import { expect, test } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { CallTimer } from './call-timer.ts'

function rig() {
  const clock = fakeClock()
  const timer = new CallTimer(clock, 100)
  const expired: string[] = []
  const add = (name: string) => timer.add(() => expired.push(`${name} ${clock.now()}`))
  return { clock, timer, expired, add }
}

test('each expires at its own time, with one timer for all', async () => {
  const { clock, expired, add } = rig()
  add('a')
  await clock.advance(30)
  add('b')
  add('c')
  expect(clock.pending).toBe(1)
  await clock.advance(70)
  expect(expired).toEqual(['a 100'])
  await clock.advance(30)
  expect(expired).toEqual(['a 100', 'b 130', 'c 130'])
  expect(clock.pending).toBe(0)
})

test('what was taken off does not expire, in whichever order', async () => {
  const orders = [[0], [1], [2], [0, 1], [1, 0], [1, 2], [2, 1], [0, 2], [2, 0], [1, 0, 2], [2, 1, 0]]
  for (const order of orders) {
    const { clock, expired, add } = rig()
    const removes = ['a', 'b', 'c'].map(add)
    for (const index of order) removes[index]?.()
    add('d')
    await clock.advance(100)
    const left = ['a', 'b', 'c'].filter((_, index) => !order.includes(index))
    expect(expired).toEqual([...left, 'd'].map((name) => `${name} 100`))
  }
})

test('one that expires may add the next', async () => {
  const { clock, timer, expired, add } = rig()
  timer.add(() => add('next'))
  await clock.advance(100)
  expect(clock.pending).toBe(1)
  await clock.advance(100)
  expect(expired).toEqual(['next 200'])
})

test('stopped, it leaves no timer once all have ended', async () => {
  const { clock, timer, expired, add } = rig()
  const remove = add('a')
  timer.stop()
  expect(clock.pending).toBe(1)
  remove()
  expect(clock.pending).toBe(0)
  add('b')
  await clock.advance(100)
  expect(expired).toEqual(['b 100'])
  expect(clock.pending).toBe(0)
})

import { expect, test } from 'vitest'
import { CallWindow } from './call-window.ts'

test.each([0, 123_456_700, -5000])(
  'counts what is in the window, from any origin of the clock (%i)',
  (origin) => {
    const window = new CallWindow(1000)
    window.failed(origin)
    window.good(origin + 450)
    window.failed(origin + 950)
    expect([window.calls, window.bad, window.badInARow]).toEqual([3, 2, 1])
    window.failed(origin + 1050)
    expect([window.calls, window.bad, window.badInARow]).toEqual([3, 2, 2])
    window.good(origin + 1500)
    expect([window.calls, window.bad, window.badInARow]).toEqual([3, 2, 0])
  },
)

test('has forgotten everything after a long rest, whichever bucket it was in', () => {
  for (let at = 0; at < 1000; at += 100) {
    for (const rest of [1000, 1300, 1900, 2000, 123_400]) {
      const window = new CallWindow(1000)
      window.failed(at)
      window.good(at + rest)
      expect([window.calls, window.bad]).toEqual([1, 0])
    }
  }
})

test('a new period begins empty', () => {
  const window = new CallWindow(1000)
  window.failed(0)
  window.reset()
  window.good(10)
  expect([window.calls, window.bad, window.badInARow]).toEqual([1, 0, 0])
})

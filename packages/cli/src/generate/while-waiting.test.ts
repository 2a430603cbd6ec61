import { afterEach, expect, test, vi } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { whileWaiting } from './while-waiting.ts'

afterEach(() => vi.useRealTimers())

test('tells what is waited for as long as it is, and no longer', async () => {
  vi.useFakeTimers()
  const terminal = fakeTerminal()
  const { promise, fail } = failing()
  const waited = whileWaiting('Asking', () => promise, terminal)
  await vi.advanceTimersByTimeAsync(1100)
  expect(terminal.shown).toEqual(['Asking', 'Asking', 'Asking'])
  fail(new Error('refused'))
  await expect(waited).rejects.toThrow('refused')
  expect(vi.getTimerCount()).toBe(0)
})

/** Node 20 has no `Promise.withResolvers`. */
function failing() {
  let fail: (error: Error) => void = () => {}
  const promise = new Promise<never>((_, reject) => {
    fail = reject
  })
  return { promise, fail }
}

import { expect, test, vi } from 'vitest'
import { ignoreRejection } from './ignore-rejection.ts'

test('a rejected promise is told of and is no unhandled rejection', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const told = vi.fn()
  ignoreRejection(Promise.reject(new Error('no')), told)
  ignoreRejection(Promise.reject(undefined))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(told).toHaveBeenCalledExactlyOnceWith(new Error('no'))
  expect(unhandled).not.toHaveBeenCalled()
})

test('anything else is left alone', () => {
  for (const value of [undefined, null, 7, {}, Promise.resolve()])
    expect(() => ignoreRejection(value)).not.toThrow()
})

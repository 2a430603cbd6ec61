import { expect } from 'vitest'

/** Makes an `expect` of what will be so within some milliseconds, looked at again and again. */
export function polling(options: { readonly timeout: number; readonly interval: number }) {
  return <T>(value: () => T | Promise<T>) => expect.poll(value, options)
}

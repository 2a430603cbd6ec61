import { vi } from 'vitest'

/** Asks until it holds. The second that `vi.waitFor` allows is too short where a machine is busy. */
export function eventually<T>(ask: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(ask, { timeout: 10_000 })
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Lease } from './lease.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function counted() {
  const seen = { begun: 0, stopped: 0 }
  const lease = new Lease(() => {
    seen.begun++
    return { stop: () => void seen.stopped++ }
  }, 1000)
  return { lease, seen }
}

test('begins with the first use, and goes on while it is used', () => {
  const { lease, seen } = counted()
  expect(seen).toEqual({ begun: 0, stopped: 0 })
  const held = lease.use()
  for (let use = 0; use < 5; use++) {
    vi.advanceTimersByTime(900)
    expect(lease.use()).toBe(held)
  }
  expect(seen).toEqual({ begun: 1, stopped: 0 })
})

test('ends by itself, and begins anew', () => {
  const { lease, seen } = counted()
  const held = lease.use()
  vi.advanceTimersByTime(1001)
  expect(seen).toEqual({ begun: 1, stopped: 1 })
  expect(vi.getTimerCount()).toBe(0)
  expect(lease.use()).not.toBe(held)
  expect(seen).toEqual({ begun: 2, stopped: 1 })
})

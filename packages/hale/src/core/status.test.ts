import { expect, test } from 'vitest'
import { contribution, isHealthy, statuses, worse } from './status.ts'

test('severity rises in the order the statuses are listed in', () => {
  for (const [index, status] of statuses.entries()) {
    for (const other of statuses.slice(index)) {
      expect(worse(status, other)).toBe(other)
      expect(worse(other, status)).toBe(other)
    }
  }
})

test('UP and DEGRADED are healthy, the others are not', () => {
  expect(statuses.filter(isHealthy)).toEqual(['UP', 'DEGRADED'])
})

test('a critical member decides, and not knowing is as bad as DOWN', () => {
  expect(statuses.map((status) => contribution(status, true))).toEqual([
    'UP',
    'DEGRADED',
    'DOWN',
    'OUT_OF_SERVICE',
    'DOWN',
  ])
})

test('a member that is not critical degrades at most', () => {
  expect(statuses.map((status) => contribution(status, false))).toEqual([
    'UP',
    'DEGRADED',
    'DEGRADED',
    'DEGRADED',
    'DEGRADED',
  ])
})

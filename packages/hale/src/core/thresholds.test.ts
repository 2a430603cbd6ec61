import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Thresholds } from './thresholds.ts'

function reported(statuses: string, failureThreshold: number, successThreshold: number): string {
  const thresholds = new Thresholds({ failureThreshold, successThreshold })
  let shown = '?'
  return [...statuses]
    .map((status) => {
      if (thresholds.accepts(status === 'u' ? 'UP' : status === 'g' ? 'DEGRADED' : 'DOWN')) shown = status
      return shown
    })
    .join('')
}

test('the first result counts as it is', () => {
  expect(reported('d', 3, 3)).toBe('d')
  expect(reported('u', 3, 3)).toBe('u')
})

test('turns after enough failures in a row, and back after enough successes', () => {
  expect(reported('uddudddduduuud', 3, 2)).toBe('uuuuuuddddduuu')
})

test('UP and DEGRADED follow each other at once', () => {
  expect(reported('ugu', 3, 3)).toBe('ugu')
})

test('with both thresholds at one every result is reported', () => {
  fc.assert(fc.property(fc.stringMatching(/^[ugd]{1,40}$/), (runs) => reported(runs, 1, 1) === runs))
})

test('begins anew after a reset', () => {
  const thresholds = new Thresholds({ failureThreshold: 2, successThreshold: 2 })
  thresholds.accepts('UP')
  thresholds.reset()
  expect(thresholds.accepts('DOWN')).toBe(true)
  expect(thresholds.consecutiveFailures).toBe(1)
})

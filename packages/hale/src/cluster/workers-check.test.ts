import { expect, test } from 'vitest'
import { workersCheck } from './workers-check.ts'

const votes = [{ standing: 'reporting', status: 'UP' }] as const

test.each([
  ['liveness', 'alive'],
  ['readiness', 'ready'],
  ['startup', 'started'],
  ['payments', 'well'],
  ['constructor', 'well'],
])('says of %s how many workers are %s', (question, word) => {
  expect(workersCheck('workers', question, 'UP', votes, 0).message).toBe(`1 of 1 workers are ${word}`)
})

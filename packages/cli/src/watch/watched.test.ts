import { expect, it } from 'vitest'
import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import { watched, withReading } from './watched.ts'

const answered = (given: object = {}): EndpointReading => ({
  answered: true,
  kind: 'hale',
  status: 'UP',
  httpStatus: 200,
  durationMs: 5,
  checks: [],
  ...given,
})
const refused: EndpointReading = {
  answered: false,
  status: 'DOWN',
  message: 'connection refused',
  durationMs: 1,
}

function after(readings: readonly EndpointReading[]) {
  let state = watched('http://h/')
  const transitions = readings.flatMap((reading, second) => {
    const next = withReading(state, reading, second * 1000, 0)
    state = next.watched
    return next.transitions
  })
  return { state, transitions }
}

it('knows what a service was called when it answers no more', () => {
  const { state, transitions } = after([answered({ service: 'orders' }), refused])
  expect(state).toMatchObject({ service: 'orders', status: 'DOWN', latencies: [5, undefined] })
  expect(transitions).toEqual([
    { at: 1000, endpoint: 0, from: 'UP', to: 'DOWN', message: 'connection refused' },
  ])
})

it('tells what changed in the order of its times, the whole before a check of the same moment', () => {
  const check = (status: string, since?: number) => ({
    name: `db${since ?? ''}`,
    status,
    ...(since && { since }),
  })
  const { transitions } = after([
    answered({ checks: [check('UP'), { ...check('UP', 200), since: 0 }] }),
    answered({ status: 'DOWN', checks: [check('DOWN'), check('DOWN', 200)] }),
  ])
  expect(transitions.map(({ at, check }) => [at, check])).toEqual([
    [200, 'db200'],
    [1000, undefined],
    [1000, 'db'],
  ])
})

it('knows its checks, too, so that what changed meanwhile is seen', () => {
  const check = { name: 'db', status: 'UP' }
  const { transitions } = after([
    answered({ checks: [check] }),
    refused,
    answered({ checks: [{ ...check, status: 'DOWN' }] }),
  ])
  expect(transitions.filter(({ check }) => check !== undefined)).toEqual([
    { at: 2000, endpoint: 0, check: 'db', from: 'UP', to: 'DOWN' },
  ])
})

it('takes no check that is new, and no first look, for a change', () => {
  const db = { name: 'db', status: 'DOWN' }
  expect(after([answered({ checks: [] }), answered({ checks: [db] })]).transitions).toEqual([])
  expect(after([refused]).transitions).toEqual([])
})

it('believes when a check changed, unless that cannot be', () => {
  const at = (since: number) => {
    const up = answered({ checks: [{ name: 'db', status: 'UP' }] })
    return after([up, up, answered({ checks: [{ name: 'db', status: 'DOWN', since }] })]).transitions[0]?.at
  }
  expect(at(1500)).toBe(1500)
  // A clock ahead of ours.
  expect(at(9000)).toBe(2000)
})

import { expect, it } from 'vitest'
import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import { afterReading, initialState } from './watch-state.ts'

/** The worst that may be asked: each look has other checks, and each turns what was well around. */
function look(index: number): EndpointReading {
  const status = index % 2 === 0 ? 'UP' : 'DOWN'
  const names = ['database', `of-the-day-${index}`]
  const checks = names.map((name) => ({ name, status, message: `look ${index}` }) as const)
  return { answered: true, kind: 'hale', status, httpStatus: 200, durationMs: index, checks }
}

function kept(looks: number) {
  let state = initialState(['http://one/', 'http://other/'], 1000)
  for (let index = 0; index < looks; index += 1) {
    state = afterReading(state, index % 2, look(index >> 1), index * 1000).state
  }
  const checks = state.endpoints.map((endpoint) => endpoint.checks.size)
  const latencies = state.endpoints.map((endpoint) => endpoint.latencies.length)
  return { transitions: state.transitions.length, checks, latencies }
}

it('grows no more after ten thousand looks than after one thousand', () => {
  const bounds = { transitions: 500, checks: [2, 2], latencies: [200, 200] }
  expect(kept(1000)).toEqual(bounds)
  expect(kept(10_000)).toEqual(bounds)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { envelope, fromPrimary, fromWorker } from './protocol.ts'
import type { Summary } from './summary.ts'
import { workerState } from './worker-state.ts'

const state = workerState(createHealth({ checks: { database: check(() => {}) } }), true)
const summary: Summary = {
  names: ['readiness'],
  rows: [{ id: 'process 1', standing: 'reporting', statuses: '0' }],
  reasons: { readiness: { DOWN: { text: 'startup failed' } } },
  booted: true,
  started: true,
}
const good = [
  envelope({ kind: 'beat' }),
  envelope({ kind: 'state', state }),
  envelope({ kind: 'summary', id: 'process 1', summary }),
]

test('what is sent is understood, as an object and by way of JSON', () => {
  for (const wire of [(value: object) => value, (value: object) => JSON.parse(JSON.stringify(value))]) {
    expect(fromWorker(wire(envelope({ kind: 'beat' })))).toEqual({ kind: 'beat' })
    expect(fromWorker(wire(envelope({ kind: 'bye' })))).toEqual({ kind: 'bye' })
    expect(fromWorker(wire(envelope({ kind: 'state', state })))).toEqual({ kind: 'state', state })
    expect(fromPrimary(wire(envelope({ kind: 'ask' })))).toEqual({ kind: 'ask' })
    const told = fromPrimary(wire(envelope({ kind: 'summary', id: 'process 1', summary })))
    expect(told).toEqual({ kind: 'summary', id: 'process 1', summary })
  }
})

test.each([
  [undefined],
  [null],
  ['beat'],
  [{ kind: 'beat' }],
  [{ type: 'shutdown' }],
  [{ 'hale:cluster': 2, kind: 'beat' }],
  [{ 'hale:cluster': 1, kind: 'other' }],
  [{ 'hale:cluster': 1, kind: 'state' }],
  [{ 'hale:cluster': 1, kind: 'summary', id: 'process 1', summary: {} }],
])('the application’s own messages are not ours: %o', (message) => {
  expect(fromWorker(message)).toBeUndefined()
  expect(fromPrimary(message)).toBeUndefined()
})

/** Every object and list within, with the way to it. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
}

function damaged(message: object, path: readonly string[], by: unknown): unknown {
  const copy = structuredClone(message) as Record<string, unknown>
  const last = path.at(-1)
  if (last === undefined) return by
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[last] = by
  return copy
}

test('whatever is damaged, a state that is taken has checks and groups that can be reported', () => {
  const damage = fc.oneof(fc.constant(undefined), fc.constant(null), fc.jsonValue())
  const one = fc
    .constantFrom(...good)
    .chain((message) => fc.tuple(fc.constant(message), fc.constantFrom(...places(message)), damage))
  fc.assert(
    fc.property(one, ([message, path, by]) => {
      const given = damaged(message, path, by)
      fromPrimary(given)
      const taken = fromWorker(given)
      if (taken?.kind !== 'state') return
      const isTextOrNone = (one: unknown) => one === undefined || typeof one === 'string'
      expect([taken.state.service.name, taken.state.service.version].every(isTextOrNone)).toBe(true)
      for (const { name, since, details, message, error, errorCode } of taken.state.checks) {
        expect(typeof name).toBe('string')
        expect([message, error, errorCode].every(isTextOrNone)).toBe(true)
        expect(typeof since).toBe('number')
        expect(Array.isArray(details.tags)).toBe(true)
      }
      for (const { members, application } of taken.state.groups) {
        expect(Array.isArray(members)).toBe(true)
        expect(typeof application.status).toBe('string')
        expect(isTextOrNone(application.message)).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a text that is none is taken from nobody', () => {
  const service = { name: { first: 'orders' } }
  const state = { service, begun: true, leaving: false, groups: [], checks: [], visibilities: {} }
  expect(fromWorker({ 'hale:cluster': 1, kind: 'state', state })).toBe(undefined)
  expect(fromWorker({ 'hale:cluster': 1, kind: 'state', state: { ...state, service: {} } })).toBeDefined()
  const summary = { names: [], rows: [], reasons: { readiness: { DOWN: { text: 5 } } } }
  expect(fromPrimary({ 'hale:cluster': 1, kind: 'summary', id: 'process 1', summary })).toBe(undefined)
})

test('a state holds each check once, without what differs at each run', async () => {
  const health = createHealth({
    checks: { database: check(() => ({})), cache: check(() => ({})) },
    groups: { payments: { members: ['database', 'cache'] } },
  })
  await health.readiness()
  const before = JSON.stringify(workerState(health, true))
  await Promise.all([health.check('database').run(), health.check('cache').run()])
  expect(JSON.stringify(workerState(health, true))).toBe(before)
  expect(workerState(health, true).checks.map(({ name }) => name)).toEqual(['database', 'cache'])
})

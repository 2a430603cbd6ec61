import { expect, test } from 'vitest'
import { causeOf, degraded, down, fromResolved, fromThrown, isOutcome, up } from './outcome.ts'

test('texts of up and degraded are messages, that of down is an error', () => {
  expect(fromResolved(up('connected'))).toEqual({ status: 'UP', message: 'connected' })
  expect(fromResolved(degraded('slow', { lag: 5 }))).toEqual({
    status: 'DEGRADED',
    message: 'slow',
    data: { lag: 5 },
  })
  expect(fromResolved(down('refused'))).toEqual({ status: 'DOWN', error: 'refused' })
  expect(fromResolved(up())).toEqual({ status: 'UP' })
})

const others = [
  undefined,
  null,
  true,
  0,
  '',
  'DOWN',
  { status: 'DOWN' },
  { ok: false },
  [],
  Symbol('x'),
  new Response(),
]

test.each(others.map((value) => [value]))('any other resolved value is UP and ignored: %s', (value) => {
  expect(fromResolved(value)).toEqual({ status: 'UP' })
})

test.each([
  ['false', false, { error: 'returned false' }],
  ['an error', new Error('password hunter22'), { error: 'check failed' }],
  [
    'an error with a code',
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    { error: 'connection refused', errorCode: 'ECONNREFUSED' },
  ],
  ['an answer of fetch', new Response('hunter22', { status: 500 }), { error: 'HTTP 500' }],
  ['an answer of 304', new Response(null, { status: 304 }), { error: 'check failed' }],
  ["another client's answer", { ok: false, status: 503, body: 'hunter22' }, { error: 'HTTP 503' }],
])('what says no is DOWN, as if it had been thrown: %s', (_, value, expected) => {
  expect(fromResolved(value)).toEqual({ status: 'DOWN', ...expected })
  expect(causeOf(value)).toEqual(value === false ? new Error('the check function returned false') : value)
})

test('a proxy whose traps throw is UP: the function did resolve', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
    },
  )
  expect(fromResolved(hostile)).toEqual({ status: 'UP' })
})

test('outcomes of another copy of the package are known by their registered symbol', () => {
  const foreign = { [Symbol.for('hale.outcome')]: true, status: 'DOWN', text: 'elsewhere' }
  expect(isOutcome(foreign)).toBe(true)
  expect(fromResolved(foreign)).toEqual({ status: 'DOWN', error: 'elsewhere' })
})

test('says what was done to data that was too much', () => {
  expect(fromResolved(up('ok', 'x'.repeat(1e7)))).toMatchObject({
    status: 'UP',
    dataNote: 'cut to its bounds',
  })
})

test('whatever is thrown becomes a text of the vocabulary', () => {
  const error = Object.assign(new Error('password=hunter2'), { code: 'ECONNREFUSED', host: 'db.internal' })
  expect(fromThrown(error)).toEqual({
    status: 'DOWN',
    error: 'connection refused',
    errorCode: 'ECONNREFUSED',
  })
  expect(fromThrown(undefined)).toEqual({ status: 'DOWN', error: 'check failed' })
})

test('an outcome of a status that we do not know is none', () => {
  for (const status of ['<img src=x>', 'constructor', 5, undefined, {}]) {
    expect(isOutcome({ [Symbol.for('hale.outcome')]: true, status })).toBe(false)
  }
})

test('the cause of an outcome is for the log alone', () => {
  const cause = new Error('password hunter22')
  const outcome = down('authentication failed', { nodes: 1 }, cause)
  expect(causeOf(outcome)).toBe(cause)
  expect(JSON.stringify(fromResolved(outcome))).not.toContain('hunter22')
  expect(JSON.stringify({ ...outcome, keys: Reflect.ownKeys({ ...outcome }).map(String) })).not.toContain(
    'cause',
  )
  for (const none of [down('x'), up(), undefined, null, { cause }, 'x']) expect(causeOf(none)).toBeUndefined()
})

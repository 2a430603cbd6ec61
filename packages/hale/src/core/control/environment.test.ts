import { expect, test, vi } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check, heartbeat } from '../check.ts'
import { createHealth } from '../create-health.ts'
import type { Environment } from './environment.ts'

const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }

function service(environment: Environment) {
  logger.warn.mockClear()
  return createHealth({
    clock: fakeClock(),
    logger,
    environment,
    checks: {
      database: check(() => {}, { timeoutMs: 500, maxAgeMs: { up: 5000 } }),
      paymentsApi: check(() => {}),
      'search-index': check(() => {}),
      consumer: heartbeat({ ttlMs: 30_000 }),
    },
    groups: { checkout: { members: ['database'], budgetMs: 400 } },
  })
}

test('sets what the code leaves open, and what it sets', () => {
  const health = service({
    HALE_CHECK_DATABASE_TIMEOUT_MS: '200',
    HALE_CHECK_DATABASE_MAX_AGE_DOWN_MS: '250',
    HALE_CHECK_DATABASE_OVERLAP_AFTER_MS: '9000',
    HALE_CHECK_DATABASE_RETRIES: ' 2 ',
    HALE_CHECK_PAYMENTS_API_CRITICAL: 'FALSE',
    HALE_CHECK_PAYMENTSAPI_FAILURE_THRESHOLD: '3',
    HALE_CHECK_SEARCH_INDEX_ENABLED: 'false',
    HALE_CHECK_SEARCH_INDEX_INTERVAL_MS: '15000',
    HALE_CHECK_CONSUMER_TTL_MS: '60000',
    HALE_GROUP_CHECKOUT_BUDGET_MS: '300',
    HALE_GROUP_READINESS_BUDGET_MS: '600',
    HALE_BUDGET_MS: '700',
    PATH: '/bin',
    HALE_SOMETHING_ELSE: '1',
  })
  const { settings } = health.check('database').control()
  expect(settings).toMatchObject({
    timeoutMs: 200,
    retries: 2,
    overlapAfterMs: 9000,
    maxAgeMs: { up: 5000, down: 250 },
  })
  expect(health.check('paymentsApi').control().settings).toMatchObject({
    critical: false,
    failureThreshold: 3,
  })
  expect(health.check('search-index').control()).toMatchObject({
    enabled: false,
    settings: { intervalMs: 15_000 },
  })
  expect(health.check('consumer').control().settings.ttlMs).toBe(60_000)
  const budgets = Object.fromEntries(health.groups.map(({ name, budgetMs }) => [name, budgetMs]))
  expect(budgets).toEqual({ startup: 700, liveness: 700, readiness: 600, checkout: 300 })
  expect(logger.warn).not.toHaveBeenCalled()
})

test('stands over the code and beneath run time, and a reset returns to it', () => {
  const health = service({ HALE_CHECK_DATABASE_TIMEOUT_MS: '200' })
  const database = health.check('database')
  expect(database.control()).toMatchObject({ settings: { timeoutMs: 200 }, tuned: {} })
  database.tune({ timeoutMs: 100 })
  expect(database.control()).toMatchObject({ settings: { timeoutMs: 100 }, tuned: { timeoutMs: 100 } })
  database.reset()
  expect(database.control()).toMatchObject({ settings: { timeoutMs: 200 }, tuned: {} })
})

test('tells every problem at once, by the name of the variable, and never its value', () => {
  const bad = {
    HALE_CHECK_DATABASE_TIMEOUT_MS: '0',
    HALE_CHECK_DATABASE_RETRIES: 'secret-value',
    HALE_CHECK_DATABASE_MAX_AGE_UP_MS: '-5',
    HALE_CHECK_DATABASE_CRITICAL: 'yes',
    HALE_CHECK_DATABASE_TIMOUT_MS: '5',
    HALE_CHECK_CONSUMER_RETRIES: '5',
    HALE_GROUP_READINESS_BUDGET_MS: '0',
    HALE_GROUP_READINESS_VISIBILITY: 'status',
  }
  let message = ''
  try {
    service(bad)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toMatch(/createHealth: 8 problems/)
  expect(message).toContain(
    'HALE_CHECK_DATABASE_TIMEOUT_MS: expected a number of milliseconds of at least 1, got 0',
  )
  expect(message).toContain('HALE_CHECK_DATABASE_RETRIES: expected a number, got a string of 12 characters')
  expect(message).toContain('HALE_CHECK_DATABASE_MAX_AGE_UP_MS: expected a number of milliseconds')
  expect(message).toContain('HALE_CHECK_DATABASE_CRITICAL: expected true or false')
  expect(message).toContain(
    'HALE_CHECK_DATABASE_TIMOUT_MS: unknown; did you mean HALE_CHECK_DATABASE_TIMEOUT_MS?',
  )
  expect(message).toContain('HALE_CHECK_CONSUMER_RETRIES: consumer is a heartbeat')
  expect(message).toContain('HALE_GROUP_READINESS_BUDGET_MS: expected')
  expect(message).toContain('HALE_GROUP_READINESS_VISIBILITY: unknown;')
  expect(message).not.toContain('secret-value')
})

test('an option that a check of its kind does not have is told as such', () => {
  expect(() => service({ HALE_CHECK_DATABASE_TTL_MS: '5' })).toThrow(
    /HALE_CHECK_DATABASE_TTL_MS: database is no heartbeat and has no ttlMs$/,
  )
  expect(() => service({ HALE_CHECK_CONSUMER_RETRIES: '5' })).toThrow(
    /consumer is a heartbeat and has no retries/,
  )
})

test.each(['HALE_CHEK_DATABASE_TIMEOUT_MS', 'HALE_BUDGET', 'HALE_GROUPS_READINESS_BUDGET_MS'])(
  '%s is told of, being close to what is read',
  (variable) => {
    service({ [variable]: '5' })
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(variable), {
      variables: [variable],
    })
  },
)

test('a variable that fits two checks is a problem', () => {
  const checks = { 'a-b': check(() => {}), ab: check(() => {}) }
  expect(() => createHealth({ checks, environment: { HALE_CHECK_AB_TIMEOUT_MS: '5' } })).toThrow(
    /HALE_CHECK_AB_TIMEOUT_MS: fits both a-b and ab/,
  )
})

test('a name without an option is about the check of that name, and so is one of several words', () => {
  const environment = { HALE_CHECK_CACHE: '5', HALE_CHECK_PAYMENTS_API_X: '5' }
  const checks = { cache: check(() => {}), paymentsApi: check(() => {}) }
  expect(() => createHealth({ checks, environment })).toThrow(
    /2 problems[\s\S]*HALE_CHECK_CACHE: unknown;[\s\S]*HALE_CHECK_PAYMENTS_API_X: unknown;/,
  )
})

test('two variables for the same are a problem, and so is what no environment holds', () => {
  const environment = {
    HALE_CHECK_PAYMENTS_API_CRITICAL: 'true',
    HALE_CHECK_PAYMENTSAPI_CRITICAL: 'false',
    HALE_CHECK_DATABASE_TIMEOUT_MS: 200,
    HALE_BUDGET_MS: {},
  } as never
  expect(() => service(environment)).toThrow(
    /3 problems[\s\S]*TIMEOUT_MS: expected a string, .*got 200[\s\S]*PAYMENTSAPI_CRITICAL: sets the same as HALE_CHECK_PAYMENTS_API_CRITICAL[\s\S]*HALE_BUDGET_MS: expected a string/,
  )
})

test.each([
  '1e3',
  '0x10',
  'Infinity',
  'NaN',
  '-0',
  '1_000',
  '٣',
  '9'.repeat(400),
  ' ',
  '1,5',
  '0b1',
  '5ms',
  '１',
])('the number %j is refused', (value) => {
  expect(() => service({ HALE_CHECK_DATABASE_TIMEOUT_MS: value })).toThrow(
    /HALE_CHECK_DATABASE_TIMEOUT_MS: expected a number of milliseconds/,
  )
})

test('a name fits as a whole: not its beginning, and not in lower case', () => {
  const health = service({
    HALE_CHECK_DATA_TIMEOUT_MS: '100',
    HALE_CHECK_DATABASES_TIMEOUT_MS: '100',
    hale_check_database_timeout_ms: '100',
    HALE_CHECK__TIMEOUT_MS: '100',
    HALE_CHECK_TIMEOUT_MS: '100',
    HALE_CHECK_: '100',
    'HALE_CHECK_DATA BASE_RETRIES': '3',
  })
  expect(health.check('database').control().settings).toMatchObject({ timeoutMs: 500, retries: 3 })
  expect(logger.warn.mock.calls[0]?.[1]).toEqual({
    variables: [
      'HALE_CHECK_DATA_TIMEOUT_MS',
      'HALE_CHECK_DATABASES_TIMEOUT_MS',
      'HALE_CHECK__TIMEOUT_MS',
      'HALE_CHECK_TIMEOUT_MS',
      'HALE_CHECK_',
    ],
  })
})

test('a check that is removed and added anew takes them again, and so does one that could not be added', () => {
  const health = service({ HALE_CHECK_CACHE_TIMEOUT_MS: '100' })
  const cache = check(() => {})
  expect(() =>
    health.add(
      'cache',
      check(() => {}, { retries: -1 }),
    ),
  ).toThrow(/retries/)
  health.add('cache', cache)[Symbol.dispose]()
  expect(health.add('cache', cache).control().settings.timeoutMs).toBe(100)
})

test('a check whose options are none is refused by name', () => {
  const checks = { cache: check(() => {}, null as never) }
  const environment = { HALE_CHECK_CACHE_TIMEOUT_MS: '100' }
  expect(() => createHealth({ checks, environment })).toThrow(/checks\.cache: expected an object, got null/)
})

test('names that fit nothing are logged, and used by a check that is added later', () => {
  const health = service({ HALE_CHECK_CACHE_TIMEOUT_MS: '100', HALE_GROUP_BILLING_BUDGET_MS: '5' })
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
    'set in the environment, but there is no check or group of that name: HALE_CHECK_CACHE_TIMEOUT_MS, HALE_GROUP_BILLING_BUDGET_MS',
    { variables: ['HALE_CHECK_CACHE_TIMEOUT_MS', 'HALE_GROUP_BILLING_BUDGET_MS'] },
  )
  const cache = health.add(
    'cache',
    check(() => {}),
  )
  expect(cache.control().settings.timeoutMs).toBe(100)
})

test('without a logger they are a warning of the process', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  createHealth({ checks: {}, environment: { HALE_CHECK_CACHE_TIMEOUT_MS: '100' } })
  expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('HALE_CHECK_CACHE_TIMEOUT_MS'))
  warned.mockRestore()
})

test('nothing is read unless it is asked for, and an empty variable is none', () => {
  vi.stubEnv('HALE_CHECK_DATABASE_TIMEOUT_MS', '200')
  expect(
    createHealth({ checks: { database: check(() => {}) } })
      .check('database')
      .control().settings.timeoutMs,
  ).toBe(500)
  vi.unstubAllEnvs()
  expect(service({ HALE_CHECK_DATABASE_TIMEOUT_MS: '' }).check('database').control().settings.timeoutMs).toBe(
    500,
  )
})

test('takes process.env as it is', () => {
  expect(() => createHealth({ checks: {}, environment: process.env })).not.toThrow()
  expect(() => createHealth({ checks: {}, environment: 'x' as never })).toThrow(
    /environment: expected an object/,
  )
})

import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { check, heartbeat, selfCheck } from './check.ts'
import { EnvironmentSettings } from './control/environment.ts'
import { addedCheck, healthSettings } from './health-settings.ts'

const fine = check(() => {})

function problemsOf(options: unknown): readonly string[] {
  try {
    healthSettings(options)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

test('fills in the defaults', () => {
  const settings = healthSettings({ checks: { db: fine, beat: heartbeat({ ttlMs: 5 }) } })
  expect(settings.checks[0]?.settings).toEqual({
    kind: 'dependency',
    timeoutMs: 500,
    overlapAfterMs: 10_000,
    retries: 0,
    critical: true,
    maxAgeMs: { up: 1000, down: 1000 },
    failureThreshold: 1,
    successThreshold: 1,
    enabled: true,
    probes: ['readiness'],
    tags: [],
  })
  expect(settings.checks[1]?.settings).toMatchObject({ kind: 'heartbeat', ttlMs: 5 })
  expect([...settings.groups.keys()]).toEqual(['startup', 'liveness', 'readiness'])
  expect(settings.groups.get('readiness')?.budgetMs).toBe(800)
  expect(settings.transitionsKept).toBe(50)
})

test('lists all problems at once, each with its place and its mend', () => {
  const options = {
    checks: {
      live: fine,
      'a b': fine,
      db: check(() => {}, { timeoutMs: -1, retries: 0.5, critical: 'yes', timeout: 5 } as never),
      plain: () => {},
      redis: check(() => {}, { probes: ['liveness'] } as never),
    },
    groups: { db: { members: ['red'] }, bare: {} },
    budgetMs: Number.NaN,
    servce: {},
  }
  expect(problemsOf(options)).toEqual([
    'servce: unknown option; did you mean service?',
    'checks.live: the name is reserved; choose another, such as "live-check"',
    expect.stringMatching(/^checks\["a b"\]: a name begins with a letter, .*; such as "a-b"$/),
    'checks.db.timeout: unknown option; did you mean timeoutMs?',
    'checks.db.timeoutMs: expected a number of milliseconds of at least 1, got -1',
    'checks.db.retries: expected a whole number between 0 and 100, got 0.5',
    'checks.db.critical: expected true or false, got a string of 3 characters',
    'checks.plain: expected a check, got a function; wrap it: check(fn)',
    expect.stringMatching(
      /^checks\.redis\.probes: a dependency check in liveness restarts the process .*selfCheck/,
    ),
    'budgetMs: expected a number of milliseconds of at least 1, got NaN',
    'groups.db: the name is taken by a check; choose another',
    'groups.db.members[0]: no check of this name; did you mean redis?',
    'groups.bare.members: expected a list of check names, got undefined',
  ])
})

describe('single mistakes', () => {
  test.each([
    ['no options', undefined, 'checks: missing'],
    ['an array of checks', { checks: [fine] }, 'checks: expected an object, got an array'],
    [
      'a prototype in place of a check',
      { checks: JSON.parse('{}', () => Object.setPrototypeOf({}, fine)) },
      'checks: expected a plain object',
    ],
    [
      'an own key __proto__',
      { checks: Object.fromEntries([['__proto__', fine]]) },
      'checks.__proto__: a name begins',
    ],
    ['control characters', { checks: { 'a\u0000b': fine } }, 'checks["a\\u0000b"]: a name begins'],
    ['a slash', { checks: { 'a/b': fine } }, 'checks["a/b"]: a name begins'],
    ['an empty name', { checks: { '': fine } }, 'checks[""]: the name is empty'],
    [
      'infinite time',
      { checks: { a: check(() => {}, { timeoutMs: Infinity }) } },
      'checks.a.timeoutMs: expected',
    ],
    [
      'negative age',
      { checks: { a: check(() => {}, { maxAgeMs: { up: -1 } }) } },
      'checks.a.maxAgeMs.up: expected',
    ],
    [
      'a misspelt age',
      { checks: { a: check(() => {}, { maxAgeMs: { upp: 1 } as never }) } },
      'checks.a.maxAgeMs.upp: unknown option; did you mean up?',
    ],
    [
      'threshold zero',
      { checks: { a: check(() => {}, { failureThreshold: 0 }) } },
      'checks.a.failureThreshold: expected a whole number of at least 1, got 0',
    ],
    ['a heartbeat without ttl', { checks: { a: heartbeat({} as never) } }, 'checks.a.ttlMs: missing'],
    [
      'a heartbeat with a timeout',
      { checks: { a: heartbeat({ ttlMs: 5, timeoutMs: 5 } as never) } },
      'checks.a.timeoutMs: unknown option',
    ],
    [
      'no function',
      { checks: { a: check(undefined as never) } },
      'checks.a: expected a function to run, got undefined',
    ],
    [
      'an unknown probe',
      { checks: { a: selfCheck(() => {}, { probes: ['live'] } as never) } },
      "checks.a.probes[0]: expected 'startup', 'liveness', 'readiness', got a string of 4 characters",
    ],
    [
      'tags that are no strings',
      { checks: { a: check(() => {}, { tags: [1] } as never) } },
      'checks.a.tags: expected a list of strings',
    ],
    [
      'members of a probe',
      { checks: {}, groups: { liveness: { members: [] } } },
      'groups.liveness.members: the members of a probe',
    ],
    [
      'a reserved group',
      { checks: {}, groups: { admin: { members: [] } } },
      'groups.admin: the name is reserved',
    ],
    [
      'a wrong visibility',
      { checks: {}, groups: { g: { members: [], visibility: 'all' } } },
      "groups.g.visibility: expected 'status', 'components', 'debug'",
    ],
    [
      'a wrong status code',
      { checks: {}, groups: { g: { members: [], statusCodes: { UP: 99 } } } },
      'groups.g.statusCodes.UP: expected a whole number between 200 and 599, got 99',
    ],
    [
      'a wrong status',
      { checks: {}, groups: { g: { members: [], statusCodes: { Down: 200 } } } },
      'groups.g.statusCodes.Down: unknown option; did you mean DOWN?',
    ],
    [
      'a redirect for a status code',
      { checks: {}, groups: { g: { members: [], statusCodes: { DOWN: 304 } } } },
      'groups.g.statusCodes.DOWN: a redirect counts as healthy with some and not with others; not 304',
    ],
    [
      'a clock without methods',
      { checks: {}, clock: { now: () => 0 } },
      'clock: expected an object with the methods now, wallTime, after; an object lacks wallTime, after',
    ],
    [
      'a logger that is none',
      { checks: {}, logger: 'console' },
      'logger: expected an object with the methods info, warn, error',
    ],
    ['half a transition', { checks: {}, transitionsKept: 0.5 }, 'transitionsKept: expected a whole number'],
  ])('%s', (_, options, start) => {
    const problems = problemsOf(options)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.startsWith(start)).toBe(true)
  })
})

test('null in place of options', () => {
  expect(problemsOf(null)).toEqual([
    'options: expected an object, got null',
    expect.stringMatching(/^checks: missing/),
  ])
})

test("a factory's own problems are listed with the check's place", () => {
  const definition = { ...fine, problems: ['url: expected http or https'] }
  expect(problemsOf({ checks: { payments: definition } })).toEqual([
    'checks.payments.url: expected http or https',
  ])
})

test('a dependency may be let into liveness by who really means it', () => {
  const restarting = check(() => {}, { probes: ['liveness'], dangerouslyRestartOnFailure: true })
  expect(problemsOf({ checks: { db: restarting } })).toEqual([])
})

test('a check that is added later is held to the same', () => {
  const taken = new Map([['db', 'a check']])
  const none = new EnvironmentSettings({})
  expect(addedCheck('cache', fine, taken, none).name).toBe('cache')
  expect(() =>
    addedCheck(
      'db',
      check(() => {}, { timeoutMs: 0 }),
      taken,
      none,
    ),
  ).toThrow(
    /health\.add: 2 problems\n {2}- checks\.db: the name is taken by a check; choose another\n {2}- checks\.db\.timeoutMs/,
  )
})

test("a misspelt option of a factory's own is told with the right one", () => {
  const definition = {
    ...check(() => {}, { saturatedForMS: 5 } as never),
    ownOptions: ['saturatedAs', 'saturatedForMs'],
  }
  expect(problemsOf({ checks: { db: definition } })).toEqual([
    'checks.db.saturatedForMS: unknown option; did you mean saturatedForMs?',
  ])
})

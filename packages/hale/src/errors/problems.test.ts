import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from './configuration-error.ts'
import { kindOf, nearestName, Problems } from './problems.ts'

const secret = 'hunter2-postgres://app:s3cret@db'

function found(use: (problems: Problems) => unknown): readonly string[] {
  const problems = new Problems()
  use(problems)
  return problems.found
}

describe('number', () => {
  it.each([
    { given: undefined, expected: 7 },
    { given: 0, expected: 0 },
    { given: 0.5, expected: 0.5 },
    { given: Number.MAX_SAFE_INTEGER, expected: Number.MAX_SAFE_INTEGER },
  ])('takes $given without a problem', ({ given, expected }) => {
    const problems = new Problems()
    expect(problems.number('n', given, 7)).toBe(expected)
    expect(problems.found).toEqual([])
  })

  it.each([
    [-1, 'got -1'],
    [Number.NaN, 'got NaN'],
    [Number.POSITIVE_INFINITY, 'got Infinity'],
    [Number.NEGATIVE_INFINITY, 'got -Infinity'],
    ['500', 'got a string of 3 characters; use Number(…)'],
    ['', 'got an empty string'],
    [null, 'got null'],
    [true, 'got true'],
    [{}, 'got an object'],
    [[1], 'got an array'],
    [1n, 'got a bigint'],
    [() => 1, 'got a function'],
    [Symbol('n'), 'got a symbol'],
  ])('refuses %s, keeps the fallback and says what it got', (given, got) => {
    const problems = new Problems()
    expect(problems.number('timeoutMs', given, 500)).toBe(500)
    expect(problems.found).toEqual([`timeoutMs: expected a number of at least 0, ${got}`])
  })

  it.each([
    [{ min: 1, unit: 'milliseconds' }, 0, 'n: expected a number of milliseconds of at least 1, got 0'],
    [{ integer: true, max: 65_535 }, 65_536, 'n: expected a whole number between 0 and 65535, got 65536'],
    [{ integer: true }, 1.5, 'n: expected a whole number of at least 0, got 1.5'],
    [{ min: -5, max: 5 }, -6, 'n: expected a number between -5 and 5, got -6'],
  ])('says the rule %j', (rule, given, problem) => {
    expect(found((it) => it.number('n', given, 1, rule))).toEqual([problem])
  })

  it.each([
    [{ min: 1, max: 5 }, 1],
    [{ min: 1, max: 5 }, 5],
    [{ min: -5 }, -5],
    [{ integer: true }, 3],
  ])('takes the bounds of %j themselves: %d', (rule, given) => {
    expect(found((it) => it.number('n', given, 2, rule))).toEqual([])
  })
})

describe('boolean, string and oneOf', () => {
  it('take what fits and leave what is absent', () => {
    const problems = new Problems()
    expect(problems.boolean('b', false, true)).toBe(false)
    expect(problems.boolean('b', undefined, true)).toBe(true)
    expect(problems.string('s', '')).toBe('')
    expect(problems.string('s', undefined)).toBeUndefined()
    expect(problems.oneOf('o', 'list', ['object', 'list'])).toBe('list')
    expect(problems.oneOf('o', undefined, ['object', 'list'])).toBeUndefined()
    expect(problems.found).toEqual([])
  })

  it.each(['true', 1, 0, null, {}])('take %s for no boolean', (given) => {
    const problems = new Problems()
    expect(problems.boolean('critical', given, true)).toBe(true)
    expect(problems.found).toEqual([`critical: expected true or false, got ${kindOf(given)}`])
  })

  it.each([1, null, ['a'], { toString: () => 'a' }])('take %s for no string', (given) => {
    const problems = new Problems()
    expect(problems.string('host', given)).toBeUndefined()
    expect(problems.found).toEqual([`host: expected a string, got ${kindOf(given)}`])
  })

  it.each(['List', '', 'toString', null, ['list'], 0])(
    'name every choice when %s is none of them',
    (given) => {
      expect(found((it) => it.oneOf('detailsAs', given, ['object', 'list']))).toEqual([
        `detailsAs: expected 'object', 'list', got ${kindOf(given)}`,
      ])
    },
  )
})

describe('object', () => {
  it.each([{ a: 1 }, Object.create(null)])('takes %j as it is', (given: object) => {
    const problems = new Problems()
    expect(problems.object('options', given)).toBe(given)
    expect(problems.found).toEqual([])
  })

  it('takes nothing given for no options at all', () => {
    const problems = new Problems()
    expect(problems.object('options', undefined)).toEqual({})
    expect(problems.found).toEqual([])
  })

  it.each([null, [], ['a'], secret, 3, true, () => ({}), Promise.resolve({})])(
    'refuses %s and reads no options from it',
    (given) => {
      const problems = new Problems()
      expect(problems.object('options', given)).toEqual({})
      expect(problems.found).toEqual([`options: expected an object, got ${kindOf(given)}`])
    },
  )

  it('refuses what throws when it is read, by a getter or by a proxy', () => {
    const fail = (): never => {
      throw new Error(secret)
    }
    for (const given of [
      Object.defineProperty({}, 'a', { enumerable: true, get: fail }),
      new Proxy({}, { get: fail }),
    ])
      expect(found((it) => it.object('options', given))).toEqual([
        'options: expected an object, got one that throws when it is read',
      ])
  })
})

describe('knownKeys', () => {
  it('finds every unknown key and proposes the nearest', () => {
    const given = { timeoutMS: 1, retrys: 2, critical: true }
    expect(found((it) => it.knownKeys('checks.db', given, ['timeoutMs', 'retries', 'critical']))).toEqual([
      'checks.db.timeoutMS: unknown option; did you mean timeoutMs?',
      'checks.db.retrys: unknown option; did you mean retries?',
    ])
  })

  it('lists what is known when nothing is near', () => {
    expect(found((it) => it.knownKeys('', { zzzzzzzz: 1 }, ['port', 'host']))).toEqual([
      'zzzzzzzz: unknown option; known are port, host',
    ])
  })

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('does not take %s for known', (key) => {
    const given = Object.defineProperty({}, key, { value: 1, enumerable: true })
    expect(found((it) => it.knownKeys('', given, ['port']))).toHaveLength(1)
  })

  it('never shows the value of an unknown key', () => {
    expect(found((it) => it.knownKeys('token', { valeu: secret }, ['value'])).join()).not.toContain('hunter2')
  })
})

describe('throwIfAny', () => {
  it('lets a clean configuration pass', () => {
    expect(() => new Problems().throwIfAny('createHealth')).not.toThrow()
  })

  it('throws all problems together', () => {
    const problems = new Problems()
    problems.number('a', 'x', 0)
    problems.boolean('b', 'y', true)
    problems.add('c', 'missing')
    try {
      problems.throwIfAny('createHealth')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      expect((error as ConfigurationError).problems).toHaveLength(3)
      expect((error as ConfigurationError).message).toContain('createHealth: 3 problems')
    }
  })
})

describe('kindOf', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [[], 'an array'],
    [{}, 'an object'],
    [new Date(0), 'an object'],
    [0, '0'],
    [-0, '0'],
    [true, 'true'],
    ['', 'an empty string'],
    ['abc', 'a string of 3 characters'],
    [() => 1, 'a function'],
    [class {}, 'a function'],
    [Symbol('secret'), 'a symbol'],
    [10n, 'a bigint'],
  ])('calls %s %s', (value, kind) => {
    expect(kindOf(value)).toBe(kind)
  })

  it('never shows what a string, a symbol or an object holds', () => {
    const holders = [
      secret,
      Symbol(secret),
      [secret],
      { secret },
      Object.assign(() => 1, { secret }),
      new Error(secret),
    ]
    for (const holder of holders) expect(kindOf(holder)).not.toContain('hunter2')
  })
})

describe('secrets in the wrong place', () => {
  const wrong: readonly unknown[] = [secret, [secret], { value: secret }, Symbol(secret), new Error(secret)]

  it.each(wrong.map((value) => [kindOf(value), value] as const))(
    '%s shows up in no problem',
    (_kind, value) => {
      const problems = found((it) => {
        it.number('n', value, 0)
        it.boolean('b', value, false)
        if (typeof value !== 'string') it.string('s', value)
        it.oneOf('o', value, ['a', 'b'])
        if (typeof value !== 'object') it.object('x', value)
      })
      expect(problems.length).toBeGreaterThanOrEqual(3)
      expect(problems.join('\n')).not.toMatch(/hunter2|s3cret|postgres/)
    },
  )

  it('holds for every string', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (text) => {
        // What could be a number is told how to become one.
        fc.pre(text.trim() === '' || Number.isNaN(Number(text)))
        const [problem = ''] = found((it) => it.number('n', text, 0))
        expect(problem).toBe(`n: expected a number of at least 0, got a string of ${text.length} characters`)
      }),
    )
  })
})

describe('nearestName', () => {
  it.each([
    ['timeout', ['retries', 'timeoutMs'], 'timeoutMs'],
    ['timoutMs', ['retries', 'timeoutMs'], 'timeoutMs'],
    ['TIMEOUTMS', ['timeoutMs'], 'timeoutMs'],
    ['prot', ['host', 'port'], 'port'],
    ['databse', ['cache', 'database'], 'database'],
    ['payment', ['pay', 'payments'], 'payments'],
  ])('takes %s among %j for %s', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest)
  })

  it.each([
    ['completelydifferent', ['port', 'host']],
    ['x', []],
    ['zzz', ['port']],
    // Three letters begin too many names.
    ['max', ['heap', 'maxAgeMs']],
  ])('proposes nothing for %s among %j', (name, known) => {
    expect(nearestName(name, known)).toBeUndefined()
  })

  it('proposes only what is known, and a known name for itself', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }),
        (name, known) => {
          const nearest = nearestName(name, known)
          if (nearest !== undefined) expect(known).toContain(nearest)
          const [first = ''] = known
          expect(known).toContain(nearestName(first, known))
        },
      ),
    )
  })
})

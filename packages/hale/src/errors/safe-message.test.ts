import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SafeFailure, safeFailure } from './safe-message.ts'

const secret = 'postgres://app:hunter2@10.0.0.7:5432/orders'
const generic = { message: 'check failed' }

function withCode(code: unknown, more: object = {}): Error {
  return Object.assign(new Error(secret), { code }, more)
}

describe('safeFailure: what it shows', () => {
  it.each([
    ['a socket error', withCode('ECONNREFUSED', { address: '10.0.0.7', port: 5432 }), 'connection refused'],
    ['a DNS error', withCode('ENOTFOUND', { hostname: 'db.internal' }), 'host name not found'],
    ['a TLS error', withCode('CERT_HAS_EXPIRED'), 'certificate expired'],
    [
      'a PostgreSQL error',
      withCode('28P01', { detail: secret, routine: 'auth_failed' }),
      'authentication failed',
    ],
    ['a SQLite error', withCode('SQLITE_BUSY'), 'database locked'],
    ['an undici error', withCode('UND_ERR_HEADERS_TIMEOUT'), 'timed out waiting for an answer'],
  ])('explains %s by its code and keeps the code', (_what, thrown, message) => {
    expect(safeFailure(thrown)).toEqual({ message, code: (thrown as Error & { code: string }).code })
  })

  it.each([
    [{ statusCode: 503 }, 'HTTP 503'],
    [{ status: 404 }, 'HTTP 404'],
    [{ statusCode: 500, status: 404 }, 'HTTP 500'],
    [{ statusCode: 200, status: 401 }, 'HTTP 401'],
    [withCode('ERR_BAD_RESPONSE', { status: 502 }), 'HTTP 502'],
    [{ status: 400 }, 'HTTP 400'],
    [{ status: 599 }, 'HTTP 599'],
  ])('explains %o by its HTTP status', (thrown, message) => {
    expect(safeFailure(thrown)).toEqual({ message })
  })

  it.each([399, 600, 200, 0, -1, 503.5, Number.NaN, Number.POSITIVE_INFINITY, '503', null, {}, 503n])(
    'takes %s for no HTTP status of a failure',
    (status) => {
      expect(safeFailure({ status, statusCode: status })).toEqual(generic)
    },
  )

  it.each([
    ['TimeoutError', 'timed out'],
    ['HTTPParserError', 'answer is not valid HTTP'],
    ['AbortError', 'aborted'],
  ])('explains a DOMException named %s', (name, message) => {
    expect(safeFailure(new DOMException(secret, name))).toEqual({ message })
    expect(safeFailure({ name })).toEqual({ message })
  })

  it('lets the reason of a timeout or an abort say more than its name', () => {
    const cause = withCode('ECONNRESET')
    const aborted = Object.assign(new Error(secret, { cause }), { name: 'AbortError' })
    expect(safeFailure(aborted)).toEqual({ message: 'connection reset', code: 'ECONNRESET' })
  })
})

describe('safeFailure: where it looks', () => {
  it('finds the code of a cause', () => {
    const thrown = new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })
    expect(safeFailure(thrown)).toEqual({ message: 'connection refused', code: 'ECONNREFUSED' })
  })

  it.each([
    ['SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL'],
    ['HPE_INVALID_CONSTANT', 'HPE'],
    ['42P01', '42000'],
  ])('shows of %s, which is known by its family, the family alone', (given, shown) => {
    expect(safeFailure(withCode(given)).code).toBe(shown)
  })

  it('says of a port that fetch refuses why', async () => {
    const thrown = await fetch('http://127.0.0.1:6000/').catch((error: unknown) => error)
    expect(safeFailure(thrown)).toEqual({ message: 'port not allowed by fetch' })
  })

  it('looks at sixteen errors of a tree of causes and no further', () => {
    const nest = (depth: number): Error =>
      depth === 0 ? withCode('ECONNREFUSED') : new Error(secret, { cause: nest(depth - 1) })
    expect(safeFailure(nest(15)).message).toBe('connection refused')
    expect(safeFailure(nest(16))).toEqual(generic)
  })

  it.each([
    ['of its first error', new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')], secret)],
    ['of its own', Object.assign(new AggregateError([new Error(secret)]), { code: 'ECONNREFUSED' })],
    [
      'of a cause of its first error',
      new AggregateError([new Error('x', { cause: withCode('ECONNREFUSED') })]),
    ],
    ['of a nested one', new AggregateError([new AggregateError([withCode('ECONNREFUSED')])])],
  ])('finds the code of an AggregateError: %s', (_where, thrown) => {
    expect(safeFailure(thrown)).toEqual({ message: 'connection refused', code: 'ECONNREFUSED' })
  })

  it('finds the code of an AggregateError when its first error says nothing', () => {
    const thrown = new AggregateError([new Error(secret), withCode('ECONNREFUSED')])
    expect(safeFailure(thrown).message).toBe('connection refused')
  })

  it('ends on a cause that is its own cause', () => {
    const thrown: Error & { errors?: unknown } = new Error(secret)
    thrown.cause = thrown
    thrown.errors = [thrown]
    expect(safeFailure(thrown)).toEqual(generic)
  })

  it('ends on two errors that cause each other', () => {
    const first: Error = new Error(secret)
    first.cause = new Error(secret, { cause: first })
    expect(safeFailure(first)).toEqual(generic)
  })

  it('takes bounded time over a tree of errors without end', () => {
    let reads = 0
    const endless: object = new Proxy(
      {},
      {
        get: (_target, key) => {
          reads++
          if (key === 'cause') return endless
          return key === 'errors' ? [endless] : undefined
        },
      },
    )
    expect(safeFailure(endless)).toEqual(generic)
    expect(reads).toBeLessThan(1000)
  })
})

describe('safeFailure: what cannot hurt it', () => {
  const throwing = {
    get code(): never {
      throw new Error(secret)
    },
    get status(): never {
      throw new Error(secret)
    },
    get cause(): never {
      throw new Error(secret)
    },
    get errors(): never {
      throw new Error(secret)
    },
    get name(): never {
      throw new Error(secret)
    },
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const revokedList = Proxy.revocable([], {})
  revokedList.revoke()
  const trap = (): never => {
    throw new Error(secret)
  }
  const trapped = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap })

  it.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', secret],
    ['an empty string', ''],
    ['a number', 503],
    ['NaN', Number.NaN],
    ['a boolean', false],
    ['a bigint', 1n],
    ['a symbol', Symbol(secret)],
    ['a function', () => secret],
    ['an empty object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an array', [secret]],
    ['a promise', Promise.resolve(secret)],
    ['getters that throw', throwing],
    ['a revoked proxy', revoked.proxy],
    ['a revoked list of errors', { errors: revokedList.proxy }],
    ['a proxy whose traps throw', trapped],
    ['errors that are no list', { errors: secret }],
    ['an empty list of errors', new AggregateError([], secret)],
    ['a cause that is a string', new Error('x', { cause: secret })],
    ['a code that is a number', { code: 23 }],
    ['a code that is an object', { code: { toString: () => 'ECONNREFUSED' } }],
    ['a code that is a String', { code: Object('ECONNREFUSED') }],
    ['a name that is an object', { name: { toString: () => 'TimeoutError' } }],
  ])('%s becomes "check failed"', (_what, thrown) => {
    expect(safeFailure(thrown)).toEqual(generic)
  })

  it('finds the code beside getters that throw', () => {
    const thrown = Object.defineProperty({ cause: withCode('EPIPE') }, 'code', { get: trap })
    expect(safeFailure(thrown).message).toBe('connection closed')
  })
})

describe('safeFailure: what never leaves', () => {
  const planted = Object.assign(new Error(secret), {
    code: secret,
    name: secret,
    status: secret,
    config: { password: secret },
    stack: secret,
    cause: Object.assign(new Error(secret), { code: `ECONNREFUSED ${secret}`, name: secret }),
    errors: [Object.assign(new Error(secret), { code: secret, syscall: secret })],
    toJSON: () => secret,
    toString: () => secret,
  })

  it('a secret planted in every field', () => {
    expect(safeFailure(planted)).toEqual(generic)
  })

  it.each(['ECONNREFUSED', '28P01', 'SQLITE_BUSY', 'ERR_SSL_WRONG_VERSION_NUMBER'])(
    'a secret planted around the code %s',
    (code) => {
      const shown = safeFailure({ ...planted, code })
      expect(Object.keys(shown).sort()).toEqual(['code', 'message'])
      expect(JSON.stringify(shown)).not.toMatch(/hunter2|10\.0\.0\.7|orders/)
    },
  )

  // Codes are matched by family too; the part that the family leaves open is not of the vocabulary.
  it.each(['SQLITE_BUSY_HUNTER', 'ERR_SSL_PASSWORD_IS_HUNTER2', 'ERR_TLS_HUNTER2', 'HPE_HUNTER'])(
    'a secret planted in the open part of the code %s',
    (code) => {
      expect(JSON.stringify(safeFailure({ code }))).not.toContain('HUNTER')
    },
  )
})

describe('safeFailure: for anything at all', () => {
  const fixed = /^(check failed|timed out|aborted|HTTP [45]\d\d)$/
  const words = new Set(
    `connection refused, connection reset, connection aborted, connection closed,
    connection timed out, connection failed, host unreachable, network unreachable,
    no local address available, address in use, too many open files, out of memory, no space left,
    read-only file system, permission denied, not found, input/output error, TLS handshake failed,
    TLS handshake timed out, host name not found, host name has no such record,
    name resolution failed, name resolution timed out, host name invalid, certificate expired,
    certificate not yet valid, certificate revoked, certificate not trusted,
    certificate does not match the host name, timed out waiting for an answer, client closed,
    authentication failed, database not found, too many connections, query cancelled,
    database shutting down, database crashed, database starting up or shutting down,
    idle session timed out, database is read-only, lock not available, database locked,
    database cannot be opened, database corrupt, transaction rolled back, query rejected, answer is not valid HTTP,
    insufficient resources, operator intervention, database system error, database internal error`.split(
      /,\s+/,
    ),
  )

  function isFixed({ message }: SafeFailure): boolean {
    return words.has(message) || fixed.test(message)
  }

  const code = fc.oneof(
    fc.constantFrom(
      'ECONNREFUSED',
      '28P01',
      '08ABC',
      'SQLITE_IOERR_READ',
      'ERR_SSL_X',
      'ERR_TLS_Y',
      'HPE_Z',
      'XX000',
    ),
    fc.string(),
    fc.anything(),
  )
  const errorLike = fc.letrec((tie) => ({
    error: fc.record(
      {
        code,
        status: fc.oneof(fc.integer(), fc.integer({ min: 390, max: 610 }), fc.anything()),
        statusCode: fc.oneof(fc.integer({ min: 390, max: 610 }), fc.anything()),
        name: fc.oneof(fc.constantFrom('TimeoutError', 'AbortError'), fc.string(), fc.anything()),
        message: fc.string(),
        cause: fc.oneof({ depthSize: 'small' }, tie('error'), fc.anything()),
        errors: fc.oneof({ depthSize: 'small' }, fc.array(tie('error'), { maxLength: 3 }), fc.anything()),
      },
      { requiredKeys: [] },
    ),
  })).error

  it('the message is of the fixed vocabulary and nothing else is shown but a code', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    fc.assert(
      fc.property(fc.oneof(errorLike, anything), (thrown) => {
        const shown = safeFailure(thrown)
        expect(isFixed(shown), shown.message).toBe(true)
        expect(Object.keys(shown).every((key) => key === 'message' || key === 'code')).toBe(true)
        expect(shown.code === undefined || /^[A-Z0-9_]{3,80}$/.test(shown.code)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

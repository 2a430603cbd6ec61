import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { hasFreeConnection } from '../check-parts/pools/free-connection.ts'
import { poolUseOf } from '../check-parts/pools/pool-use.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { textOfCode } from '../errors/vocabulary.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** A `ConnectionPool` of mssql, known by its structure. */
export interface MssqlPool {
  readonly connected: boolean
  readonly connecting: boolean
  request(): MssqlRequest
}

/** A `Request` of mssql. */
export interface MssqlRequest {
  query(sql: string): PromiseLike<unknown>
  cancel(): void
}

/** Options of `mssql`. Durations are milliseconds. */
export interface MssqlCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write.
   * @default 'SELECT 1'
   */
  readonly query?: string
}

/** Numbers of SQL Server's own errors (sys.messages), and of Azure's. */
const numbers: Readonly<Record<number, string>> = {
  102: 'query rejected',
  156: 'query rejected',
  207: 'query rejected',
  208: 'query rejected',
  229: 'permission denied',
  230: 'permission denied',
  262: 'permission denied',
  701: 'out of memory',
  802: 'out of memory',
  823: 'input/output error',
  824: 'database corrupt',
  911: 'database not found',
  916: 'permission denied',
  927: 'database starting up or shutting down',
  1105: 'no space left',
  1205: 'transaction rolled back',
  1222: 'lock not available',
  3906: 'database is read-only',
  4060: 'database not found',
  4064: 'database not found',
  6005: 'database shutting down',
  9002: 'no space left',
  10928: 'insufficient resources',
  10929: 'insufficient resources',
  17142: 'database shutting down',
  17809: 'too many connections',
  18450: 'authentication failed',
  18451: 'database shutting down',
  18452: 'authentication failed',
  18456: 'authentication failed',
  18486: 'account locked',
  18487: 'password expired',
  18488: 'password expired',
  40197: 'database internal error',
  40501: 'insufficient resources',
  40613: 'database starting up or shutting down',
}

/** Codes of mssql and tedious, where there is no number. */
const codes: Readonly<Record<string, string>> = {
  // Of Node's resolver it means another thing.
  ETIMEOUT: 'connection timed out',
  ESOCKET: 'connection failed',
  EINSTLOOKUP: 'connection failed',
  ECLOSE: 'connection closed',
  ECONNCLOSED: 'pool closed',
  ENOTOPEN: 'not connected',
  ENOCONN: 'not connected',
  EINVALIDSTATE: 'connection closed',
  ECANCEL: 'query cancelled',
  EENCRYPT: 'TLS not supported by the server',
  EREQUEST: 'query rejected',
}

/**
 * Does SQL Server answer a query? Takes the `ConnectionPool` of mssql that the application has connected, or a
 * function that returns the current one.
 *
 * UP `connected`. DEGRADED `no free connection` while the pool is saturated, DOWN past `saturatedForMs`. DOWN
 * `not connected` until the pool has been connected and after it was closed, or a text of the fixed vocabulary
 * (`connection failed`, `authentication failed`, `timed out after 500 ms` …). Data: `connections`, `idle` and
 * `waiting` as numbers. A request that is not answered in time is cancelled. Without a free connection the pool is
 * not asked, since a probe must not stand in the queue of those who do the work.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { mssql } from 'hale/checks/mssql'
 * import { ConnectionPool } from 'mssql'
 *
 * const pool = new ConnectionPool(process.env.DATABASE_URL ?? '')
 * const health = createHealth({ checks: { database: mssql(pool, { timeoutMs: 300 }) } })
 * ```
 */
export function mssql(
  client: ClientOf<MssqlPool>,
  options: MssqlCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as MssqlCheckOptions
  const { query = 'SELECT 1', saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected SQL, got an empty string')
  const saturation = new Saturation(problems, given)
  return clientCheck<MssqlPool>({
    client,
    expected: 'a ConnectionPool of mssql',
    isClient: isPool,
    problems,
    options: rest,
    ownOptions: ['query', ...saturationOptions],
    textOf,
    ask(pool, context) {
      // Of a connection that breaks within a query tedious tells twice, and mssql passes one of the two on.
      warnOfUnheardErrors(context, pool, 'pool')
      return askPool(pool, query, saturation, context)
    },
  })
}

async function askPool(
  pool: MssqlPool,
  query: string,
  saturation: Saturation,
  context: CheckContext,
): Promise<Outcome> {
  // While it is connecting for the first time it queues nothing and refuses.
  if (!(await hasFreeConnection(() => !pool.connecting, context)) || !pool.connected)
    return down('not connected')
  const use = poolUseOf((pool as { readonly pool?: unknown }).pool)
  const full = await saturation.ofPool(use, context)
  if (full !== undefined) return full
  const request = pool.request()
  const cancel = (): void => {
    try {
      request.cancel()
    } catch {
      // What an abort listener throws has nobody to catch it and would end the process.
    }
  }
  context.signal.addEventListener('abort', cancel, { once: true })
  try {
    // Settles when the server has confirmed the cancellation, or 5 s later, when tedious gives the connection up:
    // until then the engine's overlap guard keeps other runs from taking one connection each.
    await request.query(query)
  } catch (error) {
    if (isQueued(error)) return saturation.ofFull(use, context)
    throw error
  } finally {
    context.signal.removeEventListener('abort', cancel)
  }
  saturation.end()
  return up('connected', use?.counts())
}

/** Somebody else was quicker, and there was no connection until the pool's own timeout. */
function isQueued(error: unknown): boolean {
  return messageOf(error).startsWith('operation timed out for an unknown reason')
}

function textOf(error: unknown): string | undefined {
  const chain: Readonly<Record<string, unknown>>[] = []
  for (let at = error; typeof at === 'object' && at !== null && chain.length < 8; ) {
    const one = at as Readonly<Record<string, unknown>>
    chain.push(one)
    at = one.originalError ?? one.info ?? one.cause ?? (one.errors as readonly unknown[] | undefined)?.[0]
  }
  for (const { number } of chain)
    if (typeof number === 'number' && Object.hasOwn(numbers, number)) return numbers[number]
  // The last cause says most: ECONNREFUSED rather than ESOCKET.
  for (const { code, message } of chain.reverse()) {
    if (code === 'ELOGIN') return textOfLogin(String(message))
    const text = Object.hasOwn(codes, String(code)) ? codes[String(code)] : textOfCode(String(code))
    if (text !== undefined) return text
  }
  return undefined
}

/** tedious keeps nothing of a refused login but the text. */
function textOfLogin(message: string): string {
  if (message.startsWith('Login failed for user')) return 'authentication failed'
  return message.startsWith('Cannot open database') ? 'database not found' : 'login refused'
}

function isPool(value: unknown): value is MssqlPool {
  return hasMethod(value, 'request') && typeof (value as MssqlPool).connected === 'boolean'
}

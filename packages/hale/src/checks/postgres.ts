import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { type PoolUse, poolUseOf } from '../check-parts/pools/pool-use.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import { isQueueError, textOfDriver } from '../check-parts/sql/driver-texts.ts'
import { isPostgresJs, type PostgresJs, PostgresJsQueries } from '../check-parts/sql/postgres-js.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

export type { SaturationOptions } from '../check-parts/pools/saturation.ts'
export type { PostgresJs } from '../check-parts/sql/postgres-js.ts'

/** A pg `Client`. */
export interface PostgresConnection {
  query(sql: string): PromiseLike<unknown>
  getTypeParser(oid: number): unknown
}

/** PGlite. */
export interface PgliteDatabase {
  query(sql: string): PromiseLike<unknown>
  exec(sql: string): unknown
}

/** What a pg `Pool` hands out. */
export interface PostgresPoolClient {
  query(sql: string): PromiseLike<unknown>
  release(destroy?: boolean): void
  on?(event: 'error', listener: () => void): unknown
  removeListener?(event: 'error', listener: () => void): unknown
}

/** A pg `Pool`. */
export interface PostgresPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly ending?: boolean
  readonly options?: { readonly max?: number | undefined; connectionTimeoutMillis?: number | undefined }
  connect(): Promise<PostgresPoolClient>
}

/** A client that the application has, known by its structure. */
export type PostgresClient = PostgresPool | PostgresConnection | PostgresJs | PgliteDatabase

/** Options of `postgres`. Durations are milliseconds. */
export interface PostgresCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write.
   * @default 'SELECT 1'
   */
  readonly query?: string
}

/**
 * Does PostgreSQL answer a query? Takes the pg `Pool` or `Client`, the postgres.js `sql` function or the PGlite that
 * the application has, or a function that returns the current one, for clients that do not reconnect by themselves.
 *
 * UP `connected`. DEGRADED `no free connection` while the pool is saturated, DOWN past `saturatedForMs`. DOWN with a
 * text of the fixed vocabulary otherwise (`connection refused`, `authentication failed`, `timed out after 500 ms` …).
 * Data of a pg pool: `connections`, `idle` and `waiting` as numbers. It lends a free connection for each run, which is
 * destroyed when the run times out on it; without a free one it is not asked, since a probe must not stand in the
 * queue of those who do the work. The pool of postgres.js keeps one query of the check while it is in full use.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { postgres } from 'hale/checks/postgres'
 * import pg from 'pg'
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * pool.on('error', () => {})
 * const health = createHealth({ checks: { database: postgres(pool, { timeoutMs: 300 }) } })
 * ```
 */
export function postgres(
  client: ClientOf<PostgresClient>,
  options: PostgresCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as PostgresCheckOptions
  const { query = 'SELECT 1', saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected SQL, got an empty string')
  const saturation = new Saturation(problems, given)
  const postgresJs = new PostgresJsQueries(saturation)
  return clientCheck<PostgresClient>({
    client,
    expected: 'a pg Pool or Client, the sql of postgres.js or PGlite',
    isClient,
    problems,
    options: rest,
    ownOptions: ['query', ...saturationOptions],
    textOf: textOfDriver,
    ask: async (current, context) => {
      if (isPool(current)) {
        warnOfUnheardErrors(context, current, 'pool')
        return askPool(current, query, saturation, context)
      }
      if (isPostgresJs(current)) return postgresJs.ask(current, query, context)
      if (hasMethod(current, 'getTypeParser')) warnOfUnheardErrors(context, current, 'client')
      const gone = goneOf(current)
      if (gone !== undefined) return down(gone)
      // A run that is not answered stays unsettled, so that the engine's overlap guard bounds what waits in the
      // client's own queue. Settling at the abort would put one more query there with each probe.
      await current.query(query)
      return up('connected')
    },
  })
}

// Clients of other databases have `query` too.
function isClient(value: unknown): value is PostgresClient {
  return (
    isPool(value) ||
    isPostgresJs(value) ||
    hasMethod(value, 'query', 'getTypeParser') ||
    hasMethod(value, 'query', 'exec')
  )
}

/**
 * A pg Client that nobody has told to connect would keep the query for when somebody does, and one that was turned
 * away for ever.
 */
function goneOf(client: PostgresClient): string | undefined {
  const { _connected, _connecting, _ended } = client as {
    readonly _connected?: unknown
    readonly _connecting?: unknown
    readonly _ended?: unknown
  }
  if (_ended === true) return 'client closed'
  return _connected === false && _connecting === false ? 'not connected' : undefined
}

async function askPool(
  pool: PostgresPool,
  query: string,
  saturation: Saturation,
  context: CheckContext,
): Promise<Outcome> {
  if (pool.ending === true) return down('pool closed')
  const use = poolUseOf(pool) as PoolUse
  const full = await saturation.ofPool(use, context)
  if (full !== undefined) return full
  try {
    await lend(await connectWithin(pool, context.timeoutMs), query, context.signal)
  } catch (error) {
    if (isQueueError(error)) return saturation.ofFull(use, context)
    throw error
  }
  saturation.end()
  return up('connected', use.counts())
}

/**
 * The pool has no timeout of its own for connecting by default, and no way to give up: a server that accepts and
 * never answers would keep one of its slots for each probe, for ever. pg-pool reads the option while `connect` is
 * called, so it is set for just that moment, in which no code of the application runs.
 */
function connectWithin(pool: PostgresPool, timeoutMs: number): Promise<PostgresPoolClient> {
  const { options } = pool
  const own = options?.connectionTimeoutMillis
  if (options === undefined || (own !== undefined && own > 0 && own <= timeoutMs)) return pool.connect()
  try {
    options.connectionTimeoutMillis = timeoutMs
    return pool.connect()
  } finally {
    options.connectionTimeoutMillis = own
  }
}

async function lend(client: PostgresPoolClient, query: string, signal: AbortSignal): Promise<void> {
  let lent = true
  const giveBack = (destroy: boolean): void => {
    if (lent) client.release(destroy)
    lent = false
  }
  if (signal.aborted) {
    giveBack(false)
    throw signal.reason
  }
  // Destroying rejects the query, and with it the run.
  const abort = (): void => {
    try {
      giveBack(true)
    } catch {
      // What an abort listener throws has nobody to catch it and would end the process.
    }
  }
  signal.addEventListener('abort', abort, { once: true })
  // The pool does not listen while a client is lent: a connection that breaks now would kill the process.
  client.on?.('error', ignore)
  try {
    await client.query(query)
    giveBack(false)
  } catch (error) {
    // What the server refuses with severity ERROR leaves the connection as good as it was.
    giveBack((error as { severity?: unknown } | undefined)?.severity !== 'ERROR')
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    client.removeListener?.('error', ignore)
  }
}

function ignore(): void {}

function isPool(value: unknown): value is PostgresPool {
  if (!hasMethod(value, 'connect')) return false
  const { totalCount, idleCount, waitingCount } = value as Partial<PostgresPool>
  return [totalCount, idleCount, waitingCount].every((count) => typeof count === 'number')
}

import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { askNodes } from '../check-parts/nodes/nodes.ts'
import { hasFreeConnection } from '../check-parts/pools/free-connection.ts'
import { poolUseOf } from '../check-parts/pools/pool-use.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import { isQueueError, textOfDriver } from '../check-parts/sql/driver-texts.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** A mysql2 `Pool`, `Connection` or namespace of a `PoolCluster`, with callbacks or promises. */
export interface MysqlQueryable {
  query(sql: string): unknown
  execute(sql: string): unknown
}

/** A mysql2 `PoolCluster`, with callbacks or promises. */
export interface MysqlCluster {
  of(pattern: string): MysqlQueryable
}

/** A client of mysql2 that the application has, known by its structure. */
export type MysqlClient = MysqlQueryable | MysqlCluster

/** Options of `mysql`. Durations are milliseconds. */
export interface MysqlCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write.
   * @default 'SELECT 1'
   */
  readonly query?: string
}

// The promise forms wrap those with callbacks, which are asked: they alone tell of the pool and of the socket.
type Callback<T> = (error: Error | null, value: T) => void

interface Connection {
  readonly state?: string
  readonly stream?: { destroy?(): unknown }
  query(sql: string, callback: Callback<unknown>): unknown
}

interface PoolConnection extends Connection {
  release(): void
  destroy(): void
}

interface Pool {
  readonly config?: { readonly connectionConfig?: { connectTimeout?: number } }
  readonly _closed?: boolean
  getConnection(callback: Callback<PoolConnection>): unknown
}

interface Cluster {
  readonly _nodes: Readonly<Record<string, { readonly pool: Pool }>>
  _findNodeIds(pattern: unknown, includeOffline: boolean): readonly string[]
}

type Core =
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'pool'; readonly pool: Pool }
  | { readonly kind: 'nodes'; readonly pools: () => readonly Pool[] }

/**
 * Does MySQL or MariaDB answer a query? Takes the mysql2 `Pool`, `Connection`, `PoolCluster` or a namespace of one
 * (`cluster.of('REPLICA*')`) that the application has, with callbacks or promises, or a function that returns the
 * current one, for a `Connection`, which does not reconnect by itself.
 *
 * UP `connected`. DEGRADED `no free connection` while a pool is saturated, DOWN past `saturatedForMs`; DEGRADED too
 * while some nodes of a cluster are not up, DOWN when none is. DOWN with a text of the fixed vocabulary otherwise
 * (`connection refused`, `authentication failed`, `timed out after 500 ms` …). Data of a pool: `connections`, `idle`
 * and `waiting`, of a cluster: `nodes` and `up`, as numbers. A pool lends a free connection for each run, which is
 * destroyed when the run times out on it; without a free one it is not asked, since a probe must not stand in the
 * queue of those who do the work.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { mysql } from 'hale/checks/mysql'
 * import { createPool } from 'mysql2/promise'
 *
 * const pool = createPool({ uri: process.env.DATABASE_URL ?? '' })
 * const health = createHealth({ checks: { database: mysql(pool, { timeoutMs: 300 }) } })
 * ```
 */
export function mysql(
  client: ClientOf<MysqlClient>,
  options: MysqlCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as MysqlCheckOptions
  const { query = 'SELECT 1', saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected SQL, got an empty string')
  const first = new Saturation(problems, given)
  const saturations = new WeakMap<Pool, Saturation>()
  const saturationOf = (pool: Pool): Saturation => {
    const known = saturations.get(pool) ?? new Saturation(new Problems(), given)
    saturations.set(pool, known)
    return known
  }
  return clientCheck<MysqlClient>({
    client,
    expected: 'a mysql2 Pool, Connection or PoolCluster',
    isClient: (value): value is MysqlClient => coreOf(value) !== undefined,
    problems,
    options: rest,
    ownOptions: ['query', ...saturationOptions],
    textOf: textOfDriver,
    ask: (current, context) => {
      const core = coreOf(current) as Core
      if (core.kind === 'connection') {
        warnOfUnheardErrors(context, core.connection, 'connection')
        return askConnection(core.connection, query, context)
      }
      if (core.kind === 'pool') return askPool(core.pool, query, first, context)
      return askNodes(core.pools(), context, (pool, part) => askPool(pool, query, saturationOf(pool), part))
    },
  })
}

function coreOf(client: unknown): Core | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  const { pool, connection, poolCluster, poolNamespace } = client as Readonly<Record<string, unknown>>
  for (const inner of [pool, connection, poolCluster, poolNamespace, client]) {
    const core = ofCallbacks(inner)
    if (core !== undefined) return core
  }
  return undefined
}

function ofCallbacks(client: unknown): Core | undefined {
  if (hasMethod(client, '_findNodeIds')) {
    const cluster = client as Cluster
    return { kind: 'nodes', pools: () => Object.values(cluster._nodes).map(({ pool }) => pool) }
  }
  const { _cluster: cluster, _pattern: pattern } = (client ?? {}) as {
    _cluster?: unknown
    _pattern?: unknown
  }
  if (hasMethod(cluster, '_findNodeIds')) {
    const { _nodes: nodes } = cluster as Cluster
    const ids = () => (cluster as Cluster)._findNodeIds(pattern, true)
    return { kind: 'nodes', pools: () => ids().flatMap((id) => nodes[id]?.pool ?? []) }
  }
  // Only the forms with callbacks can be turned into one with promises.
  if (!hasMethod(client, 'promise', 'query')) return undefined
  if (hasMethod(client, 'getConnection')) return { kind: 'pool', pool: client as Pool }
  return { kind: 'connection', connection: client as Connection }
}

async function askConnection(connection: Connection, query: string, context: CheckContext): Promise<Outcome> {
  const { state } = connection
  if (state === 'error' || state === 'disconnected') return down('connection closed')
  // Until it has connected it queues what it is asked, for as long as connecting takes.
  const ready = () => connection.state === undefined || connection.state === 'authenticated'
  if (!(await hasFreeConnection(ready, context))) return down('not connected')
  // Left unsettled when it is not answered: the engine's overlap guard bounds what waits in the client's queue.
  await new Promise<void>((resolve, reject) => {
    connection.query(query, (error) => (error ? reject(error) : resolve()))
  })
  return up('connected')
}

async function askPool(
  pool: Pool,
  query: string,
  saturation: Saturation,
  context: CheckContext,
): Promise<Outcome> {
  if (pool._closed === true) return down('pool closed')
  const use = poolUseOf(pool)
  const full = await saturation.ofPool(use, context)
  if (full !== undefined) return full
  try {
    await lend(await connectWithin(pool, context.timeoutMs), query, context.signal)
  } catch (error) {
    // Somebody else was quicker.
    if (isQueueError(error)) return saturation.ofFull(use, context)
    throw error
  }
  saturation.end()
  return up('connected', use?.counts())
}

/**
 * Connecting takes as long as the pool's `connectTimeout`, 10 s by default, and cannot be given up: a server that
 * accepts and never answers would keep a slot of the pool for each probe. mysql2 reads the option while
 * `getConnection` is called, so it is set for just that moment, in which no code of the application runs.
 */
function connectWithin(pool: Pool, timeoutMs: number): Promise<PoolConnection> {
  const connect = () =>
    new Promise<PoolConnection>((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
    })
  const config = pool.config?.connectionConfig
  const own = config?.connectTimeout
  if (config === undefined || (own !== undefined && own > 0 && own <= timeoutMs)) return connect()
  try {
    config.connectTimeout = timeoutMs
    return connect()
  } finally {
    if (own === undefined) delete config.connectTimeout
    else config.connectTimeout = own
  }
}

function lend(connection: PoolConnection, query: string, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      // Destroyed, mysql2 calls nobody back, and waits for the server to close its end: a frozen one never does.
      try {
        connection.destroy()
        connection.stream?.destroy?.()
      } catch {
        // What an abort listener throws has nobody to catch it and would end the process.
      }
      reject(signal.reason)
    }
    if (signal.aborted) {
      connection.release()
      reject(signal.reason)
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    connection.query(query, (error) => {
      signal.removeEventListener('abort', abort)
      // A broken one would go to the next in the pool's queue.
      if ((error as { fatal?: unknown } | null)?.fatal === true) connection.destroy()
      else connection.release()
      if (error) reject(error)
      else resolve()
    })
  })
}

import { hasMethod } from '../asking/structure.ts'
import { hasUnanswered } from './unanswered.ts'

/** How much of a pool of connections is in use. */
export interface PoolUse {
  /** Whether a connection could be had at once, or be opened, rather than waited for. */
  isFree(): boolean
  /**
   * Whether any of its connections has been made, so that whoever waits may wait for one. Where none has, the server
   * cannot be reached.
   */
  isConnected(): boolean
  /** Whether checks hold some of its connections with queries that their runs have given up. */
  hasUnanswered(): boolean
  /** Nothing, of a pool that cannot be counted. */
  counts(): PoolCounts | undefined
}

/** The numbers that a check shows of a pool. */
export interface PoolCounts {
  readonly connections: number
  readonly idle: number
  readonly waiting: number
}

interface PgPool extends Readonly<Record<'totalCount' | 'idleCount' | 'waitingCount', number>> {
  readonly options?: { readonly max?: number | undefined }
  readonly _clients?: readonly { readonly _connected?: boolean }[]
}

interface Queue<T> {
  readonly length: number
  get(index: number): T | undefined
}

interface MysqlPool {
  readonly config?: { readonly connectionLimit?: number }
  readonly _allConnections: Queue<{ readonly authorized?: boolean }>
  readonly _freeConnections: Queue<unknown>
  readonly _connectionQueue?: Queue<unknown>
}

interface TarnPool {
  readonly max: number
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
  numPendingCreates(): number
}

interface SequelizePool
  extends Readonly<Record<'size' | 'available' | 'using' | 'waiting' | 'maxSize', number>> {}

/** The use of a pool of pg, mysql2, tarn (knex, mssql) or sequelize-pool; undefined of anything else. */
export function poolUseOf(pool: unknown): PoolUse | undefined {
  if (typeof pool !== 'object' || pool === null) return undefined
  const use = useOf(pool)
  return use && { ...use, hasUnanswered: () => hasUnanswered(pool) }
}

type Use = Omit<PoolUse, 'hasUnanswered'>

function useOf(pool: object): Use | undefined {
  if (isPgPool(pool)) return ofPg(pool)
  if (has(pool, 'size', 'available', 'using', 'waiting', 'maxSize')) return ofSequelize(pool as SequelizePool)
  if (hasMethod(pool, 'numUsed', 'numFree', 'numPendingAcquires', 'numPendingCreates'))
    return ofTarn(pool as TarnPool)
  const { _allConnections: all, _freeConnections: free } = pool as Partial<MysqlPool>
  return all === undefined || free === undefined ? undefined : ofMysql(pool as MysqlPool)
}

/** Whether it is the pool of pg. */
export function isPgPool(pool: unknown): pool is PgPool {
  return typeof pool === 'object' && pool !== null && has(pool, 'totalCount', 'idleCount', 'waitingCount')
}

function has(pool: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (pool as Readonly<Record<string, unknown>>)[name] === 'number')
}

function ofPg(pool: PgPool): Use {
  return {
    isFree() {
      const { totalCount, idleCount, waitingCount, options } = pool
      if (idleCount > waitingCount) return true
      return options?.max === undefined ? waitingCount === 0 : totalCount < options.max
    },
    isConnected: () => pool._clients?.some(({ _connected }) => _connected !== false) ?? true,
    counts: () => ({ connections: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  }
}

function ofMysql(pool: MysqlPool): Use {
  return {
    isFree() {
      if (pool._freeConnections.length > 0) return true
      // No limit is written as 0.
      const limit = pool.config?.connectionLimit
      return limit === undefined || limit === 0 || pool._allConnections.length < limit
    },
    isConnected() {
      const { _allConnections: all } = pool
      return Array.from({ length: all.length }, (_, at) => all.get(at)).some(
        (made) => made?.authorized !== false,
      )
    },
    counts: () => ({
      connections: pool._allConnections.length,
      idle: pool._freeConnections.length,
      waiting: pool._connectionQueue?.length ?? 0,
    }),
  }
}

function ofTarn(pool: TarnPool): Use {
  const connections = () => pool.numUsed() + pool.numFree() + pool.numPendingCreates()
  return {
    isFree: () => pool.numFree() > pool.numPendingAcquires() || connections() < pool.max,
    isConnected: () => pool.numUsed() + pool.numFree() > 0,
    counts: () => ({ connections: connections(), idle: pool.numFree(), waiting: pool.numPendingAcquires() }),
  }
}

function ofSequelize(pool: SequelizePool): Use {
  return {
    isFree: () => pool.available > 0 || pool.size < pool.maxSize,
    isConnected: () => pool.using + pool.available > 0,
    counts: () => ({ connections: pool.size, idle: pool.available, waiting: pool.waiting }),
  }
}

import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { isPgPool, poolUseOf } from '../check-parts/pools/pool-use.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import { rememberQuery } from '../check-parts/pools/unanswered.ts'
import { causesOf, isQueued, textOfCauses } from '../check-parts/sql/orm-errors.ts'
import { isPostgresJs, PostgresJsQueries } from '../check-parts/sql/postgres-js.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** Knex. */
export interface KnexClient {
  readonly client: unknown
  raw(sql: string): PromiseLike<unknown>
}

/** Kysely. */
export interface KyselyClient {
  /** Its type of a compiled query is its own. */
  executeQuery(query: never): PromiseLike<unknown>
  getExecutor(): unknown
}

/** Drizzle over PostgreSQL or MySQL. */
export interface DrizzleClient {
  readonly _: object
  execute(sql: string): PromiseLike<unknown>
}

/** Drizzle over SQLite. */
export interface DrizzleSqliteClient {
  readonly _: object
  get(sql: string): unknown
  run(sql: string): unknown
}

/** A `DataSource` of TypeORM. */
export interface TypeormClient {
  readonly isInitialized: boolean
  query(sql: string): PromiseLike<unknown>
  createQueryRunner(): unknown
}

/** Sequelize. */
export interface SequelizeClient {
  query(sql: string, options: { readonly logging: false }): PromiseLike<unknown>
  authenticate(): unknown
}

/** Prisma. */
export interface PrismaClient {
  $queryRawUnsafe(sql: string): PromiseLike<unknown>
}

/** A client that the application has, known by its structure. */
export type SqlClient =
  | KnexClient
  | KyselyClient
  | DrizzleClient
  | DrizzleSqliteClient
  | TypeormClient
  | SequelizeClient
  | PrismaClient

/** Options of `sql`. Durations are milliseconds. */
export interface SqlCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write. Oracle wants `SELECT 1 FROM DUAL`.
   * @default 'SELECT 1'
   */
  readonly query?: string
  /**
   * The pool beneath a client that hides it (Kysely, Prisma): that of pg or mysql2, which the application has made, or
   * the `sql` of postgres.js, which is asked itself.
   * @default the pool of Knex, Drizzle, TypeORM and Sequelize
   */
  readonly pool?: object
}

/** How a kind of client is asked, and where its pool is. */
interface Access {
  ask(query: string): unknown
  readonly pool?: unknown
  /** What is wrong before anything is asked. */
  readonly closed?: string | undefined
}

/**
 * Does the database beneath an ORM or query builder answer a query? Takes the Knex, Kysely, Drizzle, TypeORM
 * (`DataSource`), Sequelize or Prisma client that the application has, or a function that returns the current one,
 * and asks it in its own way. Where you have the driver's own client, the checks `postgres`, `mysql` and `sqlite` can
 * do more: they take a connection back from a server that does not answer.
 *
 * UP `connected`. DEGRADED `no free connection` while the pool is saturated, DOWN past `saturatedForMs`. DOWN with a
 * text of the fixed vocabulary otherwise; `earlier query not answered` when the pool is in full use while a query of
 * the check itself is still under way; `not connected` before TypeORM has been initialised. Data of a pool that can
 * be seen: `connections`, `idle` and `waiting` as numbers. Without a free connection it is not asked, since a probe
 * must not stand in the queue of those who do the work.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { sql } from 'hale/checks/sql'
 * import knex from 'knex'
 *
 * const database = knex({ client: 'pg', connection: process.env.DATABASE_URL ?? '' })
 * const health = createHealth({ checks: { database: sql(database) } })
 * ```
 */
export function sql(
  client: ClientOf<SqlClient>,
  options: SqlCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as SqlCheckOptions
  const { query = 'SELECT 1', pool, saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected SQL, got an empty string')
  if (pool !== undefined && !isPostgresJs(pool) && poolUseOf(unwrapped(pool)) === undefined)
    problems.add('pool', `expected a pool of pg or mysql2, or the sql of postgres.js, got ${kindOf(pool)}`)
  const asking = new Asking(query, pool, new Saturation(problems, given))
  return clientCheck<SqlClient>({
    client,
    expected: 'a client of Knex, Kysely, Drizzle, TypeORM, Sequelize or Prisma',
    isClient: (value): value is SqlClient => accessTo(value) !== undefined,
    problems,
    options: rest,
    ownOptions: ['query', 'pool', ...saturationOptions],
    textOf: textOfCauses,
    ask: (current, context) => asking.ask(accessTo(current) as Access, context),
  })
}

class Asking {
  readonly #query: string
  readonly #pool: object | undefined
  readonly #saturation: Saturation
  readonly #postgresJs: PostgresJsQueries

  constructor(query: string, pool: object | undefined, saturation: Saturation) {
    this.#query = query
    this.#pool = pool
    this.#saturation = saturation
    this.#postgresJs = new PostgresJsQueries(saturation)
  }

  async ask(access: Access, context: CheckContext): Promise<Outcome> {
    if (access.closed !== undefined) return down(access.closed)
    const given = this.#pool ?? access.pool
    // Only a query of its own tells of that pool.
    if (isPostgresJs(given)) return this.#postgresJs.ask(given, this.#query, context)
    const pool = unwrapped(given)
    if (isPgPool(pool)) warnOfUnheardErrors(context, pool, 'pool')
    const use = poolUseOf(pool)
    const full = await this.#saturation.ofPool(use, context)
    if (full !== undefined) return full
    try {
      // Left unsettled when it is not answered, since none of these clients can be called back: the engine's overlap
      // guard bounds how many connections that costs.
      const answer = Promise.resolve(access.ask(this.#query))
      if (pool !== undefined) rememberQuery(pool, answer, () => context.signal.aborted)
      await answer
    } catch (error) {
      const causes = causesOf(error, this.#query)
      if (causes.some(isQueued)) return this.#saturation.ofFull(use, context)
      throw causes.length > 1 ? new AggregateError(causes, 'the query failed') : error
    }
    this.#saturation.end()
    return up('connected', use?.counts())
  }
}

function accessTo(client: unknown): Access | undefined {
  if (hasMethod(client, '$queryRawUnsafe'))
    return { ask: (query) => as<PrismaClient>(client).$queryRawUnsafe(query) }
  if (hasMethod(client, 'executeQuery', 'getExecutor'))
    return { ask: (query) => as<KyselyClient>(client).executeQuery(compiled(query) as never) }
  if (hasMethod(client, 'query', 'createQueryRunner')) return accessToTypeorm(as<TypeormClient>(client))
  if (hasMethod(client, 'query', 'authenticate')) return accessToSequelize(as<SequelizeClient>(client))
  if (hasMethod(client, 'raw') && 'client' in as<object>(client)) return accessToKnex(as<KnexClient>(client))
  // Drizzle alone has `_`, and drivers too have `execute`, `get` and `run`.
  if (typeof client !== 'object' || client === null || !('_' in client)) return undefined
  const pool = (client as { $client?: unknown }).$client
  if (hasMethod(client, 'execute')) return { ask: (query) => as<DrizzleClient>(client).execute(query), pool }
  if (hasMethod(client, 'get', 'run'))
    return { ask: (query) => as<DrizzleSqliteClient>(client).get(query), pool }
  return undefined
}

function accessToKnex(client: KnexClient): Access {
  const { pool } = (client.client ?? {}) as { readonly pool?: unknown }
  return { ask: (query) => client.raw(query), pool }
}

function accessToTypeorm(client: TypeormClient): Access {
  const { driver } = client as { readonly driver?: { readonly master?: unknown; readonly pool?: unknown } }
  return {
    ask: (query) => client.query(query),
    pool: driver?.master ?? driver?.pool,
    closed: client.isInitialized ? undefined : 'not connected',
  }
}

function accessToSequelize(client: SequelizeClient): Access {
  const { connectionManager } = client as { readonly connectionManager?: { readonly pool?: unknown } }
  const pool = connectionManager?.pool as { readonly write?: unknown } | undefined
  // It prints each query by default. What is no SELECT by its options goes to the pool that writes.
  return { ask: (query) => client.query(query, { logging: false }), pool: pool?.write ?? pool }
}

/** A compiled query of Kysely. */
function compiled(query: string): object {
  return {
    sql: query,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [query], parameters: [] },
    queryId: { queryId: 'hale' },
  }
}

/** The promise pool of mysql2 wraps the one that tells of itself, the pool of mssql one of tarn. */
function unwrapped(pool: unknown): object | undefined {
  const found = poolUseOf(pool) === undefined ? (pool as { readonly pool?: unknown } | undefined)?.pool : pool
  return typeof found === 'object' && found !== null ? found : undefined
}

function as<T>(value: unknown): T {
  return value as T
}

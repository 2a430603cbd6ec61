import { stat } from 'node:fs/promises'
import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** The database object of better-sqlite3, libsql, `libsql/promise`, node:sqlite or bun:sqlite. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement | PromiseLike<SqliteStatement>
  exec(sql: string): unknown
  /** False once better-sqlite3 or libsql have been closed; of node:sqlite a method. */
  readonly open?: unknown
  /** False once node:sqlite has been closed. */
  readonly isOpen?: boolean
}

/** What `prepare` makes. */
export interface SqliteStatement {
  get(): unknown
}

/** The client of @libsql/client. */
export interface SqliteClient {
  execute(sql: string): PromiseLike<unknown>
  executeMultiple(sql: string): PromiseLike<unknown>
  readonly closed?: boolean
}

/** Options of `sqlite`. */
export interface SqliteCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write, and be quick: most drivers block the event loop meanwhile.
   * @default 'SELECT 1 FROM sqlite_master LIMIT 1'
   */
  readonly query?: string
}

type Database = SqliteDatabase | SqliteClient

// `SELECT 1` reads nothing: it succeeds on a locked, corrupt or overwritten file. The schema's table is in every
// database, on its first page; reading one row of it takes the shared lock and costs the same at any size. The old
// name sqlite_master, because PRAGMA and the new one are not known to every server of libsql.
const defaultQuery = 'SELECT 1 FROM sqlite_master LIMIT 1'
const lockPollMs = 20

/** Primary result codes, for node:sqlite, whose errors carry nothing but the number. */
const resultCodes: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
}

/**
 * Can the SQLite database be read? Takes the database that the application has open (better-sqlite3, libsql,
 * node:sqlite, bun:sqlite, the client of @libsql/client), or a function that returns the current one.
 *
 * UP `readable`. DEGRADED `no free connection` while transactions hold each connection of @libsql/client, DOWN past
 * `saturatedForMs`. DOWN `database locked`, `database corrupt`, `database closed`, `database file deleted` (an open
 * database reads on from a file that has been deleted, and all it writes is lost) or another text of the fixed
 * vocabulary. No data.
 *
 * Synchronous drivers block the event loop for as long as the query takes, about 50 µs. They do not block it while
 * the database is locked: the driver's busy timeout is set aside for the query, and the check waits without it, for
 * up to half of `timeoutMs`.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { sqlite } from 'hale/checks/sqlite'
 * import Database from 'libsql'
 *
 * const database = new Database('orders.db', {})
 * const health = createHealth({ checks: { database: sqlite(database) } })
 * ```
 */
export function sqlite(
  database: ClientOf<SqliteDatabase | SqliteClient>,
  options: SqliteCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as SqliteCheckOptions
  const { query = defaultQuery, saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected SQL, got an empty string')
  const saturation = new Saturation(problems, given)
  const wasDeleted = deletionWatch()
  return clientCheck<Database>({
    client: database,
    parameter: 'database',
    expected: 'an open database',
    isClient: isDatabase,
    problems,
    options: rest,
    ownOptions: ['query', ...saturationOptions],
    // bun:sqlite does not show it before.
    textOf: (error) => (messageOf(error) === 'Cannot use a closed database' ? 'database closed' : undefined),
    ask: async (current, context) => {
      if (isClosed(current)) return down('database closed')
      if (await wasDeleted(current)) return down('database file deleted')
      try {
        await readPatiently(current, query, context)
      } catch (error) {
        if (isSaturated(error)) return saturation.outcome(context)
        throw error
      }
      saturation.end()
      return up('readable')
    },
  })
}

async function readPatiently(
  database: Database,
  query: string,
  { signal, timeoutMs, now }: CheckContext,
): Promise<void> {
  for (let left = timeoutMs / 2; ; ) {
    const before = now()
    try {
      await read(database, query)
      return
    } catch (error) {
      if (left <= 0 || signal.aborted || !(isBusy(error) || isSaturated(error))) throw coded(error)
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, Math.min(lockPollMs, left)).unref()
    })
    // Timers of a busy loop are late; the clock of a test may stand still.
    left -= Math.max(lockPollMs, now() - before)
  }
}

function read(database: Database, query: string): unknown {
  if ('execute' in database) return database.execute(query)
  const own = prepare(database, 'PRAGMA busy_timeout')
  if (own !== undefined && 'then' in own)
    return Promise.resolve(database.prepare(query)).then((made) => made.get())
  return readWithoutWaiting(database, query, timeoutOf(own))
}

/**
 * better-sqlite3 waits for a lock for up to 5 s by default, and the whole process with it. The timeout belongs to
 * the connection; it is put back before any other code can run.
 */
function readWithoutWaiting(database: SqliteDatabase, query: string, ownTimeoutMs: number): unknown {
  const ask = (sql: string): unknown => (database.prepare(sql) as SqliteStatement).get()
  if (ownTimeoutMs === 0) return ask(query)
  ask('PRAGMA busy_timeout = 0')
  try {
    return ask(query)
  } finally {
    ask(`PRAGMA busy_timeout = ${ownTimeoutMs}`)
  }
}

function prepare(database: SqliteDatabase, sql: string): ReturnType<SqliteDatabase['prepare']> | undefined {
  try {
    return database.prepare(sql)
  } catch {
    // Where the pragma is not to be had there is nothing to set aside.
    return undefined
  }
}

function timeoutOf(statement: SqliteStatement | undefined): number {
  try {
    const timeoutMs = Number((statement?.get() as { timeout?: unknown } | undefined)?.timeout)
    return Number.isInteger(timeoutMs) ? timeoutMs : 0
  } catch {
    return 0
  }
}

/**
 * Tells whether the file of a database is gone. A file counts as deleted only after it has been seen: a remote
 * database names a file of its server.
 */
function deletionWatch(): (database: Database) => Promise<boolean> {
  let watched: Database | undefined
  let path = ''
  let seen = false
  return async (database) => {
    if (database !== watched) {
      const found = await pathOf(database)
      path = found ?? ''
      watched = found === undefined ? undefined : database
      seen = false
    }
    if (path === '') return false
    const there = await stat(path).then(
      () => true,
      (error: { code?: unknown }) => error.code !== 'ENOENT',
    )
    const deleted = seen && !there
    seen ||= there
    return deleted
  }
}

/** Undefined when it could not be asked just now. */
async function pathOf(database: Database): Promise<string | undefined> {
  const query = 'PRAGMA database_list'
  try {
    const found =
      'execute' in database
        ? ((await database.execute(query)) as { rows?: readonly unknown[] }).rows?.[0]
        : await (await database.prepare(query)).get()
    const file = (found as { file?: unknown } | undefined)?.file
    return typeof file === 'string' ? file : ''
  } catch (error) {
    // Some servers of libsql allow no PRAGMA.
    return isSaturated(error) ? undefined : ''
  }
}

function isDatabase(value: unknown): value is Database {
  // Clients of other databases have `prepare` or `execute` too.
  return hasMethod(value, 'prepare', 'exec') || hasMethod(value, 'execute', 'executeMultiple')
}

function isClosed(database: Database): boolean {
  if ('execute' in database) return database.closed === true
  return database.open === false || database.isOpen === false
}

function isBusy(error: unknown): boolean {
  const { code } = coded(error) as { code?: unknown }
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)(_|$)/.test(code)
}

/** Transactions of the application hold each connection of @libsql/client, of which a database in memory has one. */
function isSaturated(error: unknown): boolean {
  return (Object(error) as { code?: unknown }).code === 'TRANSACTION_ACTIVE'
}

/** The error with a code that the vocabulary knows, where its driver gives none. */
function coded(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return {}
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return error
  // Extended codes keep the primary one in their low byte.
  return Object.assign(new Error('SQLite failed', { cause: error }), { code: resultCodes[errcode & 0xff] })
}

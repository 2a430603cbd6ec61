import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import LibsqlPromise from 'libsql/promise'
import { afterAll, afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type SqliteCheckOptions, sqlite } from './sqlite.ts'

const directory = mkdtempSync(join(tmpdir(), 'hale-sqlite-planted-'))
const file = join(directory, 'orders.db')
let database: Libsql.Database
const opened: Libsql.Database[] = []

function open(options: object = {}): Libsql.Database {
  const made = new Libsql(file, options)
  opened.push(made)
  return made
}

function removeFiles(): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}

function recreate(): void {
  closeAll()
  removeFiles()
  database = open()
  database.exec('CREATE TABLE orders (id INTEGER)')
}

function closeAll(): void {
  for (const one of opened.splice(0)) if (one.open) one.close()
}

beforeEach(recreate)
afterEach(closeAll)
afterAll(() => rmSync(directory, { recursive: true }))

function asked(given: Parameters<typeof sqlite>[0], options: SqliteCheckOptions = {}) {
  const health = createHealth({ checks: { database: sqlite(given, { timeoutMs: 5_000, ...options }) } })
  return () => health.check('database').run()
}

describe('keeps the contract of checks', () => {
  let locker: Libsql.Database
  const cases = checkContract({
    create: () => sqlite(() => database, { timeoutMs: 200 }),
    heal: recreate,
    secrets: [directory, 'orders.db', 'planted'],
    faults: {
      'a locked file': {
        inject: () => {
          locker = open()
          locker.exec('BEGIN EXCLUSIVE')
        },
        heal: () => locker.exec('ROLLBACK'),
        expect: { text: 'database locked' },
      },
      'a corrupt file': {
        inject: () => writeFileSync(file, Buffer.alloc(8192, 'x')),
        expect: { text: 'database corrupt' },
      },
      'a deleted file': { inject: removeFiles, expect: { text: 'database file deleted' } },
      'a closed database': { inject: () => database.close(), expect: { text: 'database closed' } },
    },
  })
  test.each(cases)('$name', { timeout: 30_000 }, ({ run }) => run())
})

describe('sqlite', () => {
  test('is UP with an empty file, a file in WAL mode, a database in memory and one in raw mode', async () => {
    expect(await asked(database)()).toMatchObject({ status: 'UP', message: 'readable' })
    database.exec('PRAGMA journal_mode = WAL')
    expect((await asked(database)()).status).toBe('UP')
    expect((await asked(new Libsql(':memory:', {}))()).status).toBe('UP')
    database.defaultSafeIntegers(true)
    expect((await asked(database)()).status).toBe('UP')
  })

  test('a lock of a moment is waited for, without blocking the event loop and without touching the timeout', async () => {
    const waiting = open({ timeout: 4_000 })
    const timeout = () => (waiting.prepare('PRAGMA busy_timeout').get() as { timeout: number }).timeout
    database.exec('BEGIN EXCLUSIVE')
    const run = asked(waiting)
    const answer = run()
    let turns = 0
    const ticking = setInterval(() => turns++, 5)
    await expect.poll(() => turns).toBeGreaterThan(10)
    expect(timeout()).toBe(4_000)
    database.exec('ROLLBACK')
    clearInterval(ticking)
    expect((await answer).status).toBe('UP')
    expect(timeout()).toBe(4_000)
  })

  test('a query of one’s own is asked, and refused with a safe text', async () => {
    expect((await asked(database, { query: 'SELECT count(*) FROM orders' })()).status).toBe('UP')
    const { status, error } = await asked(database, { query: 'SELECT planted FROM nowhere' })()
    expect([status, error]).toEqual(['DOWN', 'query rejected'])
  })

  test('asks a libsql database of promises', async () => {
    const promised = new LibsqlPromise(file, {})
    expect((await asked(promised)()).status).toBe('UP')
    database.exec('BEGIN EXCLUSIVE')
    expect((await asked(promised, { timeoutMs: 100 })()).error).toBe('database locked')
    database.exec('ROLLBACK')
    promised.close()
  })

  test('asks a client that executes, and sees that its file is gone, but not that of a server', async () => {
    const texts: string[] = []
    const client = (path: string) => ({
      closed: false,
      execute: async (sql: string) => {
        texts.push(sql)
        return { rows: sql.startsWith('PRAGMA') ? [{ seq: 0, name: 'main', file: path }] : [] }
      },
    })
    const run = asked(client(file))
    expect((await run()).status).toBe('UP')
    rmSync(file)
    expect((await run()).error).toBe('database file deleted')
    expect((await asked(client('/srv/elsewhere.db'))()).status).toBe('UP')
    expect((await asked({ ...client(file), closed: true })()).error).toBe('database closed')
    expect(texts).toContain('SELECT 1 FROM sqlite_master LIMIT 1')
  })

  // node:sqlite begins with Node 22.5, so its errors are imitated: a code for all of them, and SQLite's number.
  test.for([
    [261, 'database locked'],
    [11, 'database corrupt'],
    [14, 'database cannot be opened'],
    [522, 'input/output error'],
    [1, 'query rejected'],
    [99, 'check failed'],
  ] as const)('an error of node:sqlite with number %i', async ([errcode, expected]) => {
    const fails = () => {
      throw Object.assign(new Error(`${file}: planted`), { code: 'ERR_SQLITE_ERROR', errcode })
    }
    const nodeSqlite = {
      isOpen: true,
      prepare: (sql: string) => ({ get: sql.startsWith('PRAGMA') ? () => ({}) : fails }),
    }
    expect((await asked(nodeSqlite, { timeoutMs: 50 })()).error).toBe(expected)
    expect((await asked({ ...nodeSqlite, isOpen: false })()).error).toBe('database closed')
  })

  test('an iterator that the application has open in better-sqlite3 is no outage', async () => {
    let iterating = true
    const betterSqlite = {
      open: true,
      prepare() {
        if (iterating) throw new TypeError('This database connection is busy executing a query')
        return { get: () => undefined }
      },
    }
    const answer = asked(betterSqlite)()
    setTimeout(() => {
      iterating = false
    }, 30)
    expect((await answer).status).toBe('UP')
  })

  test('a function that fails to give a database is DOWN', async () => {
    const fails = () => Promise.reject(Object.assign(new Error(file), { code: 'SQLITE_CANTOPEN' }))
    expect((await asked(fails)()).error).toBe('database cannot be opened')
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = () =>
      createHealth({
        checks: { database: sqlite('orders.db' as never, { query: '', timeout: 3 } as object) },
      })
    for (const field of ['database', 'query', 'timeout']) expect(make).toThrow(`checks.database.${field}:`)
    expect(make).toThrow('3 problems')
    expect(make).not.toThrow(/orders/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(sqlite).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    sqlite(database, { probes: ['liveness'] })
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { Client as Cassandra } from 'cassandra-driver'
import Libsql from 'libsql'
import LibsqlPromise from 'libsql/promise'
import { createConnection, createPool } from 'mysql2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import {
  type AnsweringHttp,
  type HttpAnswer,
  startAnsweringHttp,
} from '../../../../tests/servers/answering-http.ts'
import { whenBetterSqlite3 } from '../../../../tests/servers/better-sqlite3.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type SqliteCheckOptions, type SqliteClient, type SqliteDatabase, sqlite } from './sqlite.ts'

const directory = mkdtempSync(join(tmpdir(), 'hale-sqlite-planted-'))
const file = join(directory, 'orders.db')
let database: Libsql.Database
const opened: Libsql.Database[] = []

function open(options: object = {}): Libsql.Database {
  const made = new Libsql(file, options)
  opened.push(made)
  return made
}

/** That of node:sqlite, as the types of Node 22 and later declare it: those of Node 20 have none. */
interface DatabaseSync {
  close(): void
  exec(sql: string): void
  open(): void
  prepare(sql: string, options?: object): StatementSync
  readonly isOpen: boolean
  readonly isTransaction: boolean
}

interface StatementSync {
  get(...anonymousParameters: (null | number | bigint | string)[]): Record<string, unknown> | undefined
  get(named: Record<string, null | number>, ...rest: number[]): Record<string, unknown> | undefined
}

let questions = 0

/** The same, whose statements are counted. */
function counted<T extends object>(given: T, method: 'prepare' | 'execute'): T {
  return new Proxy(given, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...rest: unknown[]) => {
        if (key === method) questions++
        return value.apply(target, rest)
      }
    },
  })
}

function removeFiles(): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}

function recreate(): void {
  closeAll()
  removeFiles()
  database = counted(open(), 'prepare')
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

/**
 * What may befall a file, and whoever has it open. It is locked by another connection of the same library: locks are
 * those of a process, in which another copy of SQLite would not see them.
 */
function fileFaults(close: () => void, connect: () => { exec(sql: string): unknown } = open) {
  let locker: ReturnType<typeof connect>
  return {
    'a locked file': {
      inject: () => {
        locker = connect()
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
    'a closed client': { inject: close, expect: { text: 'database closed' } },
  }
}

describe('keeps the contract of checks', () => {
  const cases = checkContract({
    create: () => sqlite(() => database, { timeoutMs: 200 }),
    heal: recreate,
    works: nothingToConnect,
    secrets: [directory, 'orders.db', 'planted'],
    questions: () => questions,
    faults: fileFaults(() => database.close()),
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

/** As much of a database of node:sqlite or better-sqlite3 as is used here. */
interface OtherDatabase {
  readonly isOpen?: boolean
  readonly open?: boolean
  exec(sql: string): unknown
  prepare(sql: string): { get(): unknown }
  close(): unknown
}

function keepsContractWith(openFile: () => OtherDatabase): void {
  const connected: OtherDatabase[] = []
  let current: OtherDatabase
  const connect = (): OtherDatabase => {
    const made = openFile()
    connected.push(made)
    return made
  }
  const close = () => {
    for (const one of connected.splice(0)) if (one.isOpen ?? one.open) one.close()
  }
  const reopen = () => {
    close()
    recreate()
    current = counted(connect(), 'prepare')
  }
  beforeEach(reopen)
  afterEach(close)
  const cases = checkContract({
    create: () => sqlite(() => current, { timeoutMs: 200 }),
    heal: reopen,
    secrets: [directory, 'orders.db', 'planted'],
    questions: () => questions,
    works: () => current.prepare('SELECT 1').get(),
    faults: fileFaults(() => current.close(), connect),
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
}

// Of Node 22.13 and later.
const nodeSqlite = process.getBuiltinModule('node:sqlite') as
  | { readonly DatabaseSync: new (path: string) => OtherDatabase }
  | undefined

if (nodeSqlite !== undefined) {
  describe('keeps the contract of checks with node:sqlite', () => {
    keepsContractWith(() => new nodeSqlite.DatabaseSync(file))
  })
}

whenBetterSqlite3('keeps the contract of checks with better-sqlite3', (openDatabase) => {
  keepsContractWith(() => openDatabase(file))

  test('an iterator that the application has open is no outage', async () => {
    const used = openDatabase(file)
    used.exec('INSERT INTO orders VALUES (1), (2)')
    const iterator = used.prepare('SELECT id FROM orders').iterate()
    iterator.next()
    expect((await asked(used)()).status).toBe('UP')
    expect(iterator.next().done).toBe(false)
    iterator.return?.()
    used.close()
  })

  test('its own timeout of 5 s does not block the event loop, and is put back', async () => {
    const waiting = openDatabase(file)
    const timeout = () => (waiting.prepare('PRAGMA busy_timeout').get() as { timeout: number }).timeout
    const locker = openDatabase(file)
    locker.exec('BEGIN EXCLUSIVE')
    const answer = asked(waiting)()
    let turns = 0
    const ticking = setInterval(() => turns++, 5)
    await expect.poll(() => turns).toBeGreaterThan(10)
    locker.exec('ROLLBACK')
    clearInterval(ticking)
    expect((await answer).status).toBe('UP')
    expect(timeout()).toBe(5_000)
    locker.close()
    waiting.close()
  })
})

describe('keeps the contract of checks with @libsql/client', () => {
  let client: Client
  const reopen = () => {
    client?.close()
    recreate()
    client = counted(createClient({ url: `file:${file}` }), 'execute')
  }
  beforeEach(reopen)
  afterAll(() => client.close())
  const cases = checkContract({
    create: () => sqlite(() => client, { timeoutMs: 200 }),
    heal: reopen,
    works: nothingToConnect,
    secrets: [directory, 'orders.db', 'planted'],
    questions: () => questions,
    faults: fileFaults(() => client.close()),
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('keeps the contract of checks with @libsql/client and a server', () => {
  let client: Client
  let server: AnsweringHttp
  let gate: TcpGate
  let denied = false

  // Hrana over HTTP, version 2, as far as one query goes.
  const answer = (text: string): HttpAnswer => {
    if (denied) return { status: 401, body: '{"error":"planted"}' }
    const { requests } = JSON.parse(text) as { requests: { type: string; stmt?: { sql: string } }[] }
    const results = requests.map(({ type, stmt }) => {
      if (type !== 'execute') return { type: 'ok', response: { type } }
      if (stmt?.sql.startsWith('PRAGMA'))
        return { type: 'error', error: { message: 'planted', code: 'SQL_NOT_ALLOWED' } }
      const rows = [[{ type: 'integer', value: '1' }]]
      const result = { cols: [{ name: '1' }], rows, affected_row_count: 0, last_insert_rowid: null }
      return { type: 'ok', response: { type, result } }
    })
    const body = JSON.stringify({ baton: null, base_url: null, results })
    return { headers: { 'content-type': 'application/json' }, body }
  }
  beforeAll(async () => {
    server = await startAnsweringHttp((_request, text) => answer(text))
    gate = await startTcpGate(server.port)
    client = createClient({ url: `http://127.0.0.1:${gate.port}`, authToken: 'planted-Secret' })
    await client.execute('SELECT 1')
  })
  afterAll(async () => {
    client.close()
    await gate.close()
    await server[Symbol.asyncDispose]()
  })
  const cases = checkContract({
    create: () => sqlite(client, { timeoutMs: 200 }),
    works: nothingToConnect,
    secrets: ['planted', '127.0.0.1'],
    connections: () => acceptedBeyond(2, gate),
    questions: () => server.requests.length,
    faults: {
      ...gateFaults(() => gate, { timeoutMs: 200 }),
      ...serverFaults(() => server, { frozen: /^timed out/ }),
      'a wrong token': {
        inject: () => {
          denied = true
        },
        heal: () => {
          denied = false
        },
        expect: { text: 'HTTP 401' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())

  test('a port that accepts and never answers, one that refuses, and the same for WebSockets', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    for (const [url, expected] of [
      [`http://127.0.0.1:${silent.port}`, /timed out/],
      [`ws://127.0.0.1:${silent.port}`, /timed out/],
      [`http://127.0.0.1:${await closedPort()}`, /^connection refused$/],
      [`ws://127.0.0.1:${await closedPort()}`, /^connection failed$/],
    ] as const) {
      const elsewhere = createClient({ url })
      expect((await asked(elsewhere, { timeoutMs: 150 })()).error).toMatch(expected)
      elsewhere.close()
    }
  })
})

describe('sqlite', () => {
  test('a client of @libsql/client whose connections transactions hold is saturated, not broken', async () => {
    const client = createClient({ url: ':memory:' })
    const transaction = await client.transaction('write')
    const run = asked(client, { timeoutMs: 100 })
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    expect((await asked(client, { timeoutMs: 100, saturatedForMs: 0 })()).status).toBe('DOWN')
    const answer = asked(client)()
    setTimeout(() => transaction.rollback(), 30)
    expect(await answer).toMatchObject({ status: 'UP', message: 'readable' })
    expect((await run()).status).toBe('UP')
    client.close()
  })

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
      executeMultiple: async () => {},
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
      exec() {},
      prepare: (sql: string) => ({ get: sql.startsWith('PRAGMA') ? () => ({}) : fails }),
    }
    expect((await asked(nodeSqlite, { timeoutMs: 50 })()).error).toBe(expected)
    expect((await asked({ ...nodeSqlite, isOpen: false })()).error).toBe('database closed')
  })

  test('a database of bun:sqlite that was closed says so only when it is asked', async () => {
    const prepare = () => {
      throw new RangeError('Cannot use a closed database')
    }
    expect((await asked({ exec() {}, prepare })()).error).toBe('database closed')
  })

  test('a function that fails to give a database is DOWN', async () => {
    const fails = () => Promise.reject(Object.assign(new Error(file), { code: 'SQLITE_CANTOPEN' }))
    expect((await asked(fails)()).error).toBe('database cannot be opened')
  })

  test('the client of another database is refused, since it would seem to be asked', () => {
    const connection = createConnection({ host: '127.0.0.1', port: 1 }).on('error', () => {})
    for (const other of [
      createPool({}),
      connection,
      new Cassandra({ contactPoints: ['x'], localDataCenter: 'y' }),
    ])
      expect(() => createHealth({ checks: { database: sqlite(other as unknown as Client) } })).toThrow(
        /database: expected an open database/,
      )
    connection.destroy()
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
    expectTypeOf<DatabaseSync>().toExtend<SqliteDatabase>()
    expectTypeOf<Libsql.Database>().toExtend<SqliteDatabase>()
    expectTypeOf<Client>().toExtend<SqliteClient>()
    // @ts-expect-error a dependency cannot restart the process
    sqlite(database, { probes: ['liveness'] })
  })
})

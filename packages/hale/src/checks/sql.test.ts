import { createClient } from '@libsql/client'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import makeKnex from 'knex'
import { Kysely, PostgresDialect, sql as rawOfKysely, SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import postgresJs from 'postgres'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { PrismaClient } from '../../../../tests/fixtures/prisma-client.ts'
import { closedPort } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type PostgresServer, postgresProgram, startPostgres } from '../../../../tests/servers/postgres.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type SqlCheckOptions, type SqlClient, sql } from './sql.ts'

const size = 3

/** A client under test, over PostgreSQL. */
interface Made {
  readonly client: SqlClient
  readonly options?: SqlCheckOptions
  /** What the application does with it. */
  works(): PromiseLike<unknown>
  /** Takes one connection from its pool; returns how to give it back. */
  hold(): Promise<() => unknown>
  end(): Promise<unknown>
}

interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

function pgPool(target: Target): pg.Pool {
  const pool = new pg.Pool({ ...target, max: size })
  pool.on('error', () => {})
  // Kysely does not listen to a connection that it has taken: one that breaks in a query would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function holdOf(pool: pg.Pool): Promise<() => void> {
  const client = await pool.connect()
  return () => client.release()
}

const makers: Readonly<Record<string, (target: Target) => Made | Promise<Made>>> = {
  Knex(target) {
    const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
    const knex = makeKnex({ client: 'pg', connection: { ...target }, pool: { min: 0, max: size }, log })
    return {
      client: knex,
      works: () => knex.raw('SELECT 1'),
      async hold() {
        const connection = await knex.client.acquireConnection()
        return () => knex.client.releaseConnection(connection)
      },
      end: () => knex.destroy(),
    }
  },
  Kysely(target) {
    const pool = pgPool(target)
    const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
    const works = () => rawOfKysely`SELECT 1`.execute(kysely)
    return { client: kysely, options: { pool }, works, hold: () => holdOf(pool), end: () => kysely.destroy() }
  },
  Drizzle(target) {
    const pool = pgPool(target)
    const client = drizzlePg(pool)
    return {
      client,
      works: () => client.execute('SELECT 1'),
      hold: () => holdOf(pool),
      end: () => pool.end(),
    }
  },
  'Drizzle over postgres.js'({ user, ...target }) {
    const pool = postgresJs({
      ...target,
      username: user,
      max: size,
      connect_timeout: 0.2,
      // What it is asked while it pauses waits.
      backoff: () => 0,
      onnotice: () => {},
    })
    const client = drizzlePostgresJs(pool)
    return {
      client,
      works: () => client.execute('SELECT 1'),
      async hold() {
        const held = await pool.reserve()
        return () => held.release()
      },
      end: () => pool.end({ timeout: 1 }),
    }
  },
  async TypeORM({ user, ...target }) {
    const source = new DataSource({
      type: 'postgres',
      ...target,
      username: user,
      poolSize: size,
      poolErrorHandler: () => {},
      logging: false,
    })
    await source.initialize()
    return {
      client: source,
      works: () => source.query('SELECT 1'),
      async hold() {
        const runner = source.createQueryRunner()
        await runner.connect()
        return () => runner.release()
      },
      end: () => source.destroy(),
    }
  },
  Sequelize({ user, password, database, host, port }) {
    const printed = { logging: false } as const
    const pool = { max: size, evict: 100_000 }
    const sequelize = new Sequelize(database, user, password, {
      dialect: 'postgres',
      host,
      port,
      pool,
      ...printed,
    })
    return {
      client: sequelize,
      works: () => sequelize.query('SELECT 1'),
      async hold() {
        const connection = await sequelize.connectionManager.getConnection({ type: 'write' })
        return () => sequelize.connectionManager.releaseConnection(connection)
      },
      end: () => sequelize.close(),
    }
  },
  Prisma(target) {
    const pool = pgPool(target)
    const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
    return {
      client: prisma,
      options: { pool },
      works: () => prisma.$queryRawUnsafe('SELECT 1'),
      hold: () => holdOf(pool),
      async end() {
        await prisma.$disconnect()
        await pool.end()
      },
    }
  },
}

function asked(client: SqlClient | (() => SqlClient), options?: SqlCheckOptions, clock = systemClock) {
  const health = createHealth({ checks: { database: sql(client, options) }, clock })
  return () => health.check('database').run()
}

whenOwned(postgresProgram, 'sql over a real PostgreSQL', () => {
  let server: PostgresServer
  let gate: TcpGate
  let observer: pg.Client
  beforeAll(async () => {
    server = await startPostgres({ maxConnections: 40 })
    gate = await startTcpGate(server.port)
    await observe()
    await observer.query('CREATE TABLE probed (id INT)')
  })
  afterAll(async () => {
    await observer.end()
    await gate.close()
    await server.close()
  })

  async function observe(): Promise<void> {
    observer = new pg.Client({ connectionString: server.url })
    observer.on('error', () => {})
    await observer.connect()
  }

  function target(): Target {
    const { user, password, database } = server
    return { host: '127.0.0.1', port: gate.port, user, password, database }
  }

  describe.each(Object.entries(makers))('%s keeps the contract of checks', (_name, make) => {
    let made: Made
    let held: (() => unknown)[] = []
    beforeAll(async () => {
      made = await make(target())
      await (await made.hold())()
    })
    afterAll(() => made.end())
    const setPassword = (password: string) =>
      observer.query(`ALTER ROLE ${server.user} PASSWORD '${password}'`)
    const cases = checkContract({
      create: () =>
        sql(made.client, { timeoutMs: 150, query: 'SELECT id FROM probed LIMIT 1', ...made.options }),
      secrets: () => [server.password, server.host, String(gate.port), 'postgres://', 'probed'],
      works: () => made.works(),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 150 }),
        ...serverFaults(() => server, { restarted: observe }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await expect.poll(() => gate.open, { interval: 2 }).toBe(0)
          },
          heal: () => setPassword(server.password),
          expect: { text: /^(authentication failed|connection (closed|reset))$/ },
        },
        'a slow query': {
          inject: () => observer.query('BEGIN; LOCK TABLE probed IN ACCESS EXCLUSIVE MODE'),
          heal: () => observer.query('ROLLBACK'),
          expect: { text: /timed out/ },
        },
        'a pool in full use': {
          inject: async () => {
            held = await Promise.all(Array.from({ length: size }, () => made.hold()))
          },
          heal: async () => {
            for (const giveBack of held) await giveBack()
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  // That of postgres.js cannot be counted.
  test.each(Object.entries(makers).filter(([name]) => !name.endsWith('postgres.js')))(
    '%s: its pool is shown, and told apart when it is saturated',
    async (_name, make) => {
      const made = await make(target())
      let skewMs = 0
      const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
      const run = asked(made.client, { timeoutMs: 150, ...made.options }, clock)
      await expect
        .poll(run, { timeout: 5_000 })
        .toMatchObject({ status: 'UP', message: 'connected', data: { waiting: 0 } })
      const held = await Promise.all(Array.from({ length: size }, () => made.hold()))
      const data = { connections: size, idle: 0, waiting: 0 }
      for (let probe = 0; probe < 2; probe++)
        expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection', data })
      const waiter = made.hold()
      expect(await run()).toMatchObject({ status: 'DEGRADED', data: { ...data, waiting: 1 } })
      skewMs += 30_000
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'no free connection' })
      for (const giveBack of held) await giveBack()
      await (await waiter)()
      await expect.poll(run, { timeout: 5_000 }).toMatchObject({ status: 'UP', data: { waiting: 0 } })
      await made.end()
    },
  )

  test.each(Object.entries(makers))(
    '%s: what the server refuses, and a client that was closed',
    async (_name, make) => {
      const made = await make(target())
      const query = 'SELECT secret FROM nowhere_4713'
      const report = await asked(made.client, { timeoutMs: 2_000, ...made.options, query })()
      expect(report).toMatchObject({ status: 'DOWN', error: 'query rejected', errorCode: '42000' })
      expect(JSON.stringify(report)).not.toMatch(/secret|nowhere/)
      await made.end()
      const { status, error } = await asked(made.client, { timeoutMs: 2_000, ...made.options })()
      expect([status, error]).toEqual([
        'DOWN',
        expect.stringMatching(/^(client closed|pool closed|not connected)$/),
      ])
    },
  )

  test.each(['Knex', 'Kysely', 'Drizzle', 'Sequelize', 'Prisma'] as const)(
    '%s: nobody listens, and a wrong password',
    async (name) => {
      const make = makers[name] as (typeof makers)[string]
      const refused = await make({ ...target(), port: await closedPort() })
      // Prisma tells a port that refuses and a host that is not known by one kind of error.
      const error = name === 'Prisma' ? 'connection failed' : 'connection refused'
      expect(await asked(refused.client, { timeoutMs: 2_000 })()).toMatchObject({ error })
      await refused.end()
      const denied = await make({ ...target(), password: 'wrong-Secret-0815' })
      const report = await asked(denied.client, { timeoutMs: 2_000 })()
      expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
      expect(JSON.stringify(report)).not.toContain('ecret')
      await denied.end()
    },
  )

  test('Prisma with a pool of its own: saturated, where that gives up before the check does', async () => {
    const adapter = new PrismaPg({ ...target(), max: 1, connectionTimeoutMillis: 50 })
    const prisma = new PrismaClient({ adapter })
    const run = asked(prisma, { timeoutMs: 1_000 })
    await expect.poll(run).toMatchObject({ status: 'UP', message: 'connected' })
    await prisma.$transaction(async () => {
      expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    })
    expect((await run()).status).toBe('UP')
    await prisma.$disconnect()
    expect((await run()).status).toBe('UP')
    await prisma.$disconnect()
  })

  test('a pool that is full of the check’s own queries is not called saturated', async () => {
    const pool = pgPool(target())
    const options = { timeoutMs: 30, overlapAfterMs: 0, query: 'SELECT id FROM probed LIMIT 1' }
    const run = asked(drizzlePg(pool), options)
    await observer.query('BEGIN; LOCK TABLE probed IN ACCESS EXCLUSIVE MODE')
    try {
      const lent = await pool.connect()
      for (let probe = 0; probe < 2; probe++) expect((await run()).error).toMatch(/timed out/)
      for (let probe = 0; probe < 5; probe++) {
        expect(await run()).toMatchObject({ status: 'DOWN', error: 'earlier query not answered' })
        expect(pool.waitingCount).toBe(0)
      }
      lent.release()
    } finally {
      await observer.query('ROLLBACK')
    }
    await expect.poll(async () => (await run()).status, { timeout: 5_000 }).toBe('UP')
    await pool.end()
  })

  test('nor is one that is full of the queries of other checks', async () => {
    const made = await makers.Knex?.(target())
    if (made === undefined) throw new Error('there is no maker for Knex')
    const options = { timeoutMs: 60, overlapAfterMs: 0, query: 'SELECT id FROM probed LIMIT 1' }
    const [first, second] = [asked(made.client, options), asked(made.client, { ...options, timeoutMs: 100 })]
    await expect.poll(async () => (await first()).status, { timeout: 5_000 }).toBe('UP')
    await observer.query('BEGIN; LOCK TABLE probed IN ACCESS EXCLUSIVE MODE')
    try {
      for (let probe = 0; probe < size; probe++) expect((await first()).error).toMatch(/timed out/)
      expect(await second()).toMatchObject({ status: 'DOWN', error: 'earlier query not answered' })
    } finally {
      await observer.query('ROLLBACK')
    }
    await expect.poll(async () => (await second()).status, { timeout: 5_000 }).toBe('UP')
    await made.end()
  })
})

describe('sql without a server', () => {
  test('SQLite: Kysely and Drizzle', async () => {
    const database = new Libsql(':memory:', {})
    const kysely = new Kysely<object>({ dialect: new SqliteDialect({ database: database as never }) })
    expect(await asked(kysely, { timeoutMs: 2_000 })()).toMatchObject({ status: 'UP', message: 'connected' })
    const query = 'SELECT secret FROM nowhere'
    expect(await asked(kysely, { timeoutMs: 2_000, query })()).toMatchObject({ error: 'query rejected' })
    const client = createClient({ url: ':memory:' })
    const drizzle = drizzleLibsql(client)
    expect(await asked(drizzle, { timeoutMs: 2_000 })()).toMatchObject({ status: 'UP' })
    expect(await asked(drizzle, { timeoutMs: 2_000, query })()).toMatchObject({ error: 'query rejected' })
    client.close()
    await kysely.destroy()
  })

  test('TypeORM is not connected before it has been initialised', async () => {
    const source = new DataSource({ type: 'postgres', host: '127.0.0.1' })
    expect(await asked(source)()).toMatchObject({ status: 'DOWN', error: 'not connected' })
  })

  test('Drizzle over a pool of mysql2 is told apart by it', async () => {
    const pool = createPool(`mysql://hale:hidden@127.0.0.1:${await closedPort()}/shop`)
    const client = drizzleMysql(pool)
    expect(await asked(client, { timeoutMs: 2_000 })()).toMatchObject({ error: 'connection refused' })
    await pool.end()
    expect(await asked(client, { timeoutMs: 2_000 })()).toMatchObject({ error: 'pool closed' })
  })

  describe('Prisma, by its structure', () => {
    const failing = (error: object) => ({
      $queryRawUnsafe: () => Promise.reject(Object.assign(new Error(), error)),
    })

    const adapterError = (cause: Readonly<Record<string, string>>) => ({
      code: 'P2010',
      meta: { driverAdapterError: Object.assign(new Error(cause.kind), { cause }) },
    })

    test('is asked in its own way', async () => {
      const texts: string[] = []
      const prisma = { $queryRawUnsafe: async (text: string) => void texts.push(text) }
      expect(await asked(prisma)()).toMatchObject({ status: 'UP', message: 'connected' })
      expect(await asked(() => prisma, { query: 'SELECT 2' })()).toMatchObject({ status: 'UP' })
      expect(texts).toEqual(['SELECT 1', 'SELECT 2'])
    })

    test.for([
      [{ code: 'P1001' }, 'DOWN', 'connection failed'],
      [{ code: 'P1017' }, 'DOWN', 'connection closed'],
      [{ errorCode: 'P1000' }, 'DOWN', 'authentication failed'],
      [{ code: 'P2024' }, 'DEGRADED', 'no free connection'],
      [{ code: 'P9999', message: 'planted' }, 'DOWN', 'check failed'],
      // What Prisma 7.10 has thrown with its adapters for pg and better-sqlite3, at a real database.
      [
        adapterError({ kind: 'DatabaseDoesNotExist', originalCode: '3D000', db: 'planted' }),
        'DOWN',
        'database not found',
      ],
      [
        adapterError({
          kind: 'SocketTimeout',
          originalCode: 'SQLITE_BUSY',
          originalMessage: 'database is locked',
        }),
        'DOWN',
        'database locked',
      ],
    ] as const)('%j', async ([error, status, text]) => {
      const report = await asked(failing(error))()
      expect([report.status, report.error ?? report.message]).toEqual([status, text])
      expect(JSON.stringify(report)).not.toMatch(/planted|127\.0/)
    })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { query: '', pool: {}, saturatedAs: 'UP', timeoutMS: 3 } as object
    const make = () => createHealth({ checks: { database: sql('postgres://hidden' as never, options) } })
    expect(make).toThrow(/checks\.database\.client: expected a client of Knex.* a string of 17 characters/)
    for (const field of ['query', 'pool', 'saturatedAs', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('a driver’s own client is refused, since it has a check of its own', async () => {
    const pool = new pg.Pool()
    // @ts-expect-error no ORM
    expect((await asked(() => pool)()).error).toBe('not a client')
    await pool.end()
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(sql).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    sql({ $queryRawUnsafe: async () => {} }, { probes: ['liveness'] })
  })
})

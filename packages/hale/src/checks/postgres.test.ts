import { PGlite } from '@electric-sql/pglite'
import { ConnectionPool as MssqlPool } from 'mssql'
import { createPool } from 'mysql2'
import pg from 'pg'
import postgresJs from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type PostgresServer, postgresProgram, startPostgres } from '../../../../tests/servers/postgres.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { singleCheck } from '../testing/single-check.ts'
import { type PostgresCheckOptions, type PostgresClient, postgres } from './postgres.ts'

const pools: pg.Pool[] = []

function poolOf(url: string, config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...config })
  pool.on('error', () => {})
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

function asked(
  client: PostgresClient | (() => PostgresClient),
  options?: PostgresCheckOptions,
  clock = systemClock,
) {
  return singleCheck(postgres(client, options), clock)
}

const eventually = polling({ timeout: 10_000, interval: 5 })

whenOwned(postgresProgram, 'postgres with a real server', () => {
  let server: PostgresServer
  let gate: TcpGate
  let administrator: pg.Client
  beforeAll(async () => {
    server = await startPostgres({ maxConnections: 12 })
    gate = await startTcpGate(server.port)
    await administer()
    await administrator.query('CREATE TABLE probed (id INT)')
  })
  afterAll(async () => {
    await administrator.end()
    await gate.close()
    await server.close()
  })

  async function administer(): Promise<void> {
    administrator = new pg.Client({ connectionString: server.url })
    administrator.on('error', () => {})
    await administrator.connect()
  }

  const setPassword = (password: string) =>
    administrator.query(`ALTER ROLE ${server.user} PASSWORD '${password}'`)
  const throughGate = () => server.url.replace(`:${server.port}`, `:${gate.port}`)
  const secrets = () => [server.password, server.host, String(gate.port), 'postgres://', 'probed']
  const probed = { timeoutMs: 200, query: 'SELECT id FROM probed LIMIT 1' }
  const slowQuery = {
    inject: () => administrator.query('BEGIN; LOCK TABLE probed IN ACCESS EXCLUSIVE MODE'),
    heal: () => administrator.query('ROLLBACK'),
    expect: { text: /timed out/ },
  }

  describe('keeps the contract of checks', () => {
    let pool: pg.Pool
    let held: pg.PoolClient[] = []
    beforeAll(async () => {
      pool = new pg.Pool({ connectionString: throughGate(), max: 4 })
      pool.on('error', () => {})
      await pool.query('SELECT 1')
    })
    afterAll(() => pool.end())
    const cases = checkContract({
      create: () => postgres(pool, probed),
      secrets,
      works: () => pool.query('SELECT 1'),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, silent: /timed out/ }),
        ...serverFaults(() => server, { restarted: administer }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await eventually(() => pool.totalCount).toBe(0)
          },
          heal: () => setPassword(server.password),
          expect: { text: 'authentication failed' },
        },
        'a slow query': slowQuery,
        'a pool in full use': {
          inject: async () => {
            held = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
          },
          heal: () => {
            for (const client of held) client.release()
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  describe('keeps the contract of checks with a single Client', () => {
    let client: pg.Client
    const begin = async () => {
      client = new pg.Client({ connectionString: throughGate() })
      client.on('error', () => {})
      await client.connect()
    }
    const lost = /^(client closed|connection (closed|reset))$/
    const network = gateFaults(() => gate, { timeoutMs: 200, cut: lost })
    beforeAll(begin)
    afterAll(() => client.end())
    const cases = checkContract({
      create: () => postgres(() => client, probed),
      secrets,
      works: () => client.query('SELECT 1'),
      faults: {
        ...network,
        // It does not connect again by itself: the application makes another.
        'cut connections': {
          ...network['cut connections'],
          heal: async () => {
            await gate.become('well')
            await begin()
          },
        },
        ...serverFaults(() => server, {
          killed: lost,
          restarted: async () => {
            await administer()
            await begin()
          },
        }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await expect(begin()).rejects.toMatchObject({ code: '28P01' })
          },
          heal: async () => {
            await setPassword(server.password)
            await begin()
          },
          expect: { text: lost },
        },
        'a slow query': slowQuery,
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  describe('keeps the contract of checks with postgres.js', () => {
    let client: postgresJs.Sql
    let reserved: postgresJs.ReservedSql[] = []
    let slow: ReturnType<typeof client.unsafe>[] = []
    beforeAll(async () => {
      client = postgresJs(throughGate(), { max: 4, connect_timeout: 0.2, onnotice: () => {} })
      await client.unsafe('SELECT 1')
    })
    afterAll(() => client.end({ timeout: 1 }))
    const cases = checkContract({
      create: () => postgres(client, probed),
      secrets,
      works: () => client.unsafe('SELECT 1'),
      faults: {
        // After a failure it waits before it connects again, and queues what it is asked meanwhile.
        ...gateFaults(() => gate, { timeoutMs: 200, cut: /^connection (closed|reset)$|^timed out/ }),
        ...serverFaults(() => server, {
          killed: /^connection (refused|closed|reset)$|^timed out/,
          restarted: administer,
        }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await eventually(() => gate.open).toBe(0)
          },
          heal: () => setPassword(server.password),
          expect: { text: /^authentication failed$|^timed out|^connection (closed|reset)$/ },
        },
        'a slow query': slowQuery,
        'a pool of reserved connections': {
          inject: async () => {
            reserved = await Promise.all(Array.from({ length: 4 }, () => client.reserve()))
          },
          heal: () => {
            for (const { release } of reserved) release()
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
        // It writes what has to wait behind them on the same connections.
        'a pool of slow queries': {
          inject: () => {
            slow = Array.from({ length: 4 }, () => client.unsafe('SELECT pg_sleep(600)').execute())
          },
          heal: async () => {
            for (const query of slow) query.cancel()
            await Promise.allSettled(slow)
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('postgres.js: what the server refuses, a wrong password, and a client that was ended', async () => {
    const client = postgresJs(server.url, { max: 1, onnotice: () => {} })
    const refused = await asked(client, { timeoutMs: 2_000, query: 'SELECT secret FROM nowhere_4713' }).run()
    expect(refused).toMatchObject({ status: 'DOWN', error: 'query rejected', errorCode: '42000' })
    expect(JSON.stringify(refused)).not.toMatch(/secret|nowhere/)
    await client.end()
    expect((await asked(client, { timeoutMs: 2_000 }).run()).error).toBe('client closed')
    const denied = postgresJs(server.url.replace(server.password, 'wrong-Secret-0815'), { max: 1 })
    const report = await asked(denied, { timeoutMs: 2_000 }).run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed', errorCode: '28P01' })
    expect(JSON.stringify(report)).not.toContain('ecret')
    await denied.end()
    const elsewhere = postgresJs(`postgres://hale:hidden@127.0.0.1:${await closedPort()}/x`, { max: 1 })
    expect((await asked(elsewhere, { timeoutMs: 2_000 }).run()).error).toBe('connection refused')
    await elsewhere.end({ timeout: 0 })
  })

  test('a frozen server eats no connection of the pool, however long it is probed', {
    timeout: 60_000,
  }, async () => {
    const pool = poolOf(server.url, { max: 5 })
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(pool, { timeoutMs: 5_000 })
    const { run, runs } = asked(pool, { timeoutMs: 15 })
    await eventually(patient.run).toMatchObject({
      message: 'connected',
      data: { connections: 1, idle: 1, waiting: 0 },
    })
    server.stop()
    try {
      const before = runs.started
      while (runs.started < before + 60) {
        expect((await run()).status).toBe('DOWN')
        expect(pool.totalCount).toBeLessThanOrEqual(1)
        expect(pool.waitingCount).toBe(0)
        await eventually(() => runs.unsettled).toBe(0)
      }
      expect(pool.totalCount).toBe(0)
      expect(pool.options.connectionTimeoutMillis).toBeUndefined()
    } finally {
      server.cont()
    }
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
    // It takes the server a moment to be rid of those that were given up.
    const five = () => Promise.all(Array.from({ length: 5 }, () => pool.query('select 1')))
    await eventually(() => five().then(({ length }) => length, String)).toBe(5)
  })

  test('a pool in full use is DEGRADED, gets no waiter and recovers with the first free connection', async () => {
    const pool = poolOf(server.url, { max: 2 })
    const { run } = asked(pool, { timeoutMs: 100 })
    const lent = [await pool.connect(), await pool.connect()]
    const saturated = {
      status: 'DEGRADED',
      message: 'no free connection',
      data: { connections: 2, idle: 0, waiting: 0 },
    }
    for (let probe = 0; probe < 5; probe++) expect(await run()).toMatchObject(saturated)
    expect(pool.waitingCount).toBe(0)
    const waiter = pool.query('select 1')
    expect(await run()).toMatchObject({ status: 'DEGRADED', data: { waiting: 1 } })
    for (const client of lent) client.release()
    await waiter
    expect(await run()).toMatchObject({ status: 'UP', data: { connections: 2, idle: 2, waiting: 0 } })
  })

  test('waits a moment for a connection that is about to come free', async () => {
    const pool = poolOf(server.url, { max: 1 })
    const client = await pool.connect()
    const { run } = asked(pool, { timeoutMs: 5_000 })
    const report = run()
    setTimeout(() => client.release(), 50)
    expect((await report).status).toBe('UP')
  })

  test('a pool that stays saturated is DOWN past saturatedForMs, counted from the last success', async () => {
    const pool = poolOf(server.url, { max: 1 })
    let skewMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
    const { run } = asked(pool, { timeoutMs: 200 }, clock)
    for (let round = 0; round < 2; round++) {
      const client = await pool.connect()
      expect((await run()).status).toBe('DEGRADED')
      skewMs += 29_000
      expect((await run()).status).toBe('DEGRADED')
      skewMs += 1_000
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'no free connection', data: { idle: 0 } })
      client.release()
      await eventually(async () => (await run()).status).toBe('UP')
    }
    const client = await pool.connect()
    expect((await asked(pool, { timeoutMs: 200, saturatedAs: 'DOWN' }).run()).status).toBe('DOWN')
    expect((await asked(pool, { timeoutMs: 200, saturatedForMs: 0 }).run()).status).toBe('DOWN')
    client.release()
  })

  test.for([
    ['a wrong password', { password: 'wrong-Secret-0815' }, undefined, 'authentication failed', '28P01'],
    ['an unknown database', { database: 'nowhere-4712' }, undefined, 'database not found', '3D000'],
    ['a server without TLS', { ssl: true }, undefined, 'TLS not supported by the server', undefined],
    ['a password that is none', { password: undefined }, undefined, 'authentication failed', undefined],
    ['a query that is refused', {}, 'SELECT secret FROM nowhere_4713', 'query rejected', undefined],
  ] as const)('%s is DOWN with a safe text', async ([, config, query, error, errorCode]) => {
    const { host, port, user, password, database } = server
    const pool = new pg.Pool({ host, port, user, password, database, ...config } as pg.PoolConfig)
    pools.push(pool.on('error', () => {}))
    const report = await asked(pool, { timeoutMs: 2_000, ...(query !== undefined && { query }) }).run()
    expect(report).toMatchObject({ status: 'DOWN', error, ...(errorCode !== undefined && { errorCode }) })
    expect(JSON.stringify(report)).not.toMatch(/ecret-|nowhere/)
  })

  test('a query that is refused costs no connection', async () => {
    const pool = poolOf(server.url)
    const { run } = asked(pool, { query: 'SELECT 1 FROM nowhere' })
    await run()
    const before = await pool.query('select pg_backend_pid() as pid')
    for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
    const after = await pool.query('select pg_backend_pid() as pid')
    expect(after.rows).toEqual(before.rows)
  })

  test('a server that takes no more connections is DOWN, and UP again with the first that it takes', async () => {
    const others: pg.Client[] = []
    try {
      const full = async () => {
        const client = new pg.Client({ connectionString: server.url })
        client.on('error', () => {})
        return client.connect().then(
          () => others.push(client) && false,
          (error: { code?: string }) => error.code === '53300',
        )
      }
      while (!(await full())) expect(others.length).toBeLessThan(20)
      const { run } = asked(poolOf(server.url), { timeoutMs: 2_000 })
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'too many connections' })
      await others.pop()?.end()
      await eventually(async () => (await run()).status).toBe('UP')
    } finally {
      await Promise.all(others.map((client) => client.end()))
    }
  })

  test('a connection that is ended or killed while it is lent does not end the process', async () => {
    const pool = poolOf(server.url)
    const ended = asked(pool, { query: 'SELECT pg_terminate_backend(pg_backend_pid())', timeoutMs: 2_000 })
    expect(await ended.run()).toMatchObject({ error: 'database shutting down', errorCode: '57P01' })
    await eventually(() => pool.totalCount).toBe(0)
    const report = asked(pool, { query: 'SELECT pg_sleep(60)', timeoutMs: 10_000 }).run()
    const asleep = "select 1 from pg_stat_activity where wait_event = 'PgSleep'"
    await eventually(async () => (await pool.query(asleep)).rowCount).toBe(1)
    try {
      await server.kill()
      expect((await report).error).toMatch(/^connection (closed|reset)$/)
    } finally {
      await server.restart()
    }
  })

  test('a single client is asked as it is, and a function gives the one that took its place', async () => {
    let client = new pg.Client({ connectionString: server.url })
    client.on('error', () => {})
    await client.connect()
    const { run } = asked(() => client, { timeoutMs: 2_000 })
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected' })
    await client.end()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'client closed' })
    client = new pg.Client({ connectionString: server.url })
    await client.connect()
    expect((await run()).status).toBe('UP')
    await client.end()
  })

  test('a single client that was never connected is DOWN at once', async () => {
    const { run } = asked(new pg.Client({ connectionString: server.url }))
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
  })

  test('queries do not pile up in a single client whose server is frozen', async () => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const { run, runs } = asked(client, { timeoutMs: 20, overlapAfterMs: 0 })
    server.stop()
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
      expect(runs).toEqual({ started: 3, unsettled: 3 })
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
    await client.end()
  })
})

describe('postgres with PGlite, in this process', () => {
  let lite: PGlite
  let questions = 0
  let commit = () => {}
  let transaction: Promise<void>
  beforeAll(async () => {
    lite = await PGlite.create()
    await lite.exec('CREATE TABLE probed (id INT)')
  })
  const counted = {
    query(text: string) {
      questions++
      return lite.query(text)
    },
    exec: (text: string) => lite.exec(text),
  }
  const cases = checkContract({
    create: () => postgres(counted, { timeoutMs: 200, query: 'SELECT id FROM probed LIMIT 1' }),
    secrets: ['probed'],
    works: () => lite.query('SELECT 1'),
    faults: {
      'a slow answer, behind a transaction of the application': {
        inject: () =>
          new Promise<void>((begun) => {
            transaction = lite.transaction(() => {
              begun()
              return new Promise<void>((resolve) => {
                commit = resolve
              })
            })
          }),
        heal: () => {
          commit()
          return transaction
        },
        expect: { text: /^timed out/ },
      },
    },
    questions: () => questions,
  })
  test.each(cases)('keeps the contract of checks: $name', { timeout: 120_000 }, ({ run }) => run())

  test('a query that is refused, and a database that has been closed, are DOWN', async () => {
    const { run } = asked(lite, { timeoutMs: 10_000 })
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected' })
    const query = 'SELECT secret FROM nowhere_4713'
    const refused = await asked(lite, { timeoutMs: 10_000, query }).run()
    expect(refused).toMatchObject({ status: 'DOWN', error: 'query rejected' })
    expect(JSON.stringify(refused)).not.toMatch(/secret|nowhere/)
    await lite.close()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'client closed' })
  })
})

describe('postgres without a server', () => {
  test('a port that refuses is DOWN', async () => {
    const pool = poolOf(`postgres://hale:hidden@127.0.0.1:${await closedPort()}/x`)
    expect(await asked(pool).run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('a host that does not exist is DOWN', async () => {
    const pool = poolOf('postgres://hale:hidden@nonexistent.invalid/x')
    const { status, error } = await asked(pool, { timeoutMs: 5_000 }).run()
    expect([status, error]).toEqual([
      'DOWN',
      expect.stringMatching(/^(host name not found|name resolution failed)$/),
    ])
  })

  test('a port that accepts and never answers costs one connection at a time', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const pool = poolOf(`postgres://hale:hidden@127.0.0.1:${silent.port}/x`, { max: 3 })
    const { run, runs } = asked(pool, { timeoutMs: 15 })
    while (runs.started < 40) {
      expect((await run()).status).toBe('DOWN')
      expect(pool.totalCount).toBeLessThanOrEqual(1)
      await eventually(() => runs.unsettled).toBe(0)
    }
    expect(pool.totalCount).toBe(0)
    await eventually(() => silent.open).toBe(0)
  })

  test('the pool’s own shorter timeout is kept, and told as it is', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const url = `postgres://hale:hidden@127.0.0.1:${silent.port}/x`
    const pool = poolOf(url, { connectionTimeoutMillis: 30 })
    expect(await asked(pool, { timeoutMs: 5_000 }).run()).toMatchObject({ error: 'connection timed out' })
  })

  test('a pool that has been ended is DOWN', async () => {
    const pool = poolOf('postgres://127.0.0.1/x')
    pools.pop()
    await pool.end()
    expect(await asked(pool).run()).toMatchObject({ status: 'DOWN', error: 'pool closed' })
  })

  test('a pool that says that its queue timed out is saturated', async () => {
    const pool = {
      totalCount: 1,
      idleCount: 0,
      waitingCount: 0,
      connect: () => Promise.reject(new Error('timeout exceeded when trying to connect')),
    }
    expect(await asked(pool).run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
  })

  test('what takes the text of a query is known by its structure', async () => {
    const texts: string[] = []
    const ask = async (text: string) => void texts.push(text)
    const sql = Object.assign(() => {}, { unsafe: ask, begin() {} })
    const lite = { query: ask, exec: ask }
    expect(await asked(sql).run()).toMatchObject({ status: 'UP', message: 'connected' })
    expect((await asked(lite, { query: 'SELECT 2' }).run()).status).toBe('UP')
    expect((await asked(() => sql).run()).status).toBe('UP')
    expect(texts).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 1'])
  })

  test('the client of another database is refused, since it would seem to be asked', async () => {
    const mysqlPool = createPool({})
    for (const other of [mysqlPool, mysqlPool.promise(), new MssqlPool({ server: 'hidden' })])
      expect(() =>
        createHealth({ checks: { database: postgres(other as unknown as PostgresClient) } }),
      ).toThrow(/client: expected a pg Pool or Client, the sql of postgres\.js or PGlite/)
    // @ts-expect-error known by its type too
    expect((await asked(() => mysqlPool).run()).error).toBe('not a client')
    const neon = Object.assign(() => {}, { unsafe: () => ({}), query: async () => [], transaction() {} })
    expect((await asked(() => neon as unknown as PostgresClient).run()).error).toBe('not a client')
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { query: '', saturatedAs: 'UP', saturatedForMs: -1, timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { database: postgres('postgres://hidden' as unknown as pg.Pool, options) } })
    expect(make).toThrow(
      /checks\.database\.client: expected a pg Pool or Client.*, got a string of 17 characters/,
    )
    for (const field of ['query', 'saturatedAs', 'saturatedForMs', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
    expect(() =>
      createHealth({ checks: { database: postgres({} as pg.Pool, null as unknown as object) } }),
    ).toThrow('2 problems')
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(postgres).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<pg.Pool>().toExtend<PostgresClient>()
    expectTypeOf<pg.Client>().toExtend<PostgresClient>()
    expectTypeOf<postgresJs.Sql>().toExtend<PostgresClient>()
    expectTypeOf<PGlite>().toExtend<PostgresClient>()
    // @ts-expect-error a dependency cannot restart the process
    postgres(new pg.Pool(), { probes: ['liveness'] })
  })
})

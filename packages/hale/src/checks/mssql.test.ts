import sql from 'mssql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { startTds, type TdsServer } from '../../../../tests/servers/tds.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { singleCheck } from '../testing/single-check.ts'
import { type MssqlCheckOptions, type MssqlPool, mssql } from './mssql.ts'

// No SQL Server runs here: the real client, and a server that speaks as much of its wire as it takes.

const password = 'planted-Secret-4711'

function poolOf(port: number, config: Partial<sql.config> = {}): sql.ConnectionPool {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port,
    user: 'hale',
    password,
    database: 'planted-shop',
    connectionTimeout: 500,
    // Some refusals of a login it takes for passing ones, and tries again.
    options: { encrypt: false, connectionRetryInterval: 20 },
    pool: { max: 2, min: 0 },
    ...config,
  })
  // Without a listener a connection that breaks would end the process.
  return pool.on('error', () => {})
}

function asked(client: MssqlPool | (() => MssqlPool), options?: MssqlCheckOptions, clock = systemClock) {
  return singleCheck(mssql(client, options), clock)
}

const eventually = polling({ timeout: 10_000, interval: 5 })

/** Connections of the pool that are in use until they are given back. */
async function lent(pool: sql.ConnectionPool, count: number): Promise<() => void> {
  const inside = pool as unknown as {
    acquire(requester: object): Promise<object>
    release(connection: object): void
  }
  const connections = await Promise.all(Array.from({ length: count }, () => inside.acquire({})))
  return () => {
    for (const connection of connections) inside.release(connection)
  }
}

describe('keeps the contract of checks', () => {
  let server: TdsServer
  let gate: TcpGate
  let pool: sql.ConnectionPool
  let giveBack: () => void
  beforeAll(async () => {
    server = await startTds()
    gate = await startTcpGate(server.port)
    pool = await poolOf(gate.port).connect()
  })
  afterAll(async () => {
    await pool.close()
    await gate.close()
    await server.close()
  })
  const well = () => {
    server.mode = 'well'
  }
  const cases = checkContract({
    create: () => mssql(pool, { timeoutMs: 200 }),
    secrets: [password, '127.0.0.1', 'planted'],
    works: () => pool.query('SELECT 1'),
    heal: well,
    faults: {
      ...gateFaults(() => gate, { timeoutMs: 200 }),
      ...serverFaults(() => server),
      'a wrong password': {
        inject: async () => {
          server.mode = { number: 18456, message: `Login failed for user 'planted'.` }
          gate.drop()
          await eventually(() => server.open).toBe(0)
        },
        expect: { text: 'authentication failed' },
      },
      // tedious gives a request up only once the server has confirmed that.
      'a slow query': {
        inject: () => {
          server.mode = 'slow'
        },
        expect: { text: /timed out/ },
      },
      'a pool in full use': {
        inject: async () => {
          giveBack = await lent(pool, 2)
        },
        heal: () => giveBack(),
        expect: { status: 'DEGRADED', text: 'no free connection' },
      },
    },
    connections: () => gate.accepted,
    questions: () => gate.sent,
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('mssql', () => {
  let server: TdsServer
  let pool: sql.ConnectionPool
  beforeEach(async () => {
    server = await startTds()
    pool = await poolOf(server.port).connect()
  })
  afterEach(async () => {
    await pool.close()
    await server.close()
  })

  test('a pool in full use is DEGRADED, gets no waiter, and is DOWN past saturatedForMs', async () => {
    let skewMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
    const { run } = asked(pool, { timeoutMs: 150 }, clock)
    await eventually(run).toMatchObject({
      message: 'connected',
      data: { connections: 1, idle: 1, waiting: 0 },
    })
    const giveBack = await lent(pool, 2)
    const data = { connections: 2, idle: 0, waiting: 0 }
    for (let probe = 0; probe < 4; probe++)
      expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection', data })
    const waiter = pool.request().query('SELECT 1')
    expect(await run()).toMatchObject({ status: 'DEGRADED', data: { waiting: 1 } })
    skewMs += 30_000
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'no free connection' })
    giveBack()
    await waiter
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a query that is not answered is cancelled, and its connection is used again', async () => {
    await pool.close()
    pool = await poolOf(server.port, { validateConnection: false }).connect()
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(pool, { timeoutMs: 5_000 })
    const { run, runs } = asked(pool, { timeoutMs: 30 })
    await eventually(async () => (await patient.run()).status).toBe('UP')
    server.mode = 'slow'
    const before = server.open
    for (let probe = 0; probe < 10; probe++) {
      expect((await run()).error).toMatch(/timed out/)
      await eventually(() => runs.unsettled).toBe(0)
    }
    expect(server.open).toBe(before)
    server.mode = 'well'
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a frozen server costs three connections at the most, whatever it is probed', async () => {
    await pool.close()
    pool = await poolOf(server.port, { pool: { max: 10 } }).connect()
    const patient = asked(pool, { timeoutMs: 5_000 })
    const { run, runs } = asked(pool, { timeoutMs: 15, overlapAfterMs: 0 })
    await eventually(async () => (await patient.run()).status).toBe('UP')
    server.stop()
    for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
    expect(runs.unsettled).toBe(3)
    expect(server.open).toBeLessThanOrEqual(4)
    server.cont()
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test.for([
    [208, `Invalid object name 'planted'.`, 'query rejected'],
    [229, `The SELECT permission was denied on 'planted'.`, 'permission denied'],
    [1205, 'Transaction (planted) was deadlocked.', 'transaction rolled back'],
    [50_000, 'planted', 'query rejected'],
  ] as const)(
    'a query that is refused with %i is DOWN with a safe text',
    async ([number, message, error]) => {
      await pool.close()
      // Else the pool would ask before the check does, and give the connection up.
      pool = await poolOf(server.port, { validateConnection: false }).connect()
      const { run } = asked(pool, { timeoutMs: 2_000 })
      expect((await run()).status).toBe('UP')
      server.mode = { number, message }
      const report = await run()
      expect(report).toMatchObject({ status: 'DOWN', error })
      expect(JSON.stringify(report)).not.toContain('planted')
      server.mode = 'well'
      expect((await run()).status).toBe('UP')
    },
  )

  test.for([
    [18456, `Login failed for user 'planted'.`, 'authentication failed'],
    [4060, `Cannot open database "planted" requested by the login. The login failed.`, 'database not found'],
    [18470, 'planted', 'login refused'],
  ] as const)(
    'a login that is refused with %i is DOWN with a safe text',
    async ([number, message, error]) => {
      server.mode = { number, message }
      server.drop()
      const { run } = asked(pool, { timeoutMs: 2_000 })
      await eventually(async () => (await run()).error).toBe(error)
      expect(JSON.stringify(await run())).not.toContain('planted')
    },
  )

  test('a pool that has not been connected, or was closed, is DOWN, and a function gives the next one', async () => {
    const other = poolOf(server.port)
    let current = other
    const { run } = asked(() => current, { timeoutMs: 2_000 })
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    const connecting = other.connect()
    expect((await run()).status).toBe('UP')
    await connecting
    await other.close()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    current = pool
    expect((await run()).status).toBe('UP')
  })
})

describe('mssql without a server', () => {
  test('a port that refuses, and one that accepts and never answers', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const refused = poolOf(await closedPort())
    await expect(refused.connect()).rejects.toThrow()
    expect(await asked(refused).run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    const hanging = poolOf(silent.port)
    const connecting = expect(hanging.connect()).rejects.toThrow()
    expect(await asked(hanging, { timeoutMs: 300 }).run()).toMatchObject({ error: 'not connected' })
    await connecting
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { query: '', saturatedAs: 'UP', saturatedForMs: -1, timeoutMS: 3 } as object
    const make = () => createHealth({ checks: { database: mssql('mssql://hidden' as never, options) } })
    expect(make).toThrow(/checks\.database\.client: expected a ConnectionPool of mssql.* a string of 14 char/)
    for (const field of ['query', 'saturatedAs', 'saturatedForMs', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(mssql).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<sql.ConnectionPool>().toExtend<MssqlPool>()
    // @ts-expect-error a dependency cannot restart the process
    mssql(poolOf(1), { probes: ['liveness'] })
  })
})

import { createConnection, createPool, createPoolCluster, type Pool, type PoolOptions } from 'mysql2'
import promised from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { connectionLost, gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type MariadbServer, mariadbProgram, startMariadb } from '../../../../tests/servers/mariadb.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { singleCheck } from '../testing/single-check.ts'
import { type MysqlCheckOptions, type MysqlClient, mysql } from './mysql.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

function poolOf(uri: string, options: PoolOptions = {}): Pool {
  const pool = createPool({ uri, ...options })
  opened.push(() => pool.end(() => {}))
  return pool
}

/** Without a callback it throws, where nobody can catch it, what a connection that is still being made ends with. */
function ended(cluster: { end(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    const promise = cluster.end(resolve) as Promise<void> | undefined
    promise?.then(resolve, resolve)
  })
}

function asked(client: MysqlClient | (() => MysqlClient), options?: MysqlCheckOptions, clock = systemClock) {
  return singleCheck(mysql(client, options), clock)
}

const eventually = polling({ timeout: 10_000, interval: 5 })

function lent(pool: Pool): Promise<{ release(): void }> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
  })
}

/** The sizes of the pool's own lists. */
function countsOf(pool: Pool): { connections: number; idle: number; waiting: number } {
  const inside = pool as unknown as Record<string, { length: number }>
  const sizeOf = (name: string) => inside[name]?.length ?? -1
  return {
    connections: sizeOf('_allConnections'),
    idle: sizeOf('_freeConnections'),
    waiting: sizeOf('_connectionQueue'),
  }
}

whenOwned(mariadbProgram, 'mysql with a real MariaDB', () => {
  let server: MariadbServer
  let gate: TcpGate
  let root: promised.Connection
  beforeAll(async () => {
    server = await startMariadb({ maxConnections: 12 })
    gate = await startTcpGate(server.port)
    await administer()
  })
  afterAll(async () => {
    root.destroy()
    await gate.close()
    await server.close()
  })

  async function administer(): Promise<void> {
    root = await promised.createConnection({ socketPath: server.socketPath, user: 'root' })
    root.on('error', () => {})
  }

  async function clientIds(): Promise<number[]> {
    const [rows] = await root.query(
      'SELECT id FROM information_schema.processlist WHERE user = ?',
      server.user,
    )
    return (rows as { id: number }[]).map(({ id }) => id)
  }

  const setPassword = (password: string) =>
    root.query(`SET PASSWORD FOR '${server.user}'@'127.0.0.1' = PASSWORD('${password}')`)
  const throughGate = () => server.url.replace(`:${server.port}`, `:${gate.port}`)
  const secrets = () => [server.password, server.host, String(gate.port), server.user, 'mysql://', 'probed']
  const probed = { timeoutMs: 200, query: 'SELECT id FROM probed LIMIT 1' }
  const slowQuery = {
    inject: () => root.query('LOCK TABLES shop.probed WRITE'),
    heal: () => root.query('UNLOCK TABLES'),
    expect: { text: /timed out/ },
  }

  describe('keeps the contract of checks', () => {
    let pool: Pool
    let held: { release(): void }[] = []
    beforeAll(async () => {
      pool = createPool({ uri: throughGate(), connectionLimit: 3 })
      const connection = await lent(pool)
      connection.release()
    })
    afterAll(() => pool.end(() => {}))
    const cases = checkContract({
      create: () => mysql(() => pool, probed),
      secrets,
      works: () => pool.promise().query('SELECT 1'),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, silent: /timed out/ }),
        ...serverFaults(() => server, { restarted: administer }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await eventually(() => countsOf(pool).connections).toBe(0)
          },
          heal: () => setPassword(server.password),
          expect: { text: 'authentication failed' },
        },
        'a slow query': slowQuery,
        'a pool in full use': {
          inject: async () => {
            held = await Promise.all(Array.from({ length: 3 }, () => lent(pool)))
          },
          heal: () => {
            for (const connection of held) connection.release()
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
        'a port that refuses': {
          inject: () => gate.become('refusing'),
          heal: () => gate.become('well'),
          expect: { text: connectionLost },
        },
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  describe('keeps the contract of checks with a single connection', () => {
    let connection: promised.Connection
    const begin = async () => {
      connection = await promised.createConnection(throughGate())
      connection.on('error', () => {})
    }
    const network = gateFaults(() => gate, { timeoutMs: 200 })
    beforeAll(begin)
    afterAll(() => connection.destroy())
    const cases = checkContract({
      create: () => mysql(() => connection, probed),
      secrets,
      works: () => connection.query('SELECT 1'),
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
          restarted: async () => {
            await administer()
            await begin()
          },
        }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await expect(begin()).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
          },
          heal: async () => {
            await setPassword(server.password)
            await begin()
          },
          expect: { text: 'connection closed' },
        },
        'a slow query': slowQuery,
      },
      connections: () => gate.accepted,
      questions: () => gate.sent,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('a frozen server eats no connection of the pool, nor any socket, however long it is probed', {
    timeout: 60_000,
  }, async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const pool = poolOf(server.url, { connectionLimit: 5 })
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(pool, { timeoutMs: 5_000 })
    const { run, runs } = asked(pool, { timeoutMs: 15 })
    await eventually(patient.run).toMatchObject({
      message: 'connected',
      data: { connections: 1, idle: 1, waiting: 0 },
    })
    const before = sockets()
    server.stop()
    try {
      while (runs.started < 60) {
        expect((await run()).status).toBe('DOWN')
        expect(countsOf(pool).connections).toBeLessThanOrEqual(1)
        expect(countsOf(pool).waiting).toBe(0)
        await eventually(() => runs.unsettled).toBe(0)
      }
      await eventually(() => countsOf(pool).connections).toBe(0)
      // That of the pool's one connection is gone too, though the server never closed its end.
      await eventually(sockets).toBeLessThanOrEqual(before - 1)
    } finally {
      server.cont()
    }
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
    // It takes the server a moment to be rid of those that were given up.
    const five = () => Promise.all(Array.from({ length: 5 }, () => pool.promise().query('SELECT 1')))
    await eventually(() => five().then(({ length }) => length, String)).toBe(5)
    await expect(Promise.all(Array.from({ length: 5 }, () => lent(pool)))).resolves.toHaveLength(5)
  })

  test('a pool in full use is DEGRADED, gets no waiter and recovers with the first free connection', async () => {
    const pool = poolOf(server.url, { connectionLimit: 2 })
    const { run } = asked(pool, { timeoutMs: 150 })
    const held = [await lent(pool), await lent(pool)]
    const data = { connections: 2, idle: 0, waiting: 0 }
    let queued = 0
    pool.on('enqueue', () => queued++)
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection', data })
    expect(queued).toBe(0)
    const waiter = lent(pool)
    expect(await run()).toMatchObject({ status: 'DEGRADED', data: { ...data, waiting: 1 } })
    for (const connection of held) connection.release()
    const { release } = await waiter.then((connection) => ({ release: () => connection.release() }))
    release()
    expect(await run()).toMatchObject({ status: 'UP', data: { connections: 2, idle: 2, waiting: 0 } })
    expect(queued).toBe(1)
  })

  test('waits a moment for a connection that is about to come free', async () => {
    const pool = poolOf(server.url, { connectionLimit: 1 })
    const connection = await lent(pool)
    const report = asked(pool, { timeoutMs: 5_000 }).run()
    setTimeout(() => connection.release(), 50)
    expect((await report).status).toBe('UP')
  })

  test('a pool that stays saturated is DOWN past saturatedForMs, counted from the last success', async () => {
    const pool = poolOf(server.url, { connectionLimit: 1, waitForConnections: false })
    let skewMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
    const { run } = asked(pool, { timeoutMs: 200 }, clock)
    for (let round = 0; round < 2; round++) {
      const connection = await lent(pool)
      expect((await run()).status).toBe('DEGRADED')
      skewMs += 30_000
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'no free connection' })
      connection.release()
      await eventually(async () => (await run()).status).toBe('UP')
    }
    const connection = await lent(pool)
    expect((await asked(pool, { timeoutMs: 200, saturatedAs: 'DOWN' }).run()).status).toBe('DOWN')
    connection.release()
  })

  test.for([
    [
      'an unknown database',
      { database: 'nowhere_4712' },
      undefined,
      'permission denied',
      'ER_DBACCESS_DENIED_ERROR',
    ],
    ['a server without TLS', { ssl: {} }, undefined, 'TLS not supported by the server', undefined],
    ['a query that is refused', {}, 'SELECT secret FROM nowhere_4713', 'query rejected', 'ER_NO_SUCH_TABLE'],
    ['a query that is none', {}, 'planted-Secret-4714', 'query rejected', 'ER_PARSE_ERROR'],
  ] as const)('%s is DOWN with a safe text', async ([, options, query, error, errorCode]) => {
    const pool = poolOf(server.url, options)
    const report = await asked(pool, { timeoutMs: 2_000, ...(query !== undefined && { query }) }).run()
    expect(report).toMatchObject({ status: 'DOWN', error, ...(errorCode !== undefined && { errorCode }) })
    expect(JSON.stringify(report)).not.toMatch(/ecret|nowhere/)
  })

  test('a query that is refused costs no connection', async () => {
    const pool = poolOf(server.url)
    const { run } = asked(pool, { query: 'SELECT 1 FROM nowhere' })
    await run()
    const before = await clientIds()
    for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
    expect(await clientIds()).toEqual(before)
  })

  test('a server that takes no more connections is DOWN, and UP again with the first that it takes', async () => {
    const others: promised.Connection[] = []
    try {
      const full = () =>
        promised.createConnection(server.url).then(
          (connection) => others.push(connection) && false,
          (error: { code?: string }) => error.code === 'ER_CON_COUNT_ERROR',
        )
      while (!(await full())) expect(others.length).toBeLessThan(20)
      const { run } = asked(poolOf(server.url), { timeoutMs: 2_000 })
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'too many connections' })
      await others.pop()?.end()
      await eventually(async () => (await run()).status).toBe('UP')
    } finally {
      await Promise.all(others.map((connection) => connection.end()))
    }
  })

  test('a connection that is killed while it is lent goes to nobody else and does not end the process', async () => {
    const pool = poolOf(server.url, { connectionLimit: 1 })
    const report = asked(pool, { query: 'SELECT SLEEP(60)', timeoutMs: 10_000 }).run()
    const asleep = "SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(60)'"
    const ids = async () => (await root.query(asleep))[0] as { id: number }[]
    await eventually(async () => (await ids()).length).toBe(1)
    const next = lent(pool)
    for (const { id } of await ids()) await root.query(`KILL ${id}`)
    expect(await report).toMatchObject({ status: 'DOWN', error: 'connection closed' })
    const connection = (await next) as Awaited<ReturnType<typeof lent>> & {
      ping(done: (error: unknown) => void): void
    }
    expect(await new Promise((resolve) => connection.ping(resolve))).toBeFalsy()
    connection.release()
  })

  describe('asks every form of the client', () => {
    test('pools and connections, with callbacks and promises', async () => {
      const pool = promised.createPool(server.url)
      const connection = createConnection(server.url)
      const promise = await promised.createConnection(server.url)
      opened.push(
        () => pool.end(),
        () => connection.end(),
        () => promise.end(),
      )
      const options = { timeoutMs: 2_000 }
      const data = { connections: 1, idle: 1, waiting: 0 }
      expect(await asked(pool, options).run()).toMatchObject({ message: 'connected', data })
      expect(await asked(poolOf(server.url).promise(), options).run()).toMatchObject({ data })
      // This one is still connecting.
      expect(await asked(connection, options).run()).toMatchObject({ status: 'UP', message: 'connected' })
      expect(await asked(promise, options).run()).toMatchObject({ status: 'UP', message: 'connected' })
      expect(await asked(() => promise, options).run()).toMatchObject({ status: 'UP' })
    })

    test('a connection that was closed is DOWN at once, and a function gives the one that took its place', async () => {
      let connection = await promised.createConnection(server.url)
      const { run } = asked(() => connection, { timeoutMs: 2_000 })
      expect((await run()).status).toBe('UP')
      await connection.end()
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection closed' })
      connection = await promised.createConnection(server.url)
      expect((await run()).status).toBe('UP')
      connection.on('error', () => {})
      await root.query(`KILL ${connection.threadId}`)
      await eventually(async () => (await run()).error).toBe('connection closed')
    })

    test('queries do not pile up in a connection whose server is frozen', async () => {
      const connection = await promised.createConnection(server.url)
      opened.push(() => connection.end())
      const { run, runs } = asked(connection, { timeoutMs: 20, overlapAfterMs: 0 })
      server.stop()
      try {
        for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
        expect(runs).toEqual({ started: 3, unsettled: 3 })
      } finally {
        server.cont()
      }
      await eventually(async () => (await run()).status).toBe('UP')
    })

    test.for(['callbacks', 'promises'] as const)('a cluster of pools, with %s', async (form) => {
      const cluster = form === 'callbacks' ? createPoolCluster() : promised.createPoolCluster()
      opened.push(() => ended(cluster))
      const dead = `mysql://hale:hidden@127.0.0.1:${await closedPort()}/shop`
      cluster.add('PRIMARY', { uri: server.url })
      cluster.add('REPLICA1', { uri: server.url })
      const { run } = asked(cluster, { timeoutMs: 2_000 })
      expect(await run()).toMatchObject({ status: 'UP', message: 'connected', data: { nodes: 2, up: 2 } })
      cluster.add('REPLICA2', { uri: dead })
      for (let probe = 0; probe < 8; probe++)
        expect(await run()).toMatchObject({
          status: 'DEGRADED',
          message: '2 of 3 nodes are up',
          data: { nodes: 3, up: 2 },
        })
      // Asked through the cluster, a node that fails five times would have been removed from it.
      const of = (pattern: string) => asked(cluster.of(pattern), { timeoutMs: 2_000 })
      expect(await of('REPLICA*').run()).toMatchObject({ data: { nodes: 2, up: 1 } })
      expect(await of('PRIMARY').run()).toMatchObject({ status: 'UP', data: { nodes: 1 } })
      expect(await of('REPLICA2').run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
      expect(await of('ELSEWHERE').run()).toMatchObject({ status: 'DOWN', error: 'no nodes' })
    })

    test('nodes that the cluster has put aside for a while are asked too', async () => {
      const cluster = createPoolCluster({
        removeNodeErrorCount: 1,
        restoreNodeTimeout: 60_000,
        canRetry: false,
      })
      opened.push(() => ended(cluster))
      cluster.add('a', { uri: server.url })
      cluster.add('b', { uri: `mysql://hale:hidden@127.0.0.1:${await closedPort()}/shop` })
      const offline = new Promise((resolve) => cluster.on('offline', resolve))
      cluster.of('b').getConnection(() => {})
      expect(await offline).toBe('b')
      for (const client of [cluster, cluster.of('*')])
        expect(await asked(client, { timeoutMs: 2_000 }).run()).toMatchObject({ data: { nodes: 2, up: 1 } })
    })

    test('a node of a cluster that hangs is told from those that answer', async () => {
      await using silent = await startFaultyTcp({ kind: 'silent' })
      const cluster = createPoolCluster()
      opened.push(() => ended(cluster))
      cluster.add('a', { uri: server.url })
      cluster.add('b', { uri: `mysql://hale:hidden@127.0.0.1:${silent.port}/shop` })
      const { run, runs } = asked(cluster, { timeoutMs: 200 })
      for (let probe = 0; probe < 3; probe++)
        expect(await run()).toMatchObject({ status: 'DEGRADED', message: '1 of 2 nodes are up' })
      expect(runs.unsettled).toBe(0)
      await eventually(() => silent.open).toBe(0)
      cluster.remove('a')
      expect(await run()).toMatchObject({ status: 'DOWN', error: expect.stringMatching(/timed out/) })
    })
  })
})

describe('mysql without a server', () => {
  test('a port that accepts and never answers costs one connection at a time', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const pool = poolOf(`mysql://hale:hidden@127.0.0.1:${silent.port}/x`, { connectionLimit: 3 })
    const { run, runs } = asked(pool, { timeoutMs: 15 })
    while (runs.started < 40) {
      expect((await run()).status).toBe('DOWN')
      expect(countsOf(pool).connections).toBeLessThanOrEqual(1)
      await eventually(() => runs.unsettled).toBe(0)
    }
    await eventually(() => silent.open).toBe(0)
    const { connectionConfig } = pool.config as { connectionConfig?: { connectTimeout?: number } }
    expect(connectionConfig?.connectTimeout).toBe(10_000)
  })

  test('the pool’s own shorter timeout is kept, and told as it is', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const pool = poolOf(`mysql://hale:hidden@127.0.0.1:${silent.port}/x`, { connectTimeout: 30 })
    expect(await asked(pool, { timeoutMs: 5_000 }).run()).toMatchObject({ error: 'connection timed out' })
  })

  test('a connection that never gets through is not asked', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const connection = createConnection(`mysql://hale:hidden@127.0.0.1:${silent.port}/x`)
    connection.on('error', () => {})
    opened.push(() => connection.destroy())
    const { run, runs } = asked(connection, { timeoutMs: 300 })
    for (let probe = 0; probe < 5; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    expect(runs.unsettled).toBe(0)
  })

  test('a pool that has been ended is DOWN', async () => {
    const pool = poolOf('mysql://127.0.0.1/x')
    await new Promise<void>((resolve) => pool.end(() => resolve()))
    expect(await asked(pool).run()).toMatchObject({ status: 'DOWN', error: 'pool closed' })
  })

  test('a connection that broke is given back to nobody, one that refused is', async () => {
    for (const [fatal, expected] of [
      [true, 'destroyed'],
      [false, 'released'],
    ] as const) {
      let fate = ''
      const connection = {
        query: (_sql: string, done: (error: unknown) => void) => done(Object.assign(new Error(), { fatal })),
        release: () => {
          fate = 'released'
        },
        destroy: () => {
          fate = 'destroyed'
        },
      }
      const pool = {
        promise() {},
        query() {},
        execute() {},
        getConnection: (done: (error: null, given: object) => void) => done(null, connection),
      }
      expect((await asked(pool).run()).status).toBe('DOWN')
      expect(fate).toBe(expected)
    }
  })

  test('no client, or something else, is DOWN', async () => {
    expect((await asked(() => undefined as never).run()).error).toBe('no client')
    expect((await asked(() => ({ query() {} }) as never).run()).error).toBe('not a client')
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { query: '', saturatedAs: 'UP', saturatedForMs: -1, timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { database: mysql('mysql://hidden' as unknown as Pool, options) } })
    expect(make).toThrow(/checks\.database\.client: expected a mysql2 Pool.* a string of 14 characters/)
    for (const field of ['query', 'saturatedAs', 'saturatedForMs', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(mysql).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<promised.PoolCluster>().toExtend<MysqlClient>()
    expectTypeOf<promised.PoolConnection>().toExtend<MysqlClient>()
    // @ts-expect-error a dependency cannot restart the process
    mysql(createPool({}), { probes: ['liveness'] })
  })
})

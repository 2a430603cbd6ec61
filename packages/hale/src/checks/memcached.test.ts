import { Client, type ClientOptions, type ServerOptions } from 'memjs'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import {
  type MemcachedServer,
  memcachedProgram,
  startMemcached,
} from '../../../../tests/servers/memcached.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type MemcachedCheckOptions, type MemcachedClient, memcached } from './memcached.ts'

const opened: Client[] = []

afterEach(() => {
  for (const client of opened.splice(0)) client.close()
})

function clientOf(servers: string, options: ClientOptions & ServerOptions = {}): Client {
  const client = Client.create(servers, { logger: { log: () => {} }, ...options })
  opened.push(client)
  return client
}

function asked(client: ClientOf<MemcachedClient>, options: MemcachedCheckOptions = {}, clock = systemClock) {
  const health = createHealth({ checks: { cache: memcached(client, options) }, clock })
  return () => health.check('cache').run()
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(memcachedProgram, 'memcached with a real server', () => {
  let server: MemcachedServer
  beforeAll(async () => {
    server = await startMemcached()
  })
  afterAll(() => server.close())

  describe('keeps the contract of checks', () => {
    const login = { user: 'user-4714', password: 'planted-Secret' }
    let secured: MemcachedServer
    let client: Client
    let gate: TcpGate
    beforeAll(async () => {
      secured = await startMemcached({ login: { ...login } })
      gate = await startTcpGate(secured.port)
      const { user, password } = login
      client = Client.create(`${user}:${password}@${secured.host}:${gate.port}`, {
        logger: { log: () => {} },
      })
    })
    afterAll(async () => {
      client.close()
      await gate.close()
      await secured.close()
    })
    const cases = checkContract({
      create: () => memcached(client, { timeoutMs: 200 }),
      secrets: () => ['planted-Secret', 'user-4714', secured.host, String(gate.port)],
      works: () => client.get('nothing'),
      connections: () => gate.accepted,
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        ...serverFaults(() => secured, {
          frozen: /^timed out/,
          killed: /^connection (refused|reset|closed)$|^timed out/,
        }),
        'a wrong password': {
          inject: async () => {
            secured.changePassword('another')
            gate.drop()
            // What it asks before it has noticed that is never answered.
            await eventually(() => client.servers[0]?.connected).toBe(false)
          },
          heal: () => secured.changePassword(login.password),
          expect: { text: 'authentication failed' },
        },
      },
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('tells how many of its connections are in use, and judges them', async () => {
    await using small = await startMemcached({ maxConnections: 20 })
    const client = clientOf(`${small.host}:${small.port}`)
    const data = { nodes: 1, up: 1, connections: expect.closeTo(0.05, 1) }
    const run = (connections?: MemcachedCheckOptions['connections']) =>
      asked(client, { timeoutMs: 5_000, ...(connections && { connections }) })()
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected', data })
    const almost = 'connections almost used up'
    expect(await run({ degradedAt: 0.01 })).toMatchObject({ status: 'DEGRADED', message: almost, data })
    expect(await run({ degradedAt: 0.01, downAt: 0.02 })).toMatchObject({
      status: 'DOWN',
      error: almost,
      data,
    })
    expect(await run({ degradedAt: 0.9 })).toMatchObject({ status: 'UP' })
  })

  test('reads no key: nothing is counted as a hit or a miss', async () => {
    const run = asked(clientOf(`${server.host}:${server.port}`), { timeoutMs: 5_000 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('UP')
    expect(await server.stats()).toMatchObject({ cmd_get: '0', cmd_set: '0', curr_items: '0' })
  })

  test('of several servers one that is lost is seen, and counted as it is wanted', async () => {
    await using second = await startMemcached()
    await using third = await startMemcached()
    const client = clientOf([server, second, third].map(({ host, port }) => `${host}:${port}`).join(','))
    const runs = {
      any: asked(client, { timeoutMs: 1_000 }),
      quorum: asked(client, { timeoutMs: 1_000, nodes: 'quorum' }),
      all: asked(client, { timeoutMs: 1_000, nodes: 'all' }),
    }
    expect(await runs.all()).toMatchObject({ status: 'UP', data: { nodes: 3, up: 3 } })
    await third.kill()
    const lost = { message: '2 of 3 nodes are up', data: { nodes: 3, up: 2 } }
    await eventually(runs.any).toMatchObject({ status: 'DEGRADED', ...lost })
    expect(await runs.quorum()).toMatchObject({ status: 'DEGRADED', ...lost })
    expect(await runs.all()).toMatchObject({ status: 'DOWN', error: lost.message, data: lost.data })
    second.stop()
    expect(await runs.any()).toMatchObject({ status: 'DEGRADED', data: { nodes: 3, up: 1 } })
    expect(await runs.quorum()).toMatchObject({ status: 'DOWN', data: { nodes: 3, up: 1 } })
    second.cont()
    await third.restart()
    for (const run of Object.values(runs)) await eventually(run).toMatchObject({ status: 'UP' })
  })

  test('a server that closes in good order while it is asked, for which memjs calls back late, is UP when it is back', async () => {
    await using gate = await startTcpGate(server.port)
    const run = asked(clientOf(`127.0.0.1:${gate.port}`), { timeoutMs: 50 })
    // More often than answers may be owed.
    for (let time = 0; time < 5; time++) {
      await eventually(async () => (await run()).status).toBe('UP')
      await gate.become('silent')
      expect((await run()).error).toMatch(/^timed out/)
      gate.drop()
      await gate.become('well')
      const backAt = performance.now()
      await eventually(async () => (await run()).status).toBe('UP')
      expect(performance.now() - backAt).toBeLessThan(1_000)
    }
  })

  test('a frozen server is given all of the time, and so are several of them', async () => {
    await using first = await startMemcached()
    await using second = await startMemcached()
    const clientOfAll = (...servers: readonly MemcachedServer[]) =>
      clientOf(servers.map(({ host, port }) => `${host}:${port}`).join(','), { timeout: 60 })
    const one = asked(clientOfAll(first))
    const both = asked(clientOfAll(first, second))
    for (const run of [one, both]) expect((await run()).status).toBe('UP')
    for (const server of [first, second]) server.stop()
    try {
      for (const run of [one, both])
        expect(await run()).toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' })
    } finally {
      for (const server of [first, second]) server.cont()
    }
    for (const run of [one, both]) await eventually(run).toMatchObject({ status: 'UP' })
  })
})

describe('memcached without a real server', () => {
  test('a port that refuses is DOWN', async () => {
    const run = asked(clientOf(`127.0.0.1:${await closedPort()}`))
    for (let probe = 0; probe < 5; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('a port that accepts and never answers gets few questions, whatever the patience of the client', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const client = clientOf(`127.0.0.1:${silent.port}`, { timeout: 3_600 })
    const run = asked(client, { timeoutMs: 20, overlapAfterMs: 0 })
    for (let probe = 0; probe < 50; probe++) expect((await run()).status).toBe('DOWN')
    expect(Object.keys(client.servers[0]?.responseCallbacks ?? {})).toHaveLength(3)
    expect(silent.accepted).toBe(1)
  })

  test('a server that turns the password away is DOWN with a safe text', async () => {
    // The binary protocol's answer to SASL authentication: status 0x20.
    const refusal = Buffer.alloc(24)
    refusal.set([0x81, 0x21, 0, 0, 0, 0, 0, 0x20])
    await using refusing = await startFaultyTcp({ kind: 'says', bytes: refusal })
    const run = asked(clientOf(`user-4714:planted-Secret@127.0.0.1:${refusing.port}`))
    const report = await run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(report)).not.toMatch(/user-4714|Secret/)
  })

  test('answers that a client never calls back with are few, and are forgotten after ten seconds', async () => {
    let silent = true
    let questions = 0
    const client: MemcachedClient = {
      servers: [{}],
      stats: (callback) => {
        questions++
        if (!silent) callback(null, 'host-4715:11211', {})
      },
    }
    let now = 0
    const clock = { ...systemClock, now: () => now }
    const run = asked(client, { timeoutMs: 20, overlapAfterMs: 0 }, clock)
    // The abandoned run settles a moment after its report.
    await eventually(async () => [(await run()).error, questions]).toEqual([
      'timed out waiting for an answer',
      3,
    ])
    silent = false
    now = 9_999
    expect([(await run()).error, questions]).toEqual(['timed out waiting for an answer', 3])
    now = 10_000
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected', data: { nodes: 1, up: 1 } })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { nodes: 2, connections: { downAt: 7, at: 1 }, timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { cache: memcached('hidden:11211' as unknown as Client, options) } })
    expect(make).toThrow(/checks\.cache\.client: expected a memjs Client.* a string of 12/)
    for (const field of ['nodes', 'connections.downAt', 'connections.at', 'timeoutMS'])
      expect(make).toThrow(`checks.cache.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('a client whose servers are names, as of the package `memcached`, is told so', () => {
    const other = { servers: ['hidden:11211'], stats: () => {} } as unknown as MemcachedClient
    const make = () => createHealth({ checks: { cache: memcached(other) } })
    expect(make).toThrow(/checks\.cache\.client: expected a memjs Client/)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(memcached).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Client>().toExtend<MemcachedClient>()
    // @ts-expect-error a dependency cannot restart the process
    memcached(clientOf('127.0.0.1:1'), { probes: ['liveness'] })
  })
})

import type { EventEmitter } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cluster, Redis, type RedisOptions } from 'ioredis'
import { type Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import {
  PLANTED_REDIS_PASSWORD,
  type RedisServer,
  redisProgram,
  startRedis,
  startSentinel,
} from '../../../../tests/servers/redis.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type RedisCheckOptions, type RedisClient, redis } from './redis.ts'

const opened = closeAfterEach()

const ignore = (): void => {}

function ioredisOf(url: string, options: RedisOptions = {}): Redis {
  const client = new Redis(url, { retryStrategy: () => 50, ...options }).on('error', ignore)
  opened.push(() => client.disconnect())
  return client
}

function ioredis6Of(url: string): Redis6 {
  const client = new Redis6(url, { retryStrategy: () => 50 }).on('error', ignore)
  opened.push(() => client.disconnect())
  return client
}

function nodeRedisOf(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: 50 } })
  client.on('error', ignore)
  opened.push(() => client.destroy())
  client.connect().catch(ignore)
  return client
}

/** At the same time, since each mostly waits. */
async function ofEachClient(
  work: (clientOf: (url: string) => Redis | Redis6 | ReturnType<typeof nodeRedisOf>) => Promise<void>,
): Promise<void> {
  const clients = { 'ioredis 5': ioredisOf, 'ioredis 6': ioredis6Of, 'node-redis': nodeRedisOf }
  for (const [name, ended] of Object.entries(clients).map(([name, of]) => [name, work(of)] as const)) {
    await ended.catch((cause) => {
      throw new Error(`with ${name}: ${cause}`, { cause })
    })
  }
}

function asked(client: ClientOf<RedisClient>, options: RedisCheckOptions = {}, clock = systemClock) {
  const health = createHealth({ checks: { cache: redis(client, options) }, clock })
  return () => health.check('cache').run()
}

const eventually = polling({ timeout: 15_000, interval: 10 })

whenOwned(redisProgram, 'redis with a real server', () => {
  const lost = /^(connection (refused|closed|reset)|not connected|reconnecting)$/
  const timeoutMs = 200

  /** Each as an application has it, but for how soon it connects again; a network fails alike for two of a kind. */
  const kinds = {
    'ioredis 5': (url: string) => new Redis(url, { retryStrategy: () => 50 }),
    'ioredis 6, but for the network': (url: string) => new Redis6(url, { retryStrategy: () => 50 }),
    'node-redis': (url: string) => createClient({ url, socket: { reconnectStrategy: 50 } }),
    'a pool of node-redis, but for the network': (url: string) =>
      createClientPool({ url, socket: { reconnectStrategy: 50 } }),
  }

  let server: RedisServer
  let gate: TcpGate
  beforeAll(async () => {
    server = await startRedis({ password: PLANTED_REDIS_PASSWORD })
    gate = await startTcpGate(server.port)
  })
  afterAll(async () => {
    await gate.close()
    await server.close()
  })

  describe.for(Object.entries(kinds))('keeps the contract of checks with %s', ([kind, make]) => {
    let client: ReturnType<typeof make>
    let heard = ''
    beforeAll(async () => {
      client = make(server.url.replace(String(server.port), String(gate.port)))
      // Each case makes a check of its own, which listens.
      const emitter: EventEmitter = client
      emitter.setMaxListeners(50).on('error', ({ message }: Error) => {
        heard = message
      })
      if ('destroy' in client) await client.connect()
      await client.get('nothing')
    })
    afterAll(() => {
      if ('destroy' in client) client.destroy()
      else client.disconnect()
    })
    // ioredis keeps a command that has been sent for the next connection.
    const ofNetwork = gateFaults(() => gate, { timeoutMs, cut: new RegExp(`${lost.source}|^timed out`) })
    const cases = checkContract({
      create: () => redis(client, { timeoutMs }),
      secrets: () => [PLANTED_REDIS_PASSWORD, server.host, String(gate.port), 'redis://'],
      works: () => client.get('nothing'),
      connections: () => gate.accepted,
      questions: () => gate.sent,
      faults: {
        ...(!kind.endsWith('but for the network') && ofNetwork),
        ...serverFaults(() => server, { frozen: 'timed out after 200 ms', killed: lost }),
        'a wrong password': {
          inject: async () => {
            heard = ''
            await server.changePassword('another-Secret-0815')
            await eventually(() => heard).toMatch(/^WRONGPASS /)
          },
          heal: () => server.changePassword(PLANTED_REDIS_PASSWORD),
          expect: { text: 'authentication failed' },
        },
      },
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('a frozen server finds one PING of each client, however long it is probed', async () => {
    await ofEachClient(async (clientOf) => {
      await using own = await startRedis()
      const client = clientOf(own.url)
      // Who connects on a busy machine needs longer than those probes wait.
      const patiently = asked(client, { timeoutMs: 5_000 })
      const run = asked(client, { timeoutMs: 15, overlapAfterMs: 0 })
      await eventually(async () => (await patiently()).status).toBe('UP')
      const pings = async () => {
        const [, calls] = /cmdstat_ping:calls=(\d+)/.exec(await own.command('INFO', 'commandstats')) ?? []
        return Number(calls)
      }
      const before = await pings()
      own.stop()
      for (let probe = 0; probe < 100; probe++) expect(await run()).toMatchObject({ status: 'DOWN' })
      own.cont()
      await eventually(pings).toBeGreaterThan(before)
      expect((await pings()) - before).toBe(1)
      await eventually(async () => (await patiently()).status).toBe('UP')
      await eventually(async () => (await run()).status).toBe('UP')
    })
  })

  test('what keeps a client from connecting is told, without its queue', async () => {
    await ofEachClient(async (clientOf) => {
      const wrong = server.url.replace(PLANTED_REDIS_PASSWORD, 'wrong-Secret-0815')
      const unauthorized = asked(clientOf(wrong), { timeoutMs: 200 })
      await eventually(async () => (await unauthorized()).error).toBe('authentication failed')
      const refused = asked(clientOf(`redis://:hidden@127.0.0.1:${await closedPort()}`), { timeoutMs: 200 })
      await eventually(async () => (await refused()).error).toBe('connection refused')
      const startedAt = performance.now()
      for (let probe = 0; probe < 20; probe++)
        expect(await refused()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
      expect(performance.now() - startedAt).toBeLessThan(1_000)
      await using silent = await startFaultyTcp({ kind: 'silent' })
      const black = asked(clientOf(`redis://:hidden@127.0.0.1:${silent.port}`), { timeoutMs: 50 })
      for (let probe = 0; probe < 10; probe++) expect((await black()).status).toBe('DOWN')
      expect(silent.accepted).toBe(1)
    })
  })

  test('a client without a password is told so', async () => {
    const { host, port } = server
    const run = asked(ioredisOf(`redis://${host}:${port}`), { timeoutMs: 200 })
    await eventually(async () => (await run()).error).toBe('authentication required')
  })

  test('a client that has been closed, or never connected, is DOWN; a lazy one connects with the first probe', async () => {
    const client = ioredisOf(server.url, { lazyConnect: true })
    const run = asked(client, { timeoutMs: 5_000 })
    expect((await run()).status).toBe('UP')
    await client.quit()
    await eventually(run).toMatchObject({ status: 'DOWN', error: 'client closed' })
    const never = createClient({ url: server.url })
    expect(await asked(never)()).toMatchObject({ status: 'DOWN', error: 'not connected' })
  })

  test('an application without a listener keeps a client without one', async () => {
    const client = createClient({ url: server.url })
    await client.connect()
    opened.push(() => client.destroy())
    expect((await asked(client)()).status).toBe('UP')
    expect(client.listenerCount('error')).toBe(0)
    const heard = nodeRedisOf(server.url)
    for (let probe = 0; probe < 5; probe++) await asked(heard)()
    expect(heard.listenerCount('error')).toBeLessThanOrEqual(6)
  })

  test('a pool is known, and in full use it is saturated', async () => {
    const pool = createClientPool({ url: server.url }, { minimum: 1, maximum: 2, acquireTimeout: 0 })
    pool.on('error', ignore)
    await pool.connect()
    opened.push(() => pool.destroy())
    const run = asked(pool, { timeoutMs: 400 })
    expect((await run()).status).toBe('UP')
    let release = ignore
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const work = [pool.execute(() => held), pool.execute(() => held)]
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    expect(pool.tasksQueueLength).toBe(1)
    release()
    await Promise.all(work)
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a pool that gives up waiting for a client before the check does is saturated', async () => {
    const pool = createClientPool({ url: server.url }, { minimum: 1, maximum: 1, acquireTimeout: 20 })
    pool.on('error', ignore)
    await pool.connect()
    opened.push(() => pool.destroy())
    let release = ignore
    const work = pool.execute(() => new Promise<void>((resolve) => (release = resolve)))
    const run = asked(pool, { timeoutMs: 2_000 })
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    release()
    await work
    expect((await run()).status).toBe('UP')
  })

  test('why the clients of a pool are not connected is told by each probe, and forgotten once they are', async () => {
    await using own = await startRedis({ password: PLANTED_REDIS_PASSWORD })
    const pool = createClientPool({ url: own.url }, { minimum: 1, maximum: 2 })
    const heard: string[] = []
    pool.on('error', ({ message }: Error) => heard.push(message))
    await pool.connect()
    opened.push(() => pool.destroy())
    const run = asked(pool, { timeoutMs: 300 })
    expect((await run()).status).toBe('UP')
    await own.changePassword('another-Secret-0815')
    await eventually(() => heard.at(-1)).toMatch(/^WRONGPASS /)
    for (let probe = 0; probe < 8; probe++) expect((await run()).error).toBe('authentication failed')
    await own.changePassword(PLANTED_REDIS_PASSWORD)
    await eventually(async () => (await run()).status).toBe('UP')
    own.stop()
    try {
      expect((await run()).error).toBe('timed out after 300 ms')
    } finally {
      own.cont()
    }
  })

  test('a pool whose clients are let in and never answered says what they have said last', async () => {
    await using own = await startTcpGate(server.port)
    const url = server.url.replace(String(server.port), String(own.port))
    const options = { url, socket: { reconnectStrategy: 20 }, commandOptions: { timeout: 50 } }
    const pool = createClientPool(options, { minimum: 1, maximum: 1 })
    const heard: string[] = []
    pool.on('error', ({ message }: Error) => heard.push(message))
    await pool.connect()
    opened.push(() => pool.destroy())
    const run = asked(pool, { timeoutMs: 2_000 })
    expect((await run()).status).toBe('UP')
    await own.become('silent')
    own.drop()
    await eventually(() => heard.length).toBeGreaterThan(0)
    // The client gives each PING up by itself, with an error that says nothing.
    for (let probe = 0; probe < 3; probe++) expect((await run()).error).toBe('connection closed')
    await own.become('well')
    own.drop()
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a server that takes no more clients is told from a dead one', async () => {
    await using full = await startRedis({ arguments: ['--maxclients', '1'] })
    expect((await asked(ioredisOf(full.url), { timeoutMs: 5_000 })()).status).toBe('UP')
    const second = asked(nodeRedisOf(full.url), { timeoutMs: 200 })
    await eventually(async () => (await second()).error).toBe('too many connections')
  })

  test('a server that can no longer save, and therefore refuses writes, is DEGRADED', async () => {
    await using broken = await startRedis({ arguments: ['--save', '3600', '1', '--dbfilename', 'there'] })
    // A directory where the dump would go.
    await mkdir(join(broken.directory, 'there'))
    await broken.command('BGSAVE')
    const run = asked(nodeRedisOf(broken.url), { timeoutMs: 5_000 })
    await eventually(run).toMatchObject({
      status: 'DEGRADED',
      message: 'writes refused: saving to disk failed',
    })
    // It would not end without having saved.
    await broken.command('CONFIG', 'SET', 'save', '""')
  })

  test('a server that loads its data is DOWN until it has, for each client', async () => {
    await using loading = await startRedis({
      arguments: [
        ...['--dbfilename', 'dump.rdb', '--loading-process-events-interval-bytes', '1024'],
        ...['--key-load-delay', '1000', '--enable-debug-command', 'yes'],
      ],
    })
    await loading.command('DEBUG', 'POPULATE', '700')
    await loading.command('SAVE')
    await loading.restart()
    await ofEachClient(async (clientOf) => {
      const run = asked(clientOf(loading.url), { timeoutMs: 300 })
      await eventually(run).toMatchObject({ status: 'DOWN', error: 'loading its data' })
      await eventually(async () => (await run()).status).toBe('UP')
    })
  })

  test('a replica is judged by the role it should have, and by its link', { timeout: 30_000 }, async () => {
    await using master = await startRedis({ arguments: ['--repl-diskless-sync-delay', '0'] })
    await using replica = await startRedis({
      arguments: ['--replicaof', '127.0.0.1', String(master.port), '--repl-timeout', '2'],
    })
    const client = ioredisOf(replica.url)
    const wanting = (role: 'master' | 'replica') => asked(client, { role, timeoutMs: 5_000 })
    await eventually(wanting('replica')).toMatchObject({ status: 'UP', message: 'connected' })
    expect(await wanting('master')()).toMatchObject({ status: 'DOWN', error: 'read-only replica' })
    expect((await asked(nodeRedisOf(master.url), { role: 'master', timeoutMs: 5_000 })()).status).toBe('UP')
    await master.kill()
    await eventually(wanting('replica')).toMatchObject({
      status: 'DEGRADED',
      message: 'replication link down',
    })
    expect((await asked(client)()).status).toBe('UP')
    await replica.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no')
    await eventually(asked(client)).toMatchObject({ status: 'DOWN', error: 'replication link down' })
  })

  test('memory is judged as a share of its limit', async () => {
    await using small = await startRedis({ arguments: ['--maxmemory', '100mb'] })
    const client = ioredisOf(small.url)
    const run = (memory: RedisCheckOptions['memory']) =>
      asked(client, { memory, timeoutMs: 5_000 } as object)()
    expect(await run({ degradedAt: 0.5 })).toMatchObject({
      status: 'UP',
      data: { memory: expect.closeTo(0.01, 1) },
    })
    expect(await run({ degradedAt: 0.001 })).toMatchObject({
      status: 'DEGRADED',
      message: 'memory almost full',
    })
    expect(await run({ degradedAt: 0.0001, downAt: 0.001 })).toMatchObject({ status: 'DOWN' })
    await small.command('CONFIG', 'SET', 'maxmemory', '0')
    expect(await run({ downAt: 0.001 })).toMatchObject({ status: 'UP', message: 'connected' })
  })

  test('a master is found through a sentinel by either client, and after a failover another', {
    timeout: 60_000,
  }, async () => {
    await using master = await startRedis({ arguments: ['--repl-diskless-sync-delay', '0'] })
    await using replica = await startRedis({ arguments: ['--replicaof', '127.0.0.1', String(master.port)] })
    await eventually(() => replica.command('INFO', 'replication')).toContain('master_link_status:up')
    await using sentinel = await startSentinel(master)
    const { host, port } = sentinel
    const ioredis = new Redis({ sentinels: [{ host, port }], name: 'hale' }).on('error', ignore)
    opened.push(() => ioredis.disconnect())
    const nodeRedis = createSentinel({ name: 'hale', sentinelRootNodes: [{ host, port }] })
    nodeRedis.on('error', ignore)
    opened.push(() => nodeRedis.destroy())
    await nodeRedis.connect()
    const well = { status: 'UP', message: 'connected' }
    for (const client of [ioredis, nodeRedis])
      expect(await asked(client, { timeoutMs: 5_000 })()).toMatchObject(well)
    const runs = [ioredis, nodeRedis].map((client) => asked(client, { timeoutMs: 200 }))
    const bothAre = (expected: object) =>
      Promise.all(runs.map((run) => eventually(run).toMatchObject(expected)))
    master.stop()
    await bothAre({ status: 'DOWN', error: 'timed out after 200 ms' })
    master.cont()
    await bothAre(well)
    await master.kill()
    await bothAre({ status: 'DOWN' })
    await master.restart()
    await bothAre(well)
    await eventually(() => replica.command('INFO', 'replication')).toContain('master_link_status:up')
    await sentinel.command('SENTINEL', 'FAILOVER', 'hale')
    await eventually(() => replica.command('ROLE')).toContain('master')
    await master.kill()
    await bothAre(well)
    await replica.kill()
    await bothAre({ status: 'DOWN' })
  })
})

describe('redis without a server', () => {
  test.for([
    ['the ping of a database', { ping: Promise.resolve, query: Promise.resolve }],
    ['the ping of a search engine', { ping: Promise.resolve, info: Promise.resolve, get: Promise.resolve }],
    ['a URL', 'redis://hidden'],
  ] as const)('%s is not taken for Redis', ([, client]) => {
    const make = () => createHealth({ checks: { cache: redis(client as unknown as RedisClient) } })
    expect(make).toThrow(/checks\.cache\.client: expected an ioredis or redis client/)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { nodes: 'most', role: 'slave', memory: { degradedAt: 2 }, timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { cache: redis('redis://hidden' as unknown as Redis, options) } })
    expect(make).toThrow(/checks\.cache\.client: expected an ioredis or redis client.* a string of 14/)
    for (const field of ['nodes', 'role', 'memory.degradedAt', 'timeoutMS'])
      expect(make).toThrow(`checks.cache.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(redis).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Redis>().toExtend<RedisClient>()
    expectTypeOf<Cluster>().toExtend<RedisClient>()
    expectTypeOf<Redis6>().toExtend<RedisClient>()
    expectTypeOf<Cluster6>().toExtend<RedisClient>()
    expectTypeOf(createClient({})).toExtend<RedisClient>()
    expectTypeOf(createCluster({ rootNodes: [] })).toExtend<RedisClient>()
    // @ts-expect-error a dependency cannot restart the process
    redis(new Redis({ lazyConnect: true }), { probes: ['liveness'] })
  })
})

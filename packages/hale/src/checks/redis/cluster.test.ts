import { Cluster } from 'ioredis'
import { Cluster as Cluster6 } from 'ioredis-6'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeAfterEach } from '../../../../../tests/close-after-each.ts'
import { polling } from '../../../../../tests/polling.ts'
import { freePort } from '../../../../../tests/servers/free-port.ts'
import { gateFaults } from '../../../../../tests/servers/gate-faults.ts'
import type { GateState } from '../../../../../tests/servers/gate-passage.ts'
import {
  PLANTED_REDIS_PASSWORD,
  type RedisServer,
  redisProgram,
  startRedisCluster,
} from '../../../../../tests/servers/redis.ts'
import { serverFaults } from '../../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../../tests/servers/when-provided.ts'
import { systemClock } from '../../core/clock.ts'
import { createHealth } from '../../core/create-health.ts'
import { checkContract } from '../../testing/check-contract.ts'
import { type ClientOf, type RedisCheckOptions, type RedisClient, redis } from '../redis.ts'

const opened = closeAfterEach()

const ignore = (): void => {}

function asked(client: ClientOf<RedisClient>, options: RedisCheckOptions = {}, clock = systemClock) {
  const health = createHealth({ checks: { cache: redis(client, options) }, clock })
  return () => health.check('cache').run()
}

const eventually = polling({ timeout: 15_000, interval: 10 })

/** A gate before each of its nodes, which are all announced there. */
async function startGatedCluster() {
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const gates = await Promise.all(ports.map((port) => startTcpGate(port)))
  const announced = gates.map(({ port }) => port)
  return { gates, servers: await startRedisCluster({ password: PLANTED_REDIS_PASSWORD, ports, announced }) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** One key for each primary of three. */
const keys = ['b', 'c', 'a'] as const

whenOwned(redisProgram, 'a cluster of Redis', () => {
  let servers: readonly RedisServer[]
  let gates: readonly TcpGate[]
  beforeAll(async () => {
    ;({ servers, gates } = await startGatedCluster())
  })
  afterAll(async () => {
    await Promise.all([...gates, ...servers].map((each) => each.close()))
  })

  describe.for(['ioredis', 'node-redis'] as const)('keeps the contract of checks with %s', (kind) => {
    let client: Cluster | ReturnType<typeof createCluster>
    /** What the client has said is wrong. */
    const heard: string[] = []
    const hear = (error: Error & { readonly lastNodeError?: Error }): void => {
      heard.push(`${error.message} ${error.lastNodeError?.message}`)
    }
    beforeAll(async () => {
      const [host, password] = ['127.0.0.1', PLANTED_REDIS_PASSWORD]
      const nodes = gates.map(({ port }) => ({ host, port }))
      if (kind === 'ioredis') {
        client = new Cluster(nodes, { redisOptions: { password }, clusterRetryStrategy: () => 50 })
      } else {
        client = createCluster({
          rootNodes: nodes.map(({ port }) => ({ url: `redis://${host}:${port}` })),
          defaults: { password, socket: { reconnectStrategy: 50 } },
          topologyRefreshOnReconnectionAttemptStrategy: 200,
        })
      }
      // Each case makes a check of its own, which listens.
      client.on('error', hear).setMaxListeners(50)
      if (kind === 'node-redis') await client.connect()
      await works()
    })
    afterAll(() => {
      if ('disconnect' in client) client.disconnect()
      else (client as ReturnType<typeof createCluster>).destroy()
    })
    const works = () => Promise.all(keys.map((key) => client.get(key)))
    const become = async (state: GateState): Promise<void> => {
      await Promise.all(gates.map((gate) => gate.become(state)))
    }
    const wantPassword = (password: string) =>
      Promise.all(servers.map((server) => server.changePassword(password)))
    const timeoutMs = 400
    const lost =
      /^(connection (refused|closed|reset)|not connected|reconnecting|no node can be reached|timed out)/
    const missing = /^(2 of 3 nodes are up|cluster down)$/
    const cases = checkContract({
      create: () => redis(client, { timeoutMs, nodes: 'all' }),
      secrets: () => [PLANTED_REDIS_PASSWORD, '127.0.0.1', ...gates.map(({ port }) => String(port))],
      works,
      recoverWithinMs: 10_000,
      connections: () => sum(gates.map(({ accepted }) => accepted)),
      questions: () => sum(gates.map(({ sent }) => sent)),
      faults: {
        ...gateFaults(() => ({ become }) as TcpGate, { timeoutMs, cut: lost }),
        ...serverFaults(() => servers[2] as RedisServer, { frozen: missing, killed: missing }),
        'a wrong password': {
          inject: async () => {
            heard.length = 0
            await wantPassword('another-Secret-0815')
            // A client that has just made a connection anew, which it opens when it is asked, hears of nothing until then.
            works().catch(hear)
            await eventually(() => heard.join('\n')).toMatch(/WRONGPASS|NOAUTH/)
          },
          heal: () => wantPassword(PLANTED_REDIS_PASSWORD),
          expect: { text: /^authentication (failed|required)$/ },
        },
      },
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  describe('with replicas', () => {
    let servers: readonly RedisServer[]
    beforeAll(async () => {
      servers = await startRedisCluster({ replicas: true })
    })
    afterAll(() => Promise.all(servers.map((each) => each.close())))

    const ioredisCluster = (Kind: typeof Cluster | typeof Cluster6, refreshes = true) => {
      const cluster = new Kind(
        servers.map(({ host, port }) => ({ host, port })),
        refreshes ? { slotsRefreshInterval: 200 } : {},
      ).on('error', ignore)
      opened.push(() => cluster.disconnect())
      return cluster
    }
    const nodeRedisCluster = (minimizeConnections = false) => {
      const rootNodes = servers.map(({ host, port }) => ({ socket: { host, port, reconnectStrategy: 50 } }))
      const cluster = createCluster({
        rootNodes,
        minimizeConnections,
        topologyRefreshOnReconnectionAttemptStrategy: 200,
      })
      cluster.on('error', ignore)
      opened.push(() => cluster.destroy())
      cluster.connect().catch(ignore)
      return cluster
    }

    let observed = 0
    /**
     * How many connections the nodes have taken so far, those that are closed again included, but for this one that asks
     * and those of a name: ioredis gives one to the connection that it makes for each reading of the table of slots, with
     * the first word that it says on it. Until then it is counted, so the number may also fall, by a few.
     */
    const made = async () => {
      const infos = await Promise.all(servers.map((each) => each.command('INFO', 'stats', 'commandstats')))
      observed++
      return infos
        .map((info) => {
          const [, received] = /total_connections_received:(\d+)/.exec(info) ?? []
          const [, named = 0] = /cmdstat_client\|setname:calls=(\d+)/.exec(info) ?? []
          return Number(received) - Number(named) - observed
        })
        .reduce((sum, each) => sum + each)
    }

    test('is asked node by node, through ioredis and node-redis', { timeout: 60_000 }, async () => {
      const clusters = [
        ioredisCluster(Cluster),
        ioredisCluster(Cluster6),
        nodeRedisCluster(),
        nodeRedisCluster(true),
      ]
      const idle = asked(ioredisCluster(Cluster, false), { timeoutMs: 500, nodes: 'all' })
      await eventually(async () => (await idle()).status).toBe('UP')
      const runs = clusters.map((cluster) => asked(cluster, { timeoutMs: 500 }))
      const whole = clusters.map((cluster) => asked(cluster, { timeoutMs: 500, nodes: 'all' }))
      const well = { status: 'UP', message: 'connected', data: { nodes: 3, up: 3 } }
      const allAreWell = () => Promise.all(runs.map((run) => eventually(run).toMatchObject(well)))
      await allAreWell()
      const before = Math.min(await made(), await made(), await made())
      const patient = clusters.map((cluster) => asked(cluster, { timeoutMs: 5_000 }))
      for (let probe = 0; probe < 300; probe++)
        for (const report of await Promise.all(patient.map((run) => run())))
          expect(report).toMatchObject(well)
      await eventually(made).toBeLessThanOrEqual(before)

      const [, , third] = servers as [RedisServer, RedisServer, RedisServer]
      const text = '2 of 3 nodes are up'
      third.stop()
      try {
        const reports = Promise.all([...runs, ...whole].map((run) => run()))
        const some = { status: 'DEGRADED', message: text, data: { nodes: 3, up: 2 } }
        const lacking = { status: 'DOWN', error: text, data: { nodes: 3, up: 2 } }
        expect(await reports).toMatchObject([...Array(4).fill(some), ...Array(4).fill(lacking)])
        // A third of the slots is served by nobody: past the cluster's own timeout the others refuse.
        await Promise.all(runs.map((run) => eventually(async () => (await run()).status).toBe('DOWN')))
      } finally {
        third.cont()
      }
      await allAreWell()
      await third.kill()
      try {
        for (const run of runs) await eventually(async () => (await run()).status).toMatch(/DEGRADED|DOWN/)
        for (let probe = 0; probe < 20; probe++)
          for (const { status } of await Promise.all(runs.map((run) => run()))) expect(status).not.toBe('UP')
        // A third of the slots is served by nobody: the others live, and refuse.
        const down = { status: 'DOWN', error: 'cluster down', data: { nodes: 3, up: 2 } }
        await Promise.all([...runs, idle].map((run) => eventually(run).toMatchObject(down)))
      } finally {
        await third.restart()
      }
      for (const server of servers)
        await eventually(() => server.command('CLUSTER', 'INFO')).toContain('cluster_state:ok')
      const workedAt = performance.now()
      await eventually(async () => (await idle()).status).toBe('UP')
      // Nobody but the check has asked through this client, which would have made it look for the node.
      expect(performance.now() - workedAt).toBeLessThan(1_000)
      await allAreWell()
    })

    test('is not UP before a replica has taken over for a primary, and is UP after', {
      timeout: 60_000,
    }, async () => {
      const [, , primary, , , replica] = servers as readonly [RedisServer, RedisServer, ...RedisServer[]]
      if (primary === undefined || replica === undefined) throw new Error('no replica of the third primary')
      const clusters = [ioredisCluster(Cluster, false), ioredisCluster(Cluster6, false), nodeRedisCluster()]
      const runs = clusters.map((cluster) => asked(cluster, { timeoutMs: 500 }))
      const well = { status: 'UP', message: 'connected', data: { nodes: 3, up: 3 } }
      await Promise.all(runs.map((run) => eventually(run).toMatchObject(well)))
      await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'no')
      await primary.kill()
      const seen = new Set<string>()
      for (;;) {
        const reports = await Promise.all(runs.map((run) => run()))
        // Asked after the reports: what they said held before it.
        if ((await replica.command('ROLE')).includes('master')) break
        for (const { status } of reports) seen.add(status)
      }
      expect([...seen].sort()).toEqual(['DEGRADED', 'DOWN'])
      await Promise.all(runs.map((run) => eventually(run).toMatchObject(well)))
      await primary.restart()
      await eventually(async () => (await primary.command('ROLE')).includes('slave')).toBe(true)
      for (const run of runs) expect(await run()).toMatchObject(well)
    })
  })
})

test('a primary that is lost is looked for as soon as its slots are served, at most twice a second', async () => {
  let read = 0
  let served = 16_384
  const answers = { status: 'ready', ping: async () => 'PONG', expire: () => {} }
  const nodeAt = (host: string, port: number) => ({
    ...answers,
    options: { host, port },
    cluster: async () => `cluster_state:ok\r\ncluster_slots_ok:${served}\r\n`,
  })
  const nodes: RedisClient[] = [nodeAt('a', 1)]
  const slots = [['a:1', 'c:3'], ['b:2']]
  let found: RedisClient | undefined
  const refreshSlotsCache = (callback: () => void) => {
    read++
    if (found !== undefined) nodes.push(found)
    callback()
  }
  const cluster = { ...answers, nodes: () => nodes, slots, refreshSlotsCache }
  let now = 0
  const run = asked(cluster as unknown as RedisClient, { nodes: 'any' }, { ...systemClock, now: () => now })
  const some = { status: 'DEGRADED', message: '1 of 2 nodes are up' }
  served = 10_923
  expect([await run(), read]).toMatchObject([some, 0])
  served = 16_384
  for (let probe = 0; probe < 3; probe++) expect([await run(), read]).toMatchObject([some, 1])
  now = 500
  expect([await run(), read]).toMatchObject([some, 2])
  // Nobody left who knows.
  now = 1_000
  const [first] = nodes.splice(0)
  expect([await run(), read]).toMatchObject([{ status: 'DOWN' }, 2])
  // The same run finds it.
  nodes.push(first as RedisClient)
  found = nodeAt('b', 2)
  expect([await run(), read]).toMatchObject([{ status: 'UP', data: { nodes: 2, up: 2 } }, 3])
  // Nobody missing but a replica.
  now = 1_500
  const replicas = { ...cluster, options: { scaleReads: 'all' } } as unknown as RedisClient
  expect([await asked(replicas, { nodes: 'any' })(), read]).toMatchObject([
    { status: 'DEGRADED', message: '2 of 3 nodes are up' },
    3,
  ])
})

test('a table of slots that is not answered for delays nothing that is known', async () => {
  const answers = { status: 'ready', ping: async () => 'PONG', expire: () => {} }
  const cluster = async () => 'cluster_state:ok\r\ncluster_slots_ok:16384\r\n'
  const node = { ...answers, options: { host: 'a', port: 1 }, cluster }
  const given = { ...answers, nodes: () => [node], slots: [['a:1'], ['b:2']], refreshSlotsCache: () => {} }
  expect(await asked(given as unknown as RedisClient, { nodes: 'any', timeoutMs: 200 })()).toMatchObject({
    status: 'DEGRADED',
    message: '1 of 2 nodes are up',
  })
})

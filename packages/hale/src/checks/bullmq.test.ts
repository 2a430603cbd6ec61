import { Queue, type QueueOptions, Worker } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type RedisServer, redisProgram, startRedis } from '../../../../tests/servers/redis.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type BullmqCheckOptions, type BullmqQueue, bullmq, type ClientOf } from './bullmq.ts'

const password = 'planted-Secret-4711'
const closing = closeAfterEach()

function opened(connection: QueueOptions['connection'], name = 'orders'): Queue {
  const queue = new Queue(name, { connection })
  queue.on('error', () => {})
  closing.push(() => queue.disconnect())
  return queue
}

/** On a client of the test's own: a queue waits for the first connection even in order to close. */
function openedOn(options: RedisOptions): Queue {
  const client = new Redis({ ...options, maxRetriesPerRequest: null })
  client.on('error', () => {})
  const queue = opened(client as unknown as QueueOptions['connection'])
  closing.pop()
  closing.push(() => client.disconnect())
  return queue
}

function asked(queue: ClientOf<BullmqQueue>, options: BullmqCheckOptions = {}) {
  const health = createHealth({ checks: { queue: bullmq(queue, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('queue').run() }
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(redisProgram, 'bullmq with a real server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ password })
  })
  afterAll(() => server.close())

  const connection = (options: object = {}) => ({
    host: server.host,
    port: server.port,
    password,
    retryStrategy: () => 20,
    ...options,
  })

  describe('keeps the contract of checks', () => {
    let queue: Queue
    let gate: TcpGate
    let observer: Redis
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      // Each case makes a check of its own, which listens.
      queue = opened(connection({ port: gate.port })).setMaxListeners(20)
      closing.pop()
      observer = new Redis({ ...connection(), lazyConnect: false })
      observer.on('error', () => {})
    })
    afterAll(async () => {
      observer.disconnect()
      await queue.disconnect()
      await gate.close()
    })
    const lost = /^(connection (refused|closed|reset)|reconnecting)$/
    const cases = checkContract({
      create: () => bullmq(queue, { timeoutMs: 200, activeForMs: { downAt: 1e6 } }),
      secrets: () => [password, server.host, String(gate.port), 'orders'],
      works: () => queue.getJobCounts(),
      questions: () => gate.sent,
      faults: {
        // ioredis keeps a command that has been sent for the next connection.
        ...gateFaults(() => gate, { timeoutMs: 200, cut: new RegExp(`${lost.source}|^timed out`) }),
        ...serverFaults(() => server, { killed: lost }),
        'a wrong password': {
          inject: async () => {
            await observer.config('SET', 'requirepass', 'another-Secret-0815')
            gate.drop()
            const { run } = asked(queue, { timeoutMs: 200 })
            await eventually(run).toMatchObject({ error: 'authentication failed' })
          },
          heal: async () => {
            await observer.config('SET', 'requirepass', password)
            gate.drop()
          },
          expect: { text: 'authentication failed' },
        },
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('jobs of every state are counted, and leave no key behind', async () => {
    const queue = opened(connection(), 'counted')
    const { run } = asked(queue, { waiting: { degradedAt: 3, downAt: 5 }, delayed: { degradedAt: 2 } })
    const redis = (await queue.getBackend().client) as unknown as Redis
    const empty = { waiting: 0, active: 0, delayed: 0, failed: 0 }
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected', data: empty })
    // The queue itself writes it when it is made.
    await eventually(() => redis.keys('*counted*')).toEqual(['bull:counted:meta'])
    await run()
    expect(await redis.keys('*counted*')).toEqual(['bull:counted:meta'])
    await queue.add('some', {}, { delay: 1e6 })
    await queue.addBulk([1, 2].map((id) => ({ name: 'some', data: { id } })))
    expect(await run()).toMatchObject({ status: 'UP', data: { ...empty, waiting: 2, delayed: 1 } })
    await queue.add('urgent', {}, { priority: 1 })
    const waiting = { status: 'DEGRADED', message: 'too many jobs waiting', data: { waiting: 3 } }
    expect(await run()).toMatchObject(waiting)
    await queue.pause()
    expect(await run()).toMatchObject(waiting)
    await queue.addBulk([3, 4].map((id) => ({ name: 'some', data: { id } })))
    expect(await run()).toMatchObject({
      status: 'DOWN',
      error: 'too many jobs waiting',
      data: { waiting: 5 },
    })
    await queue.drain()
    await queue.add('some', {}, { delay: 1e6 })
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'too many delayed jobs' })
    await queue.obliterate({ force: true })
  })

  test('workers, failed jobs, and one that is at work for too long', async () => {
    const queue = opened(connection(), 'worked')
    const { run } = asked(queue, {
      failed: { downAt: 1 },
      activeForMs: { degradedAt: 150 },
      workers: { downAt: 0 },
    })
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'too few workers', data: { workers: 0 } })
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const work = async ({ name }: { name: string }) => {
      await finished
      if (name === 'bad') throw new Error('hidden')
    }
    const worker = new Worker('worked', work, { connection: connection(), concurrency: 2 })
    worker.on('error', () => {})
    closing.push(() => worker.close(true))
    await eventually(async () => (await run()).data).toMatchObject({ workers: 1, activeForMs: 0 })
    expect((await run()).status).toBe('UP')
    await queue.add('long', {})
    await eventually(run).toMatchObject({
      status: 'DEGRADED',
      message: 'a job takes too long',
      data: { active: 1 },
    })
    // A younger one beside it changes nothing.
    await queue.add('bad', {})
    await eventually(run).toMatchObject({ status: 'DEGRADED', data: { active: 2 } })
    finish()
    await eventually(run).toMatchObject({
      status: 'DOWN',
      error: 'too many failed jobs',
      data: { active: 0, failed: 1, activeForMs: 0 },
    })
    await queue.obliterate({ force: true })
  })

  test('a wrong password is told, and a queue that was closed', async () => {
    const wrong = asked(openedOn(connection({ password: 'wrong-Secret-0815' })), { timeoutMs: 200 })
    await eventually(wrong.run).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(await wrong.run())).not.toMatch(/ecret-/)
    const queue = opened(connection())
    const { run } = asked(() => queue)
    expect((await run()).status).toBe('UP')
    await queue.close()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'queue closed' })
  })

  test('a client that the application shares is known too', async () => {
    expect((await asked(openedOn(connection())).run()).status).toBe('UP')
  })

  test('a queue made while Redis is away is DOWN, and UP once it is there', async () => {
    await server.kill()
    const queue = opened(connection())
    const { run } = asked(queue, { timeoutMs: 100 })
    try {
      await eventually(run).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    } finally {
      await server.restart()
    }
    await eventually(async () => (await run()).status).toBe('UP')
  })
})

describe('bullmq without a server', () => {
  test('no queue yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refused = asked(openedOn({ host: '127.0.0.1', port: await closedPort() }), { timeoutMs: 100 })
    await eventually(refused.run).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const { run } = asked(openedOn({ host: '127.0.0.1', port: silent.port, password }), { timeoutMs: 200 })
    for (let probe = 0; probe < 5; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    expect(silent.accepted).toBe(1)
  })

  test('the client of an older BullMQ is found at the queue itself', async () => {
    const counts = {
      getJobCounts: async () => ({ waiting: 7 }),
      getJobs: async () => Promise.reject(new Error('not to be asked')),
      getWorkersCount: async () => Promise.reject(new Error('not to be asked')),
    }
    const ready = { ...counts, client: Promise.resolve({ status: 'ready' }) }
    const away = { ...counts, client: Promise.resolve({ status: 'reconnecting' }) }
    expect(await asked(ready).run()).toMatchObject({ status: 'UP', data: { waiting: 7, failed: 0 } })
    expect(await asked(away).run()).toMatchObject({ status: 'DOWN', error: 'reconnecting' })
  })

  test('a client that has not come yet is waited for once, not by each probe anew', async () => {
    let waiting = 0
    let give = (_client: object): void => {}
    const pending = new Promise<object>((resolve) => {
      give = resolve
    })
    const client = {
      // biome-ignore lint/suspicious/noThenProperty: it counts who waits.
      then: (...reactions: Parameters<typeof pending.then>) => {
        waiting++
        return pending.then(...reactions)
      },
    }
    const queue = { getJobCounts: async () => ({}), getJobs: async () => [], getWorkersCount: async () => 0 }
    const { run } = asked({ ...queue, client } as BullmqQueue, { timeoutMs: 200 })
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    give({ status: 'ready' })
    await eventually(async () => (await run()).status).toBe('UP')
    expect(waiting).toBe(1)
  })

  test('what is asked for is all that waits, and the oldest job at work', async () => {
    const calls: unknown[][] = []
    let processedOn = Date.now() - 60_000
    const queue = {
      client: Promise.resolve({ status: 'ready' }),
      getJobCounts: async (...types: unknown[]) => {
        calls.push(types)
        return { waiting: 1, paused: 2, prioritized: 4, active: 1, delayed: 8, failed: 16 }
      },
      getJobs: async (...range: unknown[]) => {
        calls.push(range)
        return [{ processedOn }]
      },
      getWorkersCount: async () => Promise.reject(new Error('not to be asked')),
    }
    const { run } = asked(queue as unknown as BullmqQueue, { activeForMs: { degradedAt: 60_000 } })
    const data = { waiting: 7, active: 1, delayed: 8, failed: 16 }
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'a job takes too long', data })
    const types = ['waiting', 'paused', 'prioritized', 'active', 'delayed', 'failed']
    expect(calls).toEqual([types, [['active'], 0, 0, true]])
    const worst = asked(queue as unknown as BullmqQueue, {
      waiting: { degradedAt: 7 },
      failed: { downAt: 16 },
    })
    expect(await worst.run()).toMatchObject({ status: 'DOWN', error: 'too many failed jobs' })
    // The worker's clock is ahead.
    processedOn = Date.now() + 60_000
    expect(await run()).toMatchObject({ status: 'UP', data: { ...data, activeForMs: 0 } })
  })

  test('an answer that is owed is waited for, and a client that cannot be had is told', async () => {
    let asking = 0
    const never = () => {
      asking++
      return new Promise<never>(() => {})
    }
    const queue = { getJobCounts: never, getJobs: async () => [], getWorkersCount: async () => 0 }
    const frozen = { ...queue, client: Promise.resolve({ status: 'ready' }) }
    const { run } = asked(frozen, { timeoutMs: 20, overlapAfterMs: 0 })
    for (let probe = 0; probe < 5; probe++) expect((await run()).error).toBe('timed out after 20 ms')
    expect(asking).toBe(1)
    const refused = Object.assign(new Error('hidden'), { code: 'ECONNREFUSED' })
    const lost = asked({ ...queue, client: Promise.reject(refused) } as BullmqQueue)
    expect(await lost.run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = (options: object) => () =>
      createHealth({ checks: { queue: bullmq('redis://hidden' as unknown as Queue, options) } })
    const wrong = { waiting: { downAt: 1, degradedAt: 2 }, workers: { downAt: 2, degradedAt: 1 }, failed: 3 }
    for (const field of ['queue', 'waiting.downAt', 'workers.downAt', 'failed', 'stalled', 'delayed.max'])
      expect(make({ ...wrong, stalled: {}, delayed: { max: 1 } })).toThrow(`checks.queue.${field}:`)
    expect(make(wrong)).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(bullmq).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Queue>().toExtend<BullmqQueue>()
    // @ts-expect-error a dependency cannot restart the process
    bullmq(() => undefined, { probes: ['liveness'] })
  })
})

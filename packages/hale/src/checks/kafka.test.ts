import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { Kafka, type KafkaConfig, type Admin as KafkajsAdmin, logLevel, type RetryOptions } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { type KafkaCluster, startKafka } from '../../../../tests/servers/kafka.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type KafkaCheckOptions, type KafkaClient, kafka } from './kafka.ts'

const user = 'planted-user-4701'
const password = 'planted-Secret-4702'

const closing = closeAfterEach()

/** Does what each client does for the application that has it. */
interface Clients {
  /** One that tells at once what is wrong. */
  admin(brokers: readonly string[], sasl?: boolean): KafkajsAdmin | Admin
  /** One that knows the lag. */
  reader(brokers: readonly string[]): KafkajsAdmin | Consumer
  /** An ordinary use of it. */
  use(client: unknown): Promise<unknown>
  close(client: unknown): Promise<void>
}

function kafkajsAdmin(brokers: readonly string[], retry: RetryOptions, more: Partial<KafkaConfig> = {}) {
  const config = { clientId: 'test', brokers: [...brokers], logLevel: logLevel.NOTHING, ...more }
  return new Kafka({ ...config, retry }).admin()
}

const kafkajs: Clients = {
  admin: (brokers, sasl = false) =>
    kafkajsAdmin(
      brokers,
      { retries: 0 },
      sasl ? { sasl: { mechanism: 'plain', username: user, password } } : {},
    ),
  reader: (brokers) => kafkajsAdmin(brokers, { retries: 0 }),
  use: (client) => (client as KafkajsAdmin).listTopics(),
  close: (client) => (client as KafkajsAdmin).disconnect(),
}

function platformaticOptions(brokers: readonly string[]) {
  return { clientId: 'test', bootstrapBrokers: [...brokers], retries: false, autocreateTopics: true }
}

const platformatic: Clients = {
  admin: (brokers, sasl = false) =>
    new Admin({
      ...platformaticOptions(brokers),
      ...(sasl && { sasl: { mechanism: 'PLAIN', username: user, password } }),
    }),
  reader: (brokers) => new Consumer({ ...platformaticOptions(brokers), groupId: 'billing' }),
  use: (client) => (client as Admin).listTopics(),
  close: async (client) => (client as Admin).close(),
}

function asked(client: ClientOf<KafkaClient>, options: KafkaCheckOptions = {}) {
  const health = createHealth({ checks: { broker: kafka(client, { timeoutMs: 2_000, ...options }) } })
  return () => health.check('broker').run()
}

const eventually = polling({ timeout: 10_000, interval: 20 })

const lost = /^connection (refused|closed|reset)$/
const late = 'timed out after 200 ms'
const forbidden = 29
const groupForbidden = 30
const coordinatorLoads = 14

describe.each([
  ['kafkajs', kafkajs],
  ['@platformatic/kafka', platformatic],
])('kafka through %s against brokers that speak its documented wire', (name, clients) => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka({ orders: 3, parcels: 1 })
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const opened = <C>(client: C): C => {
    closing.push(() => clients.close(client))
    return client
  }
  const partitions = () => cluster.state.topics.get('orders') ?? []
  const connected = { status: 'UP', message: 'connected', data: { brokers: 2 } }

  describe('keeps the contract of checks', () => {
    let locked: KafkaCluster
    let client: KafkaClient
    beforeAll(async () => {
      locked = await startKafka({ orders: 2 })
      locked.state.password = password
      client = clients.admin(locked.brokers, true)
    })
    afterAll(async () => {
      await clients.close(client)
      await locked[Symbol.asyncDispose]()
    })
    const cont = () => locked.cont()
    // The client is told of its connections' end a moment after that.
    const noticed = (error: string) => eventually(asked(client, { timeoutMs: 200 })).toMatchObject({ error })
    const cases = checkContract({
      create: () => kafka(client, { timeoutMs: 200 }),
      secrets: () => [user, password, '127.0.0.1', ...locked.brokers, 'planted-47', 'orders'],
      works: () => clients.use(client),
      faults: {
        ...serverFaults(() => locked, { frozen: late, killed: lost }),
        'black-holed ports': {
          inject: async () => {
            locked.stop()
            locked.drop()
            await noticed(late)
          },
          heal: () => {
            cont()
            locked.drop()
          },
          expect: { text: late },
        },
        'a slow answer': {
          inject: () => {
            locked.delayMs = 500
          },
          heal: () => {
            locked.delayMs = 0
          },
          expect: { text: late },
        },
        'an answer just in time': {
          inject: () => {
            locked.delayMs = 30
          },
          heal: () => {
            locked.delayMs = 0
          },
          expect: { status: 'UP' },
        },
        'a wrong password': {
          inject: async () => {
            locked.state.password = 'another'
            locked.drop()
            await noticed('authentication failed')
          },
          heal: () => {
            locked.state.password = password
          },
          expect: { text: 'authentication failed' },
        },
      },
      questions: () => locked.requests.length,
      // One to each broker is what any client may have.
      connections: () => acceptedBeyond(2, locked),
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('tells how many brokers and partitions there are, and no names', async () => {
    const run = asked(opened(clients.admin(cluster.brokers)))
    expect(await run()).toMatchObject(connected)
    const report = await asked(opened(clients.admin(cluster.brokers)), { topics: ['orders', 'parcels'] })()
    expect(report).toMatchObject({ status: 'UP', data: { partitions: 4 } })
    expect(JSON.stringify(report)).not.toMatch(/planted|127\.0|orders|parcels/)
  })

  test('one broker of two is enough, unless more are wanted', async () => {
    const client = opened(clients.admin(cluster.brokers))
    const run = asked(client)
    for (let probe = 0; probe < 10; probe++) expect(await run()).toMatchObject(connected)
    await cluster.kill(1)
    cluster.forget(1)
    try {
      for (let probe = 0; probe < 30; probe++)
        expect(await run()).toMatchObject({ status: 'UP', data: { brokers: 1 } })
      const few = { message: 'too few brokers', data: { brokers: 1 } }
      expect(await asked(client, { brokers: { degradedAt: 1 } })()).toMatchObject({
        status: 'DEGRADED',
        ...few,
      })
      const strict = await asked(client, { brokers: { degradedAt: 2, downAt: 1 } })()
      expect(strict).toMatchObject({ status: 'DOWN', error: 'too few brokers' })
    } finally {
      await cluster.restart(1)
      cluster.remember(1)
    }
    await eventually(run).toMatchObject(connected)
  })

  test('a topic that is missing is DOWN and stays missing', async () => {
    const run = asked(opened(clients.admin(cluster.brokers)), { topics: ['orders', 'nowhere'] })
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'topic not found' })
    const reader = opened(clients.reader(cluster.brokers))
    const lag = { ...(name === 'kafkajs' && { group: 'billing' }), degradedAt: 1 }
    expect(await asked(reader, { topics: ['nowhere'], lag })()).toMatchObject({ error: 'topic not found' })
    expect(cluster.state.created).toEqual([])
    cluster.state.topics.set('nowhere', [{ leader: 2, replicas: [2], inSync: [2], end: 0 }])
    expect(await run()).toMatchObject({ status: 'UP', data: { partitions: 4 } })
    cluster.state.topics.delete('nowhere')
  })

  test('a partition without a leader is DOWN', async () => {
    const run = asked(opened(clients.admin(cluster.brokers)), { topics: ['orders'] })
    const [partition] = partitions()
    if (partition === undefined) throw new Error('no partition')
    partition.leader = -1
    const report = { status: 'DOWN', error: 'a partition has no leader' }
    expect(await run()).toMatchObject(report)
    partition.leader = 1
    await eventually(run).toMatchObject({ status: 'UP', data: { partitions: 3 } })
    partition.leader = -1
    expect((await run()).status).toBe('DOWN')
    partition.leader = 1
  })

  test('the lag of a group is a number, and graded', async () => {
    const group = name === 'kafkajs' ? { group: 'billing' } : {}
    const client = opened(clients.reader(cluster.brokers))
    const topics = ['orders']
    const run = asked(client, { topics, lag: { ...group, degradedAt: 10, downAt: 100 } })
    expect(await run()).toMatchObject({ status: 'UP', data: { partitions: 3, lag: 0 } })
    for (const partition of partitions()) partition.end = 50
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'nothing committed' })
    cluster.state.committed.set('billing', new Map([['orders', [50, 46, -1]]]))
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected', data: { lag: 4 } })
    const text = 'consumers lag behind'
    cluster.state.committed.set('billing', new Map([['orders', [44, 46, 50]]]))
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: text, data: { lag: 10 } })
    cluster.state.committed.set('billing', new Map([['orders', [0, 0, 49]]]))
    expect(await run()).toMatchObject({ status: 'DOWN', error: text, data: { lag: 101 } })
    // Of a topic that was made anew, the group is ahead.
    for (const partition of partitions()) partition.end = 10
    expect(await run()).toMatchObject({ status: 'DEGRADED', data: { lag: 20 } })
    cluster.state.committed.clear()
    for (const partition of partitions()) partition.end = 0
  })

  test('what brokers refuse is told in safe texts', async () => {
    const client = opened(clients.reader(cluster.brokers))
    const { refusals } = cluster.state
    const run = asked(client, {
      topics: ['orders'],
      lag: { ...(name === 'kafkajs' && { group: 'billing' }), degradedAt: 1 },
    })
    const error = async (api: 'Metadata' | 'OffsetFetch' | 'FindCoordinator', code: number) => {
      refusals.set(api, code)
      const report = await run()
      refusals.clear()
      return report.error
    }
    // Before it has ever seen the topic.
    expect(await error('Metadata', forbidden)).toBe('permission denied')
    expect(await error('FindCoordinator', coordinatorLoads + 1)).toBe('group coordinator not available')
    expect(await error('OffsetFetch', groupForbidden)).toBe('permission denied')
    expect(await error('OffsetFetch', coordinatorLoads)).toBe('group coordinator not available')
    expect((await run()).status).toBe('UP')
  })

  test('a client that has been closed stays so', async () => {
    const client = clients.admin(cluster.brokers)
    const run = asked(() => client)
    expect((await run()).status).toBe('UP')
    await clients.close(client)
    await eventually(() => cluster.open).toBe(0)
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'client closed' })
    expect(cluster.open).toBe(0)
  })

  test('frozen brokers find no queue of questions', async () => {
    const client = opened(clients.admin(cluster.brokers))
    // Who connects on a busy machine needs longer than those probes wait.
    const patiently = asked(client, { timeoutMs: 5_000 })
    const run = asked(client, { timeoutMs: 20, overlapAfterMs: 0 })
    await eventually(async () => (await patiently()).status).toBe('UP')
    cluster.stop()
    const before = cluster.accepted
    for (let probe = 0; probe < 40; probe++) expect((await run()).status).toBe('DOWN')
    const answered = cluster.requests.length
    expect(cluster.accepted - before).toBeLessThanOrEqual(2)
    cluster.cont()
    // Those that were held: later ones are of probes that come while it catches up.
    expect(cluster.requests.length - answered).toBeLessThanOrEqual(5)
    await eventually(async () => (await patiently()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('ports that refuse, and ports that are silent', async () => {
    const refusing = asked(opened(clients.admin([`127.0.0.1:${await closedPort()}`])))
    for (let probe = 0; probe < 3; probe++)
      expect(await refusing()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const client = clients.admin([`127.0.0.1:${silent.port}`])
    const waiting = asked(client, { timeoutMs: 30, overlapAfterMs: 0 })
    for (let probe = 0; probe < 20; probe++) expect((await waiting()).status).toBe('DOWN')
    expect(silent.accepted).toBeLessThanOrEqual(3)
    await silent.close()
    await clients.close(client)
  })
})

describe('kafka through kafkajs', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka({ orders: 2, others: 1 })
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const opened = (retry: RetryOptions = { retries: 0 }, more: Partial<KafkaConfig> = {}) => {
    const admin = kafkajsAdmin(cluster.brokers, retry, more)
    closing.push(() => admin.disconnect())
    return admin
  }

  test('no controller, and replicas that are not in sync, are DEGRADED', async () => {
    const admin = opened()
    cluster.state.controller = -1
    expect(await asked(admin)()).toMatchObject({ status: 'DEGRADED', message: 'no controller' })
    cluster.state.controller = 1
    const [partition] = cluster.state.topics.get('orders') ?? []
    if (partition === undefined) throw new Error('no partition')
    partition.inSync = [1]
    const data = { partitions: 2, underReplicated: 1 }
    const topics = ['orders']
    const text = 'too few replicas in sync'
    expect(await asked(admin, { topics })()).toMatchObject({ status: 'DEGRADED', message: text, data })
    const strict = await asked(admin, { topics, underReplicated: { downAt: 1 } })()
    expect(strict).toMatchObject({ status: 'DOWN', error: text, data })
    const lenient = await asked(admin, { topics, underReplicated: {} })()
    expect(lenient).toMatchObject({ status: 'UP', data })
    partition.inSync = [1, 2]
  })

  test("somebody else's partition without a leader makes it DEGRADED, and does not touch the own topics", async () => {
    const [admin, other] = [opened(), opened()]
    // Without retries a first question that meets another on a connection being made may fail.
    await Promise.all([admin.connect(), other.connect()])
    const run = asked(admin)
    const own = asked(other, { topics: ['orders'] })
    const [partition] = cluster.state.topics.get('others') ?? []
    if (partition === undefined) throw new Error('no partition')
    const before = partition.leader
    try {
      for (const wasUp of [false, true]) {
        if (wasUp) expect((await run()).status).toBe('UP')
        partition.leader = -1
        for (let probe = 0; probe < 3; probe++)
          expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'a partition has no leader' })
        expect((await own()).status).toBe('UP')
        partition.leader = before
      }
    } finally {
      partition.leader = before
    }
    expect((await run()).status).toBe('UP')
  })

  test('with its own retries it is DOWN at its timeout, and UP soon after the brokers are', async () => {
    const client = opened({ retries: 5, initialRetryTime: 300 })
    const run = asked(client, { timeoutMs: 50, overlapAfterMs: 0 })
    await eventually(async () => (await asked(client, { timeoutMs: 5_000 })()).status).toBe('UP')
    await cluster.kill()
    const startedAt = performance.now()
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('DOWN')
    expect((await run()).error).toBe('timed out after 50 ms')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    await cluster.restart()
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('one frozen broker of two is not the whole cluster', async () => {
    const admin = opened({ retries: 0 }, { requestTimeout: 100 })
    const run = asked(admin, { timeoutMs: 400, overlapAfterMs: 0 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('UP')
    cluster.stop(2)
    let well = 0
    for (let probe = 0; probe < 10; probe++) if ((await run()).status === 'UP') well++
    cluster.cont(2)
    // kafkajs asks either by chance, and each run asks twice.
    expect(well).toBeGreaterThan(0)
    await eventually(async () => (await run()).status).toBe('UP')
  })
})

test('kafkajs is asked once more, and not without end, when none of its brokers took the question', async () => {
  const nothing = () => Promise.reject(new TypeError("Cannot destructure property 'brokers' of null"))
  const refused = Object.assign(new Error('no leader'), { type: 'LEADER_NOT_AVAILABLE' })
  const describeCluster = vi.fn().mockImplementationOnce(nothing).mockRejectedValueOnce(refused)
  const admin = Object.assign(kafkajsAdmin(['127.0.0.1:1'], {}), { describeCluster })
  expect(await asked(admin)()).toMatchObject({ status: 'DEGRADED', message: 'a partition has no leader' })
  expect(describeCluster).toHaveBeenCalledTimes(2)
  describeCluster.mockImplementation(nothing)
  expect((await asked(admin)()).status).toBe('DOWN')
  // Each run asks twice.
  expect(describeCluster.mock.calls.length).toBeLessThanOrEqual(6)
})

describe('kafka without a cluster', () => {
  const admin = kafkajsAdmin(['127.0.0.1:1'], {})
  const { bootstrapBrokers, clientId } = platformaticOptions(['127.0.0.1:1'])
  const producer = new Producer({ clientId, bootstrapBrokers, retries: false })
  const consumer = new Consumer({ clientId, bootstrapBrokers, groupId: 'own' })
  afterAll(async () => {
    await producer.close()
    await consumer.close()
  })
  const make =
    (client: unknown, options: object = {}) =>
    () =>
      createHealth({ checks: { broker: kafka(client as KafkaClient, options) } })

  test('what is set up wrongly is told together, by createHealth', () => {
    const wrong = {
      brokers: 3,
      topics: [''],
      underReplicated: { degradedAt: 5, downAt: 1 },
      lag: { groups: 'x', group: '', degradedAt: -1 },
      time: 1,
    }
    const fields = ['client', 'brokers', 'topics', 'underReplicated.downAt', 'lag.groups', 'lag.group']
    for (const field of [...fields, 'lag.degradedAt', 'time'])
      expect(make('hidden:9092', wrong)).toThrow(`checks.broker.${field}:`)
    expect(make('hidden:9092', wrong)).not.toThrow(/hidden/)
    for (const topics of ['orders', [], [3]])
      expect(make(admin, { topics })).toThrow(/topics: expected a list of at least one name/)
    expect(make(admin, { lag: { group: 'x' } })).toThrow(/lag: expected the option topics/)
    expect(make(admin, { lag: 'x' })).toThrow(/lag: expected an object/)
    const topics = ['orders']
    expect(make(admin, { topics, lag: {} })).toThrow(/lag: expected the group/)
    expect(make(producer, { topics, lag: {} })).toThrow(/lag: expected a Consumer/)
    expect(make(consumer, { topics, lag: { group: 'x' } })).toThrow(/lag: expected no group but/)
    expect(make(producer, { topics, underReplicated: {} })).toThrow(
      /underReplicated: expected an Admin of kafkajs/,
    )
  })

  test('what has no metadata of the cluster is not a client', async () => {
    const kafkaOfKafkajs = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING })
    for (const other of [kafkaOfKafkajs, kafkaOfKafkajs.producer(), {}, null])
      expect(make(other)).toThrow(/client: expected an Admin of kafkajs or a client of @platformatic/)
  })

  test('a function may have no client yet, another one, or one that knows no lag', async () => {
    expect(await asked(() => undefined)()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const wrong = asked(() => new Kafka({ brokers: ['x'] }) as unknown as KafkaClient)
    expect(await wrong()).toMatchObject({ status: 'DOWN', error: 'not a client' })
    const options = { topics: ['orders'], lag: { degradedAt: 1 } }
    for (const client of [producer, admin])
      expect(await asked(() => client, options)()).toMatchObject({
        error: 'this client cannot be asked for the lag',
      })
  })

  test('many checks of one kafkajs Admin listen to it once', async () => {
    const events: string[] = []
    const one = {
      ...admin,
      on: (event: string) => void events.push(event),
      describeCluster: async () => ({ brokers: [], controller: 1 }),
    }
    for (let check = 0; check < 3; check++) expect((await asked(one)()).status).toBe('UP')
    expect(events).toEqual([admin.events.CONNECT, admin.events.DISCONNECT])
  })

  test('a client of @platformatic/kafka that never answers is asked once', async () => {
    let asking = 0
    const lost = {
      metadata: () => {
        asking++
        return new Promise<never>(() => {})
      },
      connectToBrokers: async () => {},
    }
    const run = asked(lost, { timeoutMs: 10, overlapAfterMs: 0 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('DOWN')
    expect(asking).toBe(1)
  })

  test('is a check of readiness alone, of the clients as they are', () => {
    expectTypeOf(kafka).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<KafkajsAdmin | Admin | Consumer | Producer>().toExtend<KafkaClient>()
    // @ts-expect-error a dependency cannot restart the process
    kafka(() => undefined, { probes: ['liveness'] })
  })
})

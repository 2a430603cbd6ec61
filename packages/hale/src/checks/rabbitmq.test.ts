import { EventEmitter } from 'node:events'
import { type Channel, type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib'
import * as callbacks from 'amqplib/callback_api'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type RabbitmqServer, rabbitmqProgram, startRabbitmq } from '../../../../tests/servers/rabbitmq.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import {
  type ClientOf,
  type RabbitmqCheckOptions,
  type RabbitmqClient,
  type RabbitmqConnection,
  rabbitmq,
} from './rabbitmq.ts'

const closing = closeAfterEach()

async function connected(url: string): Promise<ChannelModel> {
  const connection = await connect(url)
  connection.on('error', () => {})
  return connection
}

async function opened(url: string): Promise<ChannelModel> {
  const connection = await connected(url)
  closing.push(() => connection.close().catch(() => {}))
  return connection
}

function asked(client: ClientOf<RabbitmqClient>, options: RabbitmqCheckOptions = {}) {
  const health = createHealth({ checks: { broker: rabbitmq(client, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('broker').run() }
}

const eventually = polling({ timeout: 10_000, interval: 20 })

whenOwned(rabbitmqProgram, 'rabbitmq with a real server', () => {
  let server: RabbitmqServer
  let gate: TcpGate
  let shared: RecoveringChannelModel
  beforeAll(async () => {
    server = await startRabbitmq()
    gate = await startTcpGate(server.port)
    const recovery = { initialDelay: 20, maxDelay: 50 }
    shared = await connect(server.url.replace(String(server.port), String(gate.port)), { recovery })
    shared.on('error', () => {})
    const channel = await shared.createChannel()
    await channel.assertQueue('orders')
    await channel.close()
  }, 90_000)
  afterAll(async () => {
    await shared.close()
    await gate.close()
    await server.close()
  })

  describe('keeps the contract of checks', () => {
    // It hears of it a moment later.
    const lost = /^(not connected|connection (closed|reset))$/
    const cases = checkContract({
      create: () => rabbitmq(shared, { queue: 'orders', timeoutMs: 200 }),
      secrets: () => [server.password, '127.0.0.1', String(gate.port), 'amqp://', 'orders'],
      works: async () => {
        const channel = await shared.createChannel()
        await channel.close()
      },
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: lost }),
        ...serverFaults(() => server, { killed: lost }),
        'a wrong password': {
          inject: async () => {
            server.setPassword('another-Secret-0815')
            const gone = new Promise((resolve) => shared.once('disconnect', resolve))
            gate.drop()
            await gone
          },
          heal: () => server.setPassword(server.password),
          expect: { text: 'not connected' },
        },
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('keeps one channel of a connection, and makes no queue', async () => {
    const connection = await opened(server.url)
    const channels = () => Number(server.evaluate('length(rabbit_channel:list())'))
    const before = channels()
    expect(before).toBeGreaterThanOrEqual(0)
    const { run } = asked(connection)
    const { run: runMissing } = asked(connection, { queue: 'nowhere-4711' })
    for (let probe = 0; probe < 50; probe++) expect((await run()).message).toBe('connected')
    for (let probe = 0; probe < 3; probe++)
      expect(await runMissing()).toMatchObject({ status: 'DOWN', error: 'queue not found' })
    // Those that it closed itself, the broker forgets a moment later.
    await eventually(channels).toBe(before + 1)
    const queues = server.evaluate('[binary_to_list(element(4, N)) || N <- rabbit_amqqueue:list_names()]')
    expect(queues).toMatch(/orders/)
    expect(queues).not.toMatch(/nowhere/)
    const channel = await connection.createChannel()
    await channel.assertQueue('nowhere-4711', { autoDelete: true })
    expect((await runMissing()).status).toBe('UP')
    await channel.deleteQueue('nowhere-4711')
  })

  test('messages and consumers are numbers, and graded', async () => {
    const connection = await opened(server.url)
    const channel = await connection.createChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const { run } = asked(connection, {
      queue,
      messages: { degradedAt: 2, downAt: 4 },
      consumers: { degradedAt: 0 },
    })
    const few = { status: 'DEGRADED', message: 'too few consumers', data: { messages: 0, consumers: 0 } }
    expect(await run()).toMatchObject(few)
    const send = async (most: number) => {
      for (let sent = 0; sent < most; sent++) channel.sendToQueue(queue, Buffer.from('x'))
      await channel.checkQueue(queue)
    }
    await send(4)
    const many = { status: 'DOWN', error: 'too many messages', data: { messages: 4, consumers: 0 } }
    await eventually(run).toMatchObject(many)
    await channel.purgeQueue(queue)
    await channel.prefetch(1)
    await channel.consume(queue, () => {})
    expect(await run()).toMatchObject({ status: 'UP', data: { messages: 0, consumers: 1 } })
    await send(3)
    await eventually(run).toMatchObject({
      status: 'DEGRADED',
      message: 'too many messages',
      data: { messages: 2, consumers: 1 },
    })
  })

  test('a connection that the broker has blocked is DEGRADED, without a question that nobody reads', {
    timeout: 30_000,
  }, async () => {
    const connection = await opened(server.url)
    const channel = await connection.createChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const { run } = asked(connection)
    const { run: strict } = asked(connection, { blockedAs: 'DOWN' })
    const { run: quiet } = asked(shared)
    expect((await run()).status).toBe('UP')
    expect((await strict()).status).toBe('UP')
    server.evaluate('vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1})')
    try {
      const blocked = { status: 'DEGRADED', message: 'blocked by the broker' }
      // Its connections hear of it a moment later, and then block with the next message; the question that finds it so is
      // under way when the broker says so, or comes after it.
      await eventually(() => {
        channel.sendToQueue(queue, Buffer.from('x'))
        return run()
      }).toMatchObject(blocked)
      for (let probe = 0; probe < 3; probe++) expect(await run()).toMatchObject(blocked)
      expect(await strict()).toMatchObject({ status: 'DOWN', error: 'blocked by the broker' })
      // The broker tells it to those who publish.
      expect((await quiet()).status).toBe('UP')
    } finally {
      server.evaluate('vm_memory_monitor:set_vm_memory_high_watermark(0.4)')
    }
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('the callback API, a channel and a function are known too', async () => {
    const connection = await new Promise<callbacks.Connection>((resolve, reject) => {
      callbacks.connect(server.url, (error, made) => (error ? reject(error) : resolve(made)))
    })
    closing.push(() => new Promise<void>((resolve) => connection.close(() => resolve())))
    const channel = await new Promise<callbacks.Channel>((resolve, reject) => {
      connection.createChannel((error, made) => (error ? reject(error) : resolve(made)))
    })
    const ofPromises: Channel = await (await opened(server.url)).createChannel()
    const queue = { queue: 'orders' }
    expect(await asked(connection, queue).run()).toMatchObject({ status: 'UP', data: { consumers: 0 } })
    for (const client of [channel, ofPromises, () => connection, async () => ofPromises])
      expect(await asked(client).run()).toMatchObject({ status: 'UP', message: 'connected' })
    const missing = asked(connection, { queue: 'nowhere' })
    for (let probe = 0; probe < 2; probe++)
      expect(await missing.run()).toMatchObject({ status: 'DOWN', error: 'queue not found' })
    await ofPromises.close()
    expect(await asked(ofPromises).run()).toMatchObject({ status: 'DOWN', error: 'channel closed' })
    expect(await asked(() => channel, queue).run()).toMatchObject({
      status: 'DOWN',
      error: 'a channel cannot be asked for its queue',
    })
    // It has not been asked, and so is still open.
    expect((await asked(channel).run()).status).toBe('UP')
  })

  test('a connection that recovers by itself is DOWN at once while there is none', async () => {
    const recovery = { initialDelay: 20, maxDelay: 50, waitForConnect: false }
    const recovering: RecoveringChannelModel = await connect(server.url, { recovery })
    recovering.on('error', () => {})
    closing.push(() => recovering.close())
    const { run } = asked(recovering, { queue: 'orders' })
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    await recovering.waitForConnect()
    expect((await run()).status).toBe('UP')
    const gone = new Promise((resolve) => recovering.once('disconnect', resolve))
    server.evaluate('rabbit_networking:close_connections(rabbit_networking:connections(), "test")')
    await gone
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('keeps a channel of each connection that a function hands out in turn', async () => {
    const pool = [await opened(server.url), await opened(server.url)]
    let opening = 0
    for (const connection of pool) {
      const createChannel = connection.createChannel.bind(connection)
      connection.createChannel = () => {
        opening++
        return createChannel()
      }
    }
    let turn = 0
    const { run } = asked(() => pool[turn++ % pool.length])
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('UP')
    expect(opening).toBe(2)
    await pool[0]?.close()
    expect([await run(), await run()]).toMatchObject([{ status: 'DOWN' }, { status: 'UP' }])
    expect(opening).toBe(3)
  })

  test('what refuses is told in safe texts', async () => {
    const wrong = server.url.replace(server.password, 'wrong-Secret-0815')
    const report = await asked(() => connect(wrong)).run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(report)).not.toMatch(/ecret-/)
    const owner = await (await opened(server.url)).createChannel()
    const { queue } = await owner.assertQueue('', { exclusive: true })
    const other = await opened(server.url)
    const locked = { status: 'DOWN', error: 'queue locked by another connection' }
    expect(await asked(other, { queue }).run()).toMatchObject(locked)
    await other.close()
    expect(await asked(other).run()).toMatchObject({ status: 'DOWN', error: 'connection closed' })
  })
})

describe('rabbitmq without a server', () => {
  test('no connection yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refusing = `amqp://hale:hidden@127.0.0.1:${await closedPort()}`
    expect(await asked(() => connect(refusing)).run()).toMatchObject({ error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const pending = connect(`amqp://hale:hidden@127.0.0.1:${silent.port}`)
    pending.catch(() => {})
    expect((await asked(() => pending, { timeoutMs: 50 }).run()).error).toBe('timed out after 50 ms')
  })

  test('a channel that takes long to open is opened once, and one that cannot be is tried again', async () => {
    let opening = 0
    const answer = { connection: {}, checkExchange: async () => ({}), checkQueue: async () => ({}) }
    const replies = [() => new Promise(() => {}), () => Promise.reject(new Error('x')), async () => answer]
    const slow: RabbitmqConnection = {
      createChannel: () => replies[opening++]?.(),
      createConfirmChannel: () => {},
    }
    const { run } = asked(slow, { timeoutMs: 20, overlapAfterMs: 0 })
    for (let probe = 0; probe < 3; probe++) expect((await run()).status).toBe('DOWN')
    expect(opening).toBe(1)
    const other = asked(slow)
    expect((await other.run()).error).toBe('check failed')
    expect((await other.run()).status).toBe('UP')
    expect(opening).toBe(3)
  })

  test.for([
    [{ code: 403 }, 'permission denied'],
    [{ code: 404 }, 'queue not found'],
    [{ code: 320 }, 'connection closed'],
    [{ code: 541 }, 'broker internal error'],
    [{ code: 999 }, 'check failed'],
    [{ message: 'Handshake terminated by server: 403 hidden' }, 'authentication failed'],
    [{ message: 'Socket closed abruptly during opening handshake' }, 'connection closed'],
    [{ message: 'Channel ended, no reply will be forthcoming' }, 'connection closed'],
    [{ name: 'IllegalOperationError', message: 'Channel closed' }, 'channel closed'],
    [{ name: 'IllegalOperationError', message: 'Connection closed' }, 'connection closed'],
  ] as const)('%o is told as a safe text', async ([fields, error]) => {
    const rejects = () => Promise.reject(Object.assign(new Error('hidden'), fields))
    const channel = { connection: {}, checkExchange: rejects, checkQueue: rejects }
    const report = await asked(channel).run()
    expect(report).toMatchObject({ status: 'DOWN', error })
    expect(JSON.stringify(report)).not.toMatch(/hidden/)
  })

  test('a blocked connection is asked nothing, one that becomes so is not waited for, and no listener stays', async () => {
    const connection = Object.assign(new EventEmitter(), { blocked: true })
    let asking = 0
    let answer = (): void => {}
    const check = () => {
      asking++
      return new Promise<void>((resolve) => {
        answer = resolve
      })
    }
    const { run } = asked({ connection, checkExchange: check, checkQueue: check })
    const blocked = { status: 'DEGRADED', message: 'blocked by the broker' }
    expect([await run(), asking]).toMatchObject([blocked, 0])
    connection.blocked = false
    const becomesSo = run()
    await eventually(() => connection.listenerCount('blocked')).toBe(1)
    connection.emit('blocked')
    expect([await becomesSo, asking]).toMatchObject([blocked, 1])
    const well = run()
    await eventually(() => asking).toBe(2)
    answer()
    expect((await well).status).toBe('UP')
    expect(connection.listenerCount('blocked')).toBe(0)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = (client: unknown, options: object) => () =>
      createHealth({ checks: { broker: rabbitmq(client as RabbitmqClient, options) } })
    const wrong = {
      queue: '',
      messages: { degradedAt: 5, downAt: 1 },
      consumers: 3,
      blockedAs: 'UP',
      time: 1,
    }
    for (const field of ['client', 'queue', 'messages.downAt', 'consumers', 'blockedAs', 'time'])
      expect(make('amqp://hidden', wrong)).toThrow(`checks.broker.${field}:`)
    expect(make('amqp://hidden', wrong)).not.toThrow(/hidden/)
    // Those who connect anew for the application, and what they hand out in place of channels.
    for (const wrapper of [{ createChannel: () => {} }, { checkExchange: () => {}, checkQueue: () => {} }])
      expect(make(wrapper, {})).toThrow(/client: expected an amqplib connection or channel/)
    const channel = { connection: {}, checkExchange: () => {}, checkQueue: () => {} }
    expect(make(channel, { queue: 'orders' })).toThrow(/queue: expected the connection/)
    expect(make(channel, { messages: { degradedAt: 1 } })).toThrow(/messages: expected the option queue/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(rabbitmq).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    rabbitmq(() => undefined, { probes: ['liveness'] })
  })
})

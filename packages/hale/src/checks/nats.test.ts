import { type JetStreamManager, jetstreamManager, StorageType } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type NatsServer, natsProgram, startNats } from '../../../../tests/servers/nats.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { singleCheck } from '../testing/single-check.ts'
import { type ClientOf, type NatsCheckOptions, type NatsClient, nats } from './nats.ts'

const closing = closeAfterEach()

function opened(url: string, options: object = {}): Promise<NatsConnection> {
  const { hostname, port, username: user, password: pass } = new URL(url)
  const servers = `${hostname}:${port}`
  const reconnecting = { reconnectTimeWait: 20, maxReconnectAttempts: -1 }
  const made = connect({ servers, user, pass, ...reconnecting, ...options })
  closing.push(async () => (await made.catch(() => undefined))?.close())
  return made
}

function asked(client: ClientOf<NatsClient>, options: NatsCheckOptions = {}) {
  return singleCheck(nats(client, { timeoutMs: 2_000, ...options }))
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(natsProgram, 'nats with a real server', () => {
  let server: NatsServer
  let gate: TcpGate
  let shared: NatsConnection
  let manager: JetStreamManager
  beforeAll(async () => {
    server = await startNats()
    gate = await startTcpGate(server.port)
    const url = server.url.replace(String(server.port), String(gate.port))
    // By default it gives up for good once it has been refused twice.
    shared = await opened(url, { ignoreAuthErrorAbort: true })
    closing.pop()
    manager = await jetstreamManager(shared)
  })
  afterAll(async () => {
    await shared.close()
    await gate.close()
    await server.close()
  })

  describe.each([
    ['a connection', () => shared],
    ['a JetStreamManager', () => manager],
  ] as const)('keeps the contract of checks with %s', (_name, client) => {
    const cases = checkContract({
      create: () => nats(client, { timeoutMs: 200 }),
      secrets: () => [server.password, '127.0.0.1', String(gate.port), 'nats://'],
      works: () => shared.flush(),
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: /^not connected$/ }),
        ...serverFaults(() => server, { killed: 'not connected' }),
        'a wrong password': {
          inject: async () => {
            await server.setPassword('another-Secret-0815')
            await eventually(() => gate.open).toBe(0)
          },
          heal: () => server.setPassword(server.password),
          expect: { text: 'authentication failed' },
        },
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('does not pile up in a client whose server is frozen', async () => {
    const client = await opened(server.url)
    const { run, runs } = asked(client, { timeoutMs: 20, overlapAfterMs: 0 })
    // Who asks for the first time on a busy machine needs longer than those probes wait.
    await eventually(async () => (await asked(client, { timeoutMs: 5_000 }).run()).status).toBe('UP')
    server.stop()
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
      expect(runs).toEqual({ started: 3, unsettled: 3 })
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a connection that is drained or closed is told from one that reconnects', async () => {
    const connection = await opened(server.url)
    const { run } = asked(connection)
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected' })
    const subscription = connection.subscribe('slow')
    connection.publish('slow')
    await connection.flush()
    const drained = connection.drain()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection draining' })
    for await (const _message of subscription) {
      // What is left must be taken before the drain ends.
    }
    await drained
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection closed' })
  })

  test('a login that is refused after a while is told, also of a connection that has given up for it', async () => {
    await using own = await startNats()
    const patient = await opened(own.url, { ignoreAuthErrorAbort: true })
    const hasty = await opened(own.url)
    const runs = [asked(patient).run, asked(hasty).run]
    for (const run of runs) expect((await run()).status).toBe('UP')
    await own.setPassword('another-Secret-0815')
    for (const run of runs) {
      await eventually(async () => (await run()).error).toBe('authentication failed')
    }
    await eventually(() => hasty.isClosed()).toBe(true)
    for (const run of runs) expect((await run()).error).toBe('authentication failed')
    await own.kill()
    await eventually(async () => (await asked(patient).run()).error).toBe('not connected')
    await own.restart()
    await own.setPassword(own.password)
    await eventually(async () => (await asked(patient).run()).status).toBe('UP')
    await patient.close()
    expect((await asked(patient).run()).error).toBe('connection closed')
    expect((await asked(hasty).run()).error).toBe('authentication failed')
  })

  test('what JetStream holds is seen as numbers, and leaves no stream or subscription', async () => {
    const before = { ...shared.stats() }
    const { run } = asked(manager)
    expect(await run()).toMatchObject({
      status: 'UP',
      message: 'connected',
      data: { streams: 0, consumers: 0, storageBytes: 0, memoryBytes: 0 },
    })
    await manager.streams.add({ name: 'orders', subjects: ['orders'], storage: StorageType.Memory })
    shared.publish('orders', 'x'.repeat(1000))
    await eventually(run).toMatchObject({
      data: { streams: 1, memoryBytes: expect.toSatisfy((n) => n > 1000) },
    })
    await manager.streams.delete('orders')
    expect((await run()).data).toMatchObject({ streams: 0, memoryBytes: 0 })
    expect(shared.stats().outMsgs - before.outMsgs).toBeLessThan(20)
  })

  test('the fullest of the account’s limits is graded', async () => {
    await using limited = await startNats({
      account: 'jetstream: { max_streams: 4, max_memory: 1MB, max_file: 1MB, max_consumers: -1 }',
    })
    const connection = await opened(limited.url)
    const own = await jetstreamManager(connection)
    const { run } = asked(own)
    const { run: strict } = asked(own, { usage: { degradedAt: 0.2, downAt: 0.5 } })
    expect(await strict()).toMatchObject({ status: 'UP', data: { share: 0 } })
    const add = (name: string) => own.streams.add({ name, subjects: [name], storage: StorageType.Memory })
    await add('one')
    const some = { status: 'DEGRADED', message: 'JetStream almost full', data: { streams: 1, share: 0.25 } }
    expect(await strict()).toMatchObject(some)
    await add('two')
    expect(await strict()).toMatchObject({ status: 'DOWN', error: 'JetStream almost full' })
    expect((await run()).status).toBe('UP')
    for (let sent = 0; sent < 19; sent++) connection.publish('one', 'x'.repeat(50_000))
    await eventually(run).toMatchObject({
      status: 'DEGRADED',
      data: { share: expect.toSatisfy((n) => n > 0.9) },
    })
  })

  test('an account without JetStream, and a password that is wrong, are told in safe texts', async () => {
    await using plain = await startNats({ account: 'jetstream: disabled' })
    const own = await jetstreamManager(await opened(plain.url), { checkAPI: false })
    expect(await asked(own).run()).toMatchObject({ status: 'DOWN', error: 'JetStream not available' })
    const wrong = server.url.replace(server.password, 'wrong-Secret-0815')
    const report = await asked(() => opened(wrong)).run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(report)).not.toMatch(/ecret-/)
  })
})

describe('nats without a server', () => {
  test('no connection yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refusing = opened(`nats://hale:hidden@127.0.0.1:${await closedPort()}`, { reconnect: false })
    refusing.catch(() => {})
    expect(await asked(() => refusing).run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const pending = opened(`nats://hale:hidden@127.0.0.1:${silent.port}`, { reconnect: false, timeout: 200 })
    pending.catch(() => {})
    expect((await asked(() => pending, { timeoutMs: 50 }).run()).error).toBe('timed out after 50 ms')
  })

  test('the fullest of its tiers counts, and limits that are none do not', async () => {
    const usage = (storage: number, max_storage: number) => ({
      storage,
      memory: 5,
      streams: 1,
      consumers: 0,
      limits: { max_storage, max_memory: -1, max_streams: 0, max_consumers: -1 },
    })
    const account = { ...usage(10, -1), tiers: { R1: usage(1, 10), R3: usage(96, 100) } }
    const { run } = asked({ streams: {}, getAccountInfo: async () => account })
    expect(await run()).toMatchObject({ status: 'DEGRADED', data: { storageBytes: 10, share: 0.96 } })
    const unlimited = asked({ streams: {}, getAccountInfo: async () => usage(10, -1) })
    expect((await unlimited.run()).data).toEqual({
      streams: 1,
      consumers: 0,
      storageBytes: 10,
      memoryBytes: 5,
    })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = (client: unknown, options: object) => () =>
      createHealth({ checks: { nats: nats(client as NatsClient, options) } })
    for (const field of ['client', 'usage.degradedAt', 'usages'])
      expect(make('nats://hidden', { usage: { degradedAt: 90 }, usages: 1 })).toThrow(`checks.nats.${field}:`)
    expect(make('nats://hidden', {})).not.toThrow(/hidden/)
    // Of a ledger, say.
    expect(make({ getAccountInfo: () => {} }, {})).toThrow(/client: expected a NatsConnection or/)
    const connection = { rtt: () => {}, isClosed: () => {}, isDraining: () => {} }
    expect(make(connection, { usage: { degradedAt: 0.5 } })).toThrow(/usage: expected the JetStreamManager/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(nats).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    nats(() => undefined, { probes: ['liveness'] })
  })
})

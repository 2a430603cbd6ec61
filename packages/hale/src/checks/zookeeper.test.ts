import { type Client, CreateMode, createClient } from 'node-zookeeper-client'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import {
  startZookeeper,
  type ZookeeperServer,
  zookeeperProgram,
} from '../../../../tests/servers/zookeeper.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type ZookeeperCheckOptions, type ZookeeperClient, zookeeper } from './zookeeper.ts'

const closing = closeAfterEach()

function opened(port: number, sessionTimeout = 30_000): Client {
  const client = createClient(`127.0.0.1:${port}`, { spinDelay: 20, sessionTimeout })
  client.connect()
  closing.push(() => client.close())
  return client
}

function asked(client: ClientOf<ZookeeperClient>, options: ZookeeperCheckOptions = {}) {
  const health = createHealth({ checks: { zookeeper: zookeeper(client, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('zookeeper').run() }
}

const eventually = polling({ timeout: 10_000, interval: 20 })

whenOwned(zookeeperProgram, 'zookeeper with a real server', () => {
  let server: ZookeeperServer
  beforeAll(async () => {
    server = await startZookeeper()
  }, 60_000)
  afterAll(() => server.close())

  describe('keeps the contract of checks', () => {
    let client: Client
    let gate: TcpGate
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      client = opened(gate.port)
      closing.pop()
      await new Promise((resolve) => client.once('connected', () => resolve(undefined)))
    })
    afterAll(async () => {
      client.close()
      await gate.close()
    })
    const lost = /^(not connected|connection closed)$/
    const cases = checkContract({
      create: () => zookeeper(client, { timeoutMs: 200 }),
      secrets: () => ['127.0.0.1', String(gate.port)],
      works: () =>
        new Promise<void>((resolve, reject) => {
          client.exists('/', (error) => (error ? reject(error) : resolve()))
        }),
      questions: () => gate.sent,
      recoverWithinMs: 10_000,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: lost }),
        ...serverFaults(() => server, {
          killed: lost,
          // A server that is just starting may take a connection and never answer it, and this client would wait for
          // that for ever.
          restarted: () => gate.drop(),
        }),
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('leaves no node behind', async () => {
    const client = opened(server.port)
    const { run } = asked(client)
    await eventually(run).toMatchObject({ status: 'UP', message: 'connected' })
    const children = await new Promise((resolve) =>
      client.getChildren('/', (_error, found) => resolve(found)),
    )
    expect(children).toEqual(['zookeeper'])
  })

  test('a frozen server is asked once, however often it is probed', async () => {
    const client = opened(server.port)
    let questions = 0
    const counted: ZookeeperClient = {
      getState: () => client.getState(),
      exists: (path, callback) => {
        questions++
        client.exists(path, callback)
      },
    }
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(counted, { timeoutMs: 5_000 })
    const { run } = asked(counted, { timeoutMs: 30, overlapAfterMs: 0 })
    await eventually(async () => (await patient.run()).status).toBe('UP')
    const before = questions
    server.stop()
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).error).toBe('timed out after 30 ms')
      expect(questions).toBe(before + 1)
    } finally {
      server.cont()
    }
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a session that expired while its client was cut off is DOWN, until the application makes another', async () => {
    await using gate = await startTcpGate(server.port)
    let client = opened(gate.port, 1_000)
    const { run } = asked(() => client)
    await eventually(async () => (await run()).status).toBe('UP')
    await new Promise((resolve) => client.create('/while-it-lives', CreateMode.EPHEMERAL, resolve))
    const other = opened(server.port)
    await eventually(() => other.getState().name).toBe('SYNC_CONNECTED')
    const lives = () =>
      new Promise((resolve) => other.exists('/while-it-lives', (_error, stat) => resolve(Boolean(stat))))
    expect(await lives()).toBe(true)

    await gate.become('cutting')
    await eventually(async () => (await run()).error).toBe('not connected')
    await eventually(lives).toBe(false)
    await gate.become('well')
    await eventually(run).toMatchObject({ status: 'DOWN', error: 'session expired' })
    // The client says so for a moment, and then only that it is not connected.
    await eventually(() => client.getState().name).toBe('DISCONNECTED')
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'session expired' })

    client = opened(gate.port, 1_000)
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('what the server does not accept as authentication, and a client that was closed, are DOWN', async () => {
    const refused = opened(server.port)
    refused.addAuthInfo('unheard-of', Buffer.from('planted-Secret-4711'))
    const { run } = asked(() => refused)
    await eventually(run).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    // The client says so for a moment, and then only that it is not connected.
    await expect.poll(() => refused.getState().name).toBe('DISCONNECTED')
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(await run())).not.toMatch(/ecret-/)
    const client = opened(server.port)
    const ofClosed = asked(client)
    await eventually(async () => (await ofClosed.run()).status).toBe('UP')
    client.close()
    await eventually(ofClosed.run).toMatchObject({ status: 'DOWN', error: 'not connected' })
  })
})

describe('zookeeper without a server', () => {
  test('no client yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    for (const port of [await closedPort(), silent.port]) {
      const { run } = asked(opened(port))
      for (let probe = 0; probe < 5; probe++)
        expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    }
    expect(silent.accepted).toBeLessThanOrEqual(1)
  })

  test('a member without a quorum is DEGRADED where it may be read, a session that has expired is DOWN', async () => {
    const inState = (state: string, error?: unknown) => ({
      getState: () => ({ name: state }),
      // The one node that everybody may see.
      exists: (path: string, callback: (error: unknown, stat: unknown) => void) =>
        callback(path === '/' ? error : new Error(path), null),
    })
    const outcomes = [
      [inState('CONNECTED_READ_ONLY'), { status: 'DEGRADED', message: 'read-only' }],
      [inState('AUTH_FAILED'), { status: 'DOWN', error: 'authentication failed' }],
      [inState('EXPIRED'), { status: 'DOWN', error: 'session expired' }],
      [inState('SYNC_CONNECTED', { code: -4 }), { status: 'DOWN', error: 'connection closed' }],
      [inState('SYNC_CONNECTED', { code: -7 }), { status: 'DOWN', error: 'timed out waiting for an answer' }],
      [inState('SYNC_CONNECTED', { code: -102 }), { status: 'DOWN', error: 'permission denied' }],
      [inState('SYNC_CONNECTED', { code: -112 }), { status: 'DOWN', error: 'session expired' }],
      [inState('SYNC_CONNECTED', { code: -115 }), { status: 'DOWN', error: 'authentication failed' }],
      [inState('SYNC_CONNECTED', { code: -999 }), { status: 'DOWN', error: 'check failed' }],
    ] as const
    for (const [client, outcome] of outcomes) expect(await asked(client).run()).toMatchObject(outcome)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make =
      (client: unknown = 'hidden') =>
      () =>
        createHealth({ checks: { zookeeper: zookeeper(client as Client, { path: '/' } as object) } })
    for (const field of ['client', 'path']) expect(make()).toThrow(`checks.zookeeper.${field}:`)
    expect(make()).not.toThrow(/hidden/)
    // Of another kind of store.
    expect(make({ exists: () => {} })).toThrow(/client: expected a client of node-zookeeper-client/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(zookeeper).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    zookeeper(() => undefined, { probes: ['liveness'] })
  })
})

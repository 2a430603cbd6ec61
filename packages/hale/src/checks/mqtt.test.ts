import { EventEmitter } from 'node:events'
import { connect, connectAsync, type IClientOptions, type MqttClient as Mqtt } from 'mqtt'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import {
  type MosquittoServer,
  mosquittoProgram,
  startMosquitto,
} from '../../../../tests/servers/mosquitto.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { singleCheck } from '../testing/single-check.ts'
import { type ClientOf, type MqttCheckOptions, type MqttClient, mqtt } from './mqtt.ts'

const closing = closeAfterEach()

function opened(url: string, options: IClientOptions = {}): Mqtt {
  const client = connect(url, { reconnectPeriod: 20, ...options })
  client.on('error', () => {})
  closing.push(() => client.endAsync(true))
  return client
}

function asked(client: ClientOf<MqttClient>, options: MqttCheckOptions = {}) {
  return singleCheck(mqtt(client, { timeoutMs: 2_000, ...options }))
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(mosquittoProgram, 'mqtt with a real server', () => {
  let server: MosquittoServer
  beforeAll(async () => {
    server = await startMosquitto()
  })
  afterAll(() => server.close())

  describe.each([4, 5] as const)('keeps the contract of checks, protocol version %i', (protocolVersion) => {
    let client: Mqtt
    let gate: TcpGate
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      const url = server.url.replace(String(server.port), String(gate.port))
      // By default it gives up for good once it has been refused.
      const options = { protocolVersion, reconnectPeriod: 20, reconnectOnConnackError: true }
      client = await connectAsync(url, options)
      // Each case makes a check of its own, which listens.
      client.on('error', () => {}).setMaxListeners(20)
    })
    afterAll(async () => {
      await client.endAsync(true)
      await gate.close()
    })
    const lost = /^(not connected|connection (closed|refused|reset))$/
    const cases = checkContract({
      create: () => mqtt(client, { timeoutMs: 200 }),
      secrets: () => [server.password, '127.0.0.1', String(gate.port), 'mqtt://'],
      works: () => client.publishAsync('orders', 'x', { qos: 1 }),
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: lost }),
        ...serverFaults(() => server, { killed: lost }),
        'a wrong password': {
          inject: async () => {
            await server.setPassword('another-Secret-0815')
            gate.drop()
            const { run } = asked(client, { timeoutMs: 200 })
            await eventually(async () => (await run()).error).toBe('authentication failed')
          },
          heal: () => server.setPassword(server.password),
          expect: { text: 'authentication failed' },
        },
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('touches no topic, leaves no listener, and the keep-alive of the client goes on', async () => {
    const client = opened(server.url)
    const { run } = asked(client)
    await eventually(run).toMatchObject({ status: 'UP', message: 'connected' })
    const listeners = client.listenerCount('packetreceive')
    const packets: string[] = []
    client.on('packetsend', ({ cmd }) => packets.push(cmd))
    const before = server.output().length
    for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('UP')
    expect(packets).toEqual(Array.from({ length: 20 }, () => 'pingreq'))
    expect(client.listenerCount('packetreceive')).toBe(listeners)
    expect(client.connected).toBe(true)
    expect(server.output().slice(before)).not.toMatch(/SUBSCRIBE|PUBLISH/)
  })

  test('a frozen server is not sent a ping for each probe', async () => {
    const client = opened(server.url)
    // Who connects on a busy machine needs longer than those probes wait.
    await eventually(async () => (await asked(client, { timeoutMs: 5_000 }).run()).status).toBe('UP')
    const { run, runs } = asked(client, { timeoutMs: 20, overlapAfterMs: 0 })
    const listeners = client.listenerCount('close')
    const before = runs.started
    server.stop()
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
      expect(runs).toEqual({ started: before + 3, unsettled: 3 })
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
    await eventually(() => client.listenerCount('close')).toBe(listeners)
  })

  test('a broker that is silent for longer than the keep-alive is told from one that is gone', async () => {
    const client = opened(server.url, { keepalive: 1, connectTimeout: 200 })
    const { run } = asked(client)
    await eventually(async () => (await run()).status).toBe('UP')
    server.stop()
    try {
      await eventually(() => client.connected).toBe(false)
      for (let probe = 0; probe < 3; probe++)
        expect((await run()).error).toBe('timed out waiting for an answer')
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a connection that is lost while it is asked is DOWN at once', async () => {
    const client = opened(server.url, { reconnectPeriod: 10_000 })
    const { run } = asked(client, { timeoutMs: 5_000 })
    await eventually(async () => (await run()).status).toBe('UP')
    server.stop()
    const report = run()
    await server.kill()
    expect(await report).toMatchObject({ status: 'DOWN', error: 'connection closed' })
    expect(await run()).toMatchObject({ status: 'DOWN', error: expect.stringMatching(/not connected|reset/) })
    await server.restart()
  })

  test.each([4, 5] as const)(
    'a wrong password is DOWN with a safe text, protocol version %i',
    async (version) => {
      const url = server.url.replace(server.password, 'wrong-Secret-0815')
      const made = () => connectAsync(url, { protocolVersion: version }, false)
      const report = await asked(made).run()
      expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
      expect(JSON.stringify(report)).not.toMatch(/ecret-/)
      const { run } = asked(opened(url))
      // It is refused but once, before anybody asks.
      await expect.poll(async () => (await run()).error).toBe('authentication failed')
    },
  )

  test('a client that was ended is told from one that reconnects', async () => {
    const client = await connectAsync(server.url)
    const { run } = asked(async () => client)
    expect((await run()).status).toBe('UP')
    await client.endAsync()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'client closed' })
  })
})

describe('mqtt without a server', () => {
  test('no client yet, a port that refuses, one that is silent', async () => {
    const notConnected = { status: 'DOWN', error: 'not connected' }
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refused = asked(opened(`mqtt://u:hidden@127.0.0.1:${await closedPort()}`))
    expect(await refused.run()).toMatchObject(notConnected)
    await eventually(refused.run).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const { run } = asked(opened(`mqtt://u:hidden@127.0.0.1:${silent.port}`))
    for (let probe = 0; probe < 5; probe++) expect(await run()).toMatchObject(notConnected)
    expect(silent.accepted).toBeLessThanOrEqual(1)
  })

  test('a message that arrives meanwhile is no answer', async () => {
    const emitter = new EventEmitter()
    const client = Object.assign(emitter, {
      connected: true,
      disconnecting: false,
      sendPing: () => emitter.emit('packetreceive', { cmd: 'publish' }),
    })
    expect((await asked(client as never, { timeoutMs: 20 }).run()).error).toBe('timed out after 20 ms')
  })

  test('a client that throws leaves no listener', async () => {
    let listeners = 0
    const client = {
      connected: true,
      disconnecting: false,
      sendPing: () => {
        throw Object.assign(new Error('hidden'), { code: 'EPIPE' })
      },
      on: () => listeners++,
      removeListener: () => listeners--,
    }
    expect(await asked(client).run()).toMatchObject({ status: 'DOWN', error: 'connection closed' })
    expect(listeners).toBe(0)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = () =>
      createHealth({ checks: { broker: mqtt('mqtt://hidden' as unknown as Mqtt, { topic: 1 } as object) } })
    expect(make).toThrow(/checks\.broker\.client: expected a client of mqtt/)
    expect(make).toThrow(/checks\.broker\.topic: unknown option/)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(mqtt).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Mqtt>().toExtend<MqttClient>()
    // @ts-expect-error a dependency cannot restart the process
    mqtt(() => undefined, { probes: ['liveness'] })
  })
})

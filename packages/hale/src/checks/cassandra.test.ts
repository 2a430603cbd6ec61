import { createClient as createLibsql } from '@libsql/client'
import { auth, Client, type ClientOptions, policies } from 'cassandra-driver'
import { createPool } from 'mysql2'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { type CqlWire, startCqlWire } from '../../../../tests/servers/cql-wire.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type CassandraCheckOptions, type CassandraClient, type ClientOf, cassandra } from './cassandra.ts'

const opened: Client[] = []

afterEach(async () => {
  for (const client of opened.splice(0)) await client.shutdown()
})

const authProvider = new auth.PlainTextAuthProvider('user-4733', 'planted-Secret-4734')

function clientOf(port: number, more: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    contactPoints: [`127.0.0.1:${port}`],
    localDataCenter: 'dc1',
    protocolOptions: { maxVersion: 4 },
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(100) },
    ...more,
  })
  opened.push(client)
  return client
}

function asked(client: ClientOf<CassandraClient>, options: CassandraCheckOptions = {}) {
  const health = createHealth({ checks: { database: cassandra(client, { timeoutMs: 2_000, ...options }) } })
  return () => health.check('database').run()
}

const eventually = polling({ timeout: 10_000, interval: 20 })

const connected = { status: 'UP', message: 'connected', data: { nodes: 1, up: 1 } }

describe('cassandra against a server that speaks its documented wire', () => {
  let server: CqlWire
  beforeAll(async () => {
    server = await startCqlWire()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  describe('keeps the contract of checks', () => {
    let client: Client
    let gate: TcpGate
    let said = ''
    let owed: readonly Promise<unknown>[] = []
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      server.password = 'right'
      client = clientOf(gate.port, { authProvider, pooling: { maxRequestsPerConnection: 3 } })
      opened.pop()
      client.on('log', (_level, by, message) => {
        if (by === 'ControlConnection') said = message
      })
      await client.connect()
    })
    // While it looks for its nodes it has a question more under way, and a connection that breaks then may leave it with a
    // rejection that nobody handles.
    const settled = () => eventually(() => said).toMatch(/up to date$/)
    afterAll(async () => {
      await client.shutdown()
      await gate.close()
      server.password = 'none'
    })
    // After a failure the driver knows no more than that the node is down, until it has connected again.
    const lost = /^connection (refused|closed|reset)$|^no node can be reached$/
    const cases = checkContract({
      create: () => cassandra(client, { timeoutMs: 200 }),
      works: () => client.execute('SELECT key FROM system.local'),
      secrets: () => [
        '127.0.0.1',
        String(server.port),
        String(gate.port),
        'user-4733',
        'planted-Secret-4734',
        'secret-cluster-4731',
        'hidden-4732',
      ],
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: lost }),
        'a wrong password': {
          inject: async () => {
            await settled()
            server.password = 'wrong'
            gate.drop()
          },
          heal: () => {
            server.password = 'right'
          },
          expect: { text: /^authentication failed$|^connection closed$|^no node can be reached$/ },
        },
        'connections in full use': {
          inject: async () => {
            await settled()
            await gate.become('silent')
            // One of the driver's own may be under way: then there is no room for the last.
            const asking = () => client.execute('SELECT key FROM system.local').catch(() => {})
            owed = Array.from({ length: 3 }, asking)
          },
          heal: async () => {
            await gate.become('well')
            await Promise.all(owed)
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
        ...serverFaults(() => server, {
          frozen: 'timed out after 200 ms',
          killed: lost,
        }),
        'a missing permission': {
          inject: () => {
            server.refusal = { code: 0x2100, message: 'hidden-4732' }
          },
          heal: () => {
            server.refusal = undefined
          },
          expect: { text: 'permission denied' },
        },
        'an overloaded server': {
          inject: () => {
            server.refusal = { code: 0x1001, message: 'hidden-4732' }
          },
          heal: () => {
            server.refusal = undefined
          },
          expect: { status: 'DEGRADED', text: 'overloaded' },
        },
      },
      connections: () => server.accepted,
      questions: () => server.queries.length,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('asks what it is told to, of a client or a function for one, and says no names', async () => {
    const client = clientOf(server.port)
    const report = await asked(client)()
    expect(report).toMatchObject(connected)
    expect(JSON.stringify(report)).not.toMatch(/secret-cluster|dc1|127\.0/)
    expect(server.queries.at(-1)).toBe('SELECT key FROM system.local')
    await asked(() => client, { query: 'SELECT now() FROM system.local' })()
    expect(server.queries.at(-1)).toBe('SELECT now() FROM system.local')
    await client.shutdown()
    expect(await asked(client)()).toMatchObject({ status: 'DOWN', error: 'client closed' })
  })

  test('a frozen node is owed one query, however long it is probed', async () => {
    const client = clientOf(server.port)
    // Who connects on a busy machine needs longer than those probes wait.
    const patiently = asked(client, { timeoutMs: 5_000 })
    const run = asked(client, { timeoutMs: 15, overlapAfterMs: 0 })
    await eventually(async () => (await patiently()).status).toBe('UP')
    server.stop()
    const before = server.queries.length
    try {
      for (let probe = 0; probe < 100; probe++) expect((await run()).status).toBe('DOWN')
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
    expect(server.queries.length - before).toBeLessThanOrEqual(3)
  })

  test('a wrong password, and none where one is wanted, are DOWN with a safe text', async () => {
    server.password = 'wrong'
    for (const client of [clientOf(server.port), clientOf(server.port, { authProvider })]) {
      const report = await asked(client)()
      expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
      expect(JSON.stringify(report)).not.toMatch(/user-4733|Secret|hidden|127\.0/)
    }
    server.password = 'none'
  })

  test('nodes that are down are counted, and judged as it is wanted', async () => {
    const host = (up: boolean) => ({ isUp: () => up })
    const client = {
      execute: async () => ({}),
      getState() {},
      hosts: { values: () => [host(true), host(true), host(false), host(false), host(true)] },
    }
    const data = { nodes: 5, up: 3 }
    const text = '3 of 5 nodes are up'
    expect(await asked(client)()).toMatchObject({ status: 'UP', message: 'connected', data })
    expect(await asked(client, { nodesDown: { degradedAt: 2, downAt: 3 } })()).toMatchObject({
      status: 'DEGRADED',
      message: text,
      data,
    })
    expect(await asked(client, { nodesDown: { downAt: 2 } })()).toMatchObject({
      status: 'DOWN',
      error: text,
      data,
    })
  })
})

describe('cassandra without a server', () => {
  test('a port that refuses is DOWN with its reason', async () => {
    const run = asked(clientOf(await closedPort()))
    for (let probe = 0; probe < 3; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('a port that accepts and never answers is DOWN within the time, and costs one connection', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const run = asked(clientOf(silent.port), { timeoutMs: 30, overlapAfterMs: 0 })
    for (let probe = 0; probe < 20; probe++) expect((await run()).status).toBe('DOWN')
    expect(silent.accepted).toBe(1)
  })

  test('a driver that has no room for another query is DOWN past saturatedForMs', async () => {
    let busy = true
    const innerErrors = { '10.0.0.1:9042': { name: 'BusyConnectionError' } }
    const client = {
      execute: async () => {
        if (busy) throw Object.assign(new Error('hidden'), { name: 'NoHostAvailableError', innerErrors })
      },
      getState() {},
    }
    const run = asked(client, { saturatedForMs: 30 })
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    await eventually(run).toMatchObject({ status: 'DOWN', error: 'no free connection' })
    busy = false
    expect((await run()).status).toBe('UP')
    busy = true
    expect((await run()).status).toBe('DEGRADED')
    expect((await asked(client, { saturatedAs: 'DOWN' })()).status).toBe('DOWN')
  })

  test('the client of another database is refused, since it would seem to be asked', () => {
    const others = [createPool({}), createPool({}).promise(), createLibsql({ url: ':memory:' })]
    for (const other of others)
      expect(() =>
        createHealth({ checks: { database: cassandra(other as unknown as CassandraClient) } }),
      ).toThrow(/client: expected a Client of cassandra-driver/)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { query: '', nodesDown: { degradedAt: 3, downAt: 1 }, timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { database: cassandra('hidden:9042' as unknown as Client, options) } })
    expect(make).toThrow(/checks\.database\.client: expected a Client of cassandra-driver/)
    for (const field of ['query', 'nodesDown.downAt', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(cassandra).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Client>().toExtend<CassandraClient>()
    // @ts-expect-error a dependency cannot restart the process
    cassandra(() => undefined as unknown as Client, { probes: ['liveness'] })
  })
})

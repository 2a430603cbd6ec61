import { Redis } from 'ioredis'
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import mongoose, { type Connection } from 'mongoose'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { type MongoWire, startMongoWire } from '../../../../tests/servers/mongo-wire.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type MongodbCheckOptions, type MongodbSource, mongodb } from './mongodb.ts'

const opened: { close(force?: boolean): unknown }[] = []

afterEach(async () => {
  for (const client of opened.splice(0)) await client.close()
})

function clientOf(port: number, options: MongoClientOptions = {}): MongoClient {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, options)
  opened.push(client)
  return client
}

function asked(client: ClientOf<MongodbSource>, options: MongodbCheckOptions = {}) {
  const health = createHealth({ checks: { database: mongodb(client, options) } })
  return () => health.check('database').run()
}

const eventually = polling({ timeout: 10_000, interval: 20 })

const connected = { status: 'UP', message: 'connected', data: { nodes: 1, up: 1 } }

describe('mongodb against a server that speaks its documented wire', () => {
  let server: MongoWire
  beforeAll(async () => {
    server = await startMongoWire()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const options = {
    heartbeatFrequencyMS: 500,
    maxPoolSize: 2,
    // PLAIN asks for no more than one answer, so that the server can be taught it.
    auth: { username: 'user-4735', password: 'planted-Secret-4736' },
    authMechanism: 'PLAIN',
  } as const
  describe.each([
    ['MongoClient', 2_000, (url: string) => new MongoClient(url, options)],
    // The same driver beneath.
    ['Mongoose', 300, (url: string) => mongoose.createConnection(url, options)],
  ] as const)('keeps the contract of checks with %s', (_name, probes, clientFor) => {
    let gate: TcpGate
    let client: MongoClient | Connection
    let owed: readonly PromiseLike<unknown>[] = []
    const driver = () => ('getClient' in client ? client.getClient() : client)
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      client = clientFor(`mongodb://127.0.0.1:${gate.port}/`)
    })
    afterAll(async () => {
      await client.close()
      await gate.close()
    })
    const cases = checkContract({
      create: () => mongodb(client, { timeoutMs: 200 }),
      works: () => driver().db('admin').command({ buildInfo: 1 }),
      secrets: () => [
        '127.0.0.1',
        String(server.port),
        String(gate.port),
        'mongodb://',
        'user-4735',
        'planted-Secret-4736',
        'hidden-4727',
      ],
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: /^connection (closed|reset)$|^timed out/ }),
        'a wrong password': {
          inject: () => {
            server.answers = {
              saslStart: { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'hidden-4727' },
            }
            gate.drop()
          },
          heal: () => {
            server.answers = {}
          },
          expect: { text: /^authentication failed$|^connection closed$|^timed out/ },
        },
        'a pool in full use': {
          inject: async () => {
            const work = () => [1, 2].map(() => driver().db('admin').command({ buildInfo: 1 }))
            await Promise.all(work())
            await gate.become('silent')
            owed = work()
          },
          heal: async () => {
            await gate.become('well')
            await Promise.all(owed)
          },
          expect: { status: 'DEGRADED', text: 'no free connection' },
        },
        ...serverFaults(() => server, {
          // The driver tries again by itself at first, and tells the reason once its monitor has failed.
          killed: /^connection (refused|closed|reset)$|^timed out/,
        }),
        'a server that shuts down': {
          inject: () => {
            server.answers = {
              ping: { ok: 0, code: 91, codeName: 'ShutdownInProgress', errmsg: 'hidden-4727' },
            }
          },
          heal: () => {
            server.answers = {}
          },
          expect: { text: 'server shutting down' },
        },
      },
      connections: () => gate.accepted,
      questions: () => server.commands.length,
      probes,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('takes a client, a database, a connection of Mongoose, and functions for them', async () => {
    const client = clientOf(server.port)
    const connection = mongoose.createConnection(`mongodb://127.0.0.1:${server.port}/`)
    opened.push(connection)
    const before = server.commands.length
    for (const each of [client, client.db('orders'), connection, () => client, () => connection])
      expect(await asked(each, { timeoutMs: 5_000 })()).toMatchObject(connected)
    expect(server.commands.slice(before)).toEqual(Array(5).fill('ping'))
    await connection.close()
    expect((await asked(connection)()).status).toBe('DOWN')
  })

  test('a client that has been closed is DOWN', async () => {
    const client = clientOf(server.port)
    const run = asked(client, { timeoutMs: 5_000 })
    expect((await run()).status).toBe('UP')
    await client.close()
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
  })

  test('a pool in full use is saturated, and no probe goes on waiting for it', async () => {
    const client = clientOf(server.port, { maxPoolSize: 1 })
    const run = asked(client, { timeoutMs: 200 })
    await eventually(run).toMatchObject(connected)
    const before = server.commands.length
    server.stop()
    const work = client.db('admin').command({ buildInfo: 1 })
    try {
      for (let probe = 0; probe < 3; probe++)
        expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    } finally {
      server.cont()
    }
    await work
    expect(await run()).toMatchObject(connected)
    expect(server.commands.slice(before)).toEqual(['buildInfo', 'ping'])
  })

  test('a wrong password is DOWN with a safe text', async () => {
    server.answers = {
      saslStart: {
        ok: 0,
        code: 18,
        codeName: 'AuthenticationFailed',
        errmsg: 'Authentication failed for hidden.',
      },
    }
    const auth = { username: 'user-4728', password: 'planted-Secret-4729' }
    const report = await asked(clientOf(server.port, { auth }), { timeoutMs: 5_000 })()
    server.answers = {}
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(report)).not.toMatch(/user-4728|Secret|hidden/)
  })

  test('a replica set without a primary is DOWN, and DEGRADED where a secondary will do', async () => {
    const address = `127.0.0.1:${server.port}`
    const set = { setName: 'rs', me: address, hosts: [address], setVersion: 1 }
    server.answers = { hello: { ...set, isWritablePrimary: false, ismaster: false, secondary: true } }
    const client = clientOf(server.port, { replicaSet: 'rs', heartbeatFrequencyMS: 500 })
    const run = asked(client, { timeoutMs: 500 })
    await eventually(run).toMatchObject({
      status: 'DOWN',
      error: 'no primary elected',
      data: { nodes: 1, up: 1 },
    })
    const reading = asked(client, { timeoutMs: 500, readPreference: 'primaryPreferred' })
    expect(await reading()).toMatchObject({ status: 'DEGRADED', message: 'no primary elected' })
    server.answers = { hello: set }
    await eventually(run).toMatchObject(connected)
    expect((await reading()).status).toBe('UP')
    server.answers = {}
  })

  test('a server that is gone is told with its reason once the driver has noticed', async () => {
    const run = asked(clientOf(server.port, { heartbeatFrequencyMS: 500 }), { timeoutMs: 300 })
    await eventually(run).toMatchObject(connected)
    await server.kill()
    try {
      await eventually(run).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    } finally {
      await server.restart()
    }
    await eventually(run).toMatchObject(connected)
  })

  test('a frozen server costs few connections, however long it is probed', async () => {
    const client = clientOf(server.port)
    // Who connects on a busy machine needs longer than those probes wait.
    const patiently = asked(client, { timeoutMs: 5_000 })
    const run = asked(client, { timeoutMs: 30, overlapAfterMs: 0 })
    await eventually(async () => (await patiently()).status).toBe('UP')
    const before = server.open
    server.stop()
    try {
      for (let probe = 0; probe < 50; probe++) expect((await run()).status).toBe('DOWN')
      expect(server.open - before).toBeLessThanOrEqual(4)
    } finally {
      server.cont()
    }
    await eventually(async () => (await patiently()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })
})

describe('mongodb without a server', () => {
  test('a port that refuses is DOWN with its reason, before the driver gives up', async () => {
    const run = asked(clientOf(await closedPort()), { timeoutMs: 500 })
    await eventually(async () => (await run()).error).toBe('connection refused')
    expect(await run()).toMatchObject({ error: 'connection refused' })
  })

  test('a port that accepts and never answers is DOWN within the time', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const run = asked(clientOf(silent.port), { timeoutMs: 50 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).status).toBe('DOWN')
    expect(silent.open).toBeLessThanOrEqual(2)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { readPreference: 'best', saturatedAs: 'UP', timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { database: mongodb('mongodb://hidden' as unknown as MongoClient, options) } })
    expect(make).toThrow(/checks\.database\.client: expected a MongoClient, a Db or a connection of Mongoose/)
    for (const field of ['readPreference', 'saturatedAs', 'timeoutMS'])
      expect(make).toThrow(`checks.database.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('the client of another database is refused, since it would seem to be asked', () => {
    const redis = new Redis({ lazyConnect: true })
    expect(() => createHealth({ checks: { database: mongodb(redis as unknown as MongodbSource) } })).toThrow(
      /client: expected a MongoClient, a Db or a connection of Mongoose/,
    )
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(mongodb).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<MongoClient>().toExtend<MongodbSource>()
    expectTypeOf<Db>().toExtend<MongodbSource>()
    expectTypeOf<Connection>().toExtend<MongodbSource>()
    // @ts-expect-error a dependency cannot restart the process
    mongodb(mongoose.connection, { probes: ['liveness'] })
  })
})

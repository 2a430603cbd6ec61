import * as grpcJs from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closedPort, startFaultyTcp, type TcpServer } from '../../../../tests/servers/faulty-tcp.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { addHealthService } from '../grpc/index.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type GrpcCheckOptions, grpc } from './grpc.ts'

const insecure = grpcJs.credentials.createInsecure()
// The default waits for up to two minutes between attempts to connect.
const channel = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 200 }
const clients: grpcJs.Client[] = []

function clientFor(port: number): grpcJs.Client {
  const client = new grpcJs.Client(`127.0.0.1:${port}`, insecure, channel)
  clients.push(client)
  return client
}

async function listen(server: grpcJs.Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpcJs.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
}

afterAll(() => {
  for (const client of clients) client.close()
})

let broken = false
const service = createHealth({
  checks: { database: check(() => (broken ? down('planted') : undefined), { maxAgeMs: { up: 0, down: 0 } }) },
})
let server: grpcJs.Server
let port = 0
async function start(): Promise<void> {
  server = new grpcJs.Server()
  addHealthService(server, service)
  port = await listen(server, port)
}
beforeAll(start)
afterAll(() => server.forceShutdown())

describe('keeps the contract of checks', () => {
  let own: grpcJs.Client
  let current: grpcJs.Client
  let silent: TcpServer
  let calls = 0
  beforeAll(async () => {
    own = clientFor(port)
    current = own
    silent = await startFaultyTcp({ kind: 'silent' })
    await new Promise<void>((resolve, reject) =>
      own.waitForReady(Date.now() + 5000, (error) => (error ? reject(error) : resolve())),
    )
  })
  afterAll(() => silent.close())
  const cases = checkContract({
    create: () =>
      grpc(
        () => {
          calls++
          return current
        },
        { timeoutMs: 300, service: 'readiness' },
      ),
    secrets: ['127.0.0.1', 'planted'],
    heal: () => {
      current = own
    },
    faults: {
      'not serving': {
        inject: () => {
          broken = true
        },
        heal: () => {
          broken = false
        },
        expect: { text: 'not serving' },
      },
      'killed and started again': {
        inject: async () => {
          server.forceShutdown()
          await expect
            .poll(() => own.getChannel().getConnectivityState(true), { timeout: 5000 })
            .not.toBe(grpcJs.connectivityState.READY)
        },
        heal: start,
        expect: { text: /^(connection refused|unavailable|timed out after 300 ms)$/ },
      },
      'a closed port': {
        inject: async () => {
          current = clientFor(await closedPort())
        },
        expect: { text: 'connection refused' },
      },
      'a black-holed port': {
        inject: () => {
          current = clientFor(silent.port)
        },
        expect: { text: 'timed out after 300 ms' },
      },
      'not connected yet': {
        inject: () => {
          current = undefined as unknown as grpcJs.Client
        },
        expect: { text: 'no client' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())
  test('has asked', () => expect(calls).toBeGreaterThan(10))
})

describe('grpc', () => {
  const run = (client: Parameters<typeof grpc>[0], options: GrpcCheckOptions = {}) =>
    createHealth({ checks: { peer: grpc(client, { timeoutMs: 5000, ...options }) } })
      .check('peer')
      .run()

  test.for<[string, string, string]>([
    ['', 'UP', 'serving'],
    ['readiness', 'UP', 'serving'],
    ['database', 'UP', 'serving'],
    ['nothing', 'DOWN', 'service not known to the server'],
    ['x'.repeat(300), 'DOWN', 'service not known to the server'],
  ])('asked for %s it is %s', async ([name, status, text]) => {
    const report = await run(clientFor(port), { service: name })
    expect([report.status, report.message ?? report.error]).toEqual([status, text])
  })

  test('takes a generated client of another service, and keeps its one connection', async () => {
    const Orders = grpcJs.makeGenericClientConstructor({}, 'orders.v1.Orders')
    const orders = new Orders(`127.0.0.1:${port}`, insecure)
    clients.push(orders)
    const health = createHealth({ checks: { orders: grpc(orders) } })
    for (let probe = 0; probe < 200; probe++) expect((await health.check('orders').run()).status).toBe('UP')
    expect(orders.getChannel().getConnectivityState(false)).toBe(grpcJs.connectivityState.READY)
  })

  test.for<[Partial<grpcJs.ServiceError> | number, string]>([
    [0, 'status unknown'],
    [2, 'not serving'],
    [3, 'service not known to the server'],
    [77, 'status unknown'],
    [{ code: 16, details: 'planted token' }, 'authentication failed'],
    [{ code: 7, details: 'planted' }, 'permission denied'],
    [{ code: 8 }, 'resource exhausted'],
    [{ code: 2, details: 'planted' }, 'call failed'],
    [{ code: 14, details: 'planted ECONNRESET 10.0.0.7' }, 'connection reset'],
    [{ code: 14, details: 'planted ESECRET CERT_OF_PLANTED' }, 'unavailable'],
  ])('a server that answers %o', async ([answer, text]) => {
    const strange = new grpcJs.Server()
    const plain = (bytes: Buffer) => bytes
    strange.addService(
      {
        Check: {
          path: '/grpc.health.v1.Health/Check',
          requestStream: false,
          responseStream: false,
          requestSerialize: plain,
          requestDeserialize: plain,
          responseSerialize: plain,
          responseDeserialize: plain,
        },
      },
      {
        Check: (_call: unknown, callback: grpcJs.sendUnaryData<Buffer>) =>
          typeof answer === 'number' ? callback(null, Buffer.from([8, answer])) : callback(answer),
      },
    )
    try {
      const report = await run(clientFor(await listen(strange)))
      expect([report.status, report.error]).toEqual(['DOWN', text])
      expect(JSON.stringify(report)).not.toContain('planted')
    } finally {
      strange.forceShutdown()
    }
  })

  test('a server without a health service', async () => {
    const bare = new grpcJs.Server()
    try {
      expect((await run(clientFor(await listen(bare)))).error).toBe('no health service')
    } finally {
      bare.forceShutdown()
    }
  })

  test('names all that is wrong with its options', () => {
    const options = { service: 5, services: [] } as unknown as GrpcCheckOptions
    expect(() => createHealth({ checks: { a: grpc('orders:50051' as never, options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.service: expected a string, got 5',
          'checks.a.client: expected a client of @grpc/grpc-js, or a function for one, got a string of 12 characters',
          'checks.a.services: unknown option; did you mean service?',
        ],
      }),
    )
  })
})

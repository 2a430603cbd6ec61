import * as grpcJs from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, createAuthority, opensslProgram } from '../../../../tests/servers/certificates.ts'
import { closedPort, startFaultyTcp, type TcpServer } from '../../../../tests/servers/faulty-tcp.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
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

function ready(client: grpcJs.Client): Promise<void> {
  return new Promise((resolve, reject) =>
    client.waitForReady(Date.now() + 5000, (error) => (error ? reject(error) : resolve())),
  )
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
    await ready(own)
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
    works: () => ready(own),
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
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  test('has asked', () => expect(calls).toBeGreaterThan(10))

  let peer: Peer
  let gate: TcpGate
  let client: grpcJs.Client
  beforeAll(async () => {
    peer = await startPeer('grpc', { slowMs: 1000 })
    gate = await startTcpGate(peer.port)
    client = clientFor(gate.port)
  })
  afterAll(async () => {
    await gate.close()
    await peer[Symbol.asyncDispose]()
  })
  const ofPeer = checkContract({
    create: () => grpc(() => client, { timeoutMs: 300 }),
    secrets: ['127.0.0.1', 'grpc-js'],
    works: () => ready(client),
    questions: () => gate.sent,
    faults: faultsOfPeer(() => peer, { killed: /^(connection refused|connection reset|unavailable)$/ }),
    // A probe that is late is cancelled, which costs none; a thousand within moments, and the server closes it (GOAWAY).
    connections: () => gate.accepted,
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())
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
    ['x'.repeat(127), 'DOWN', 'service not known to the server'],
    ['x'.repeat(200), 'DOWN', 'service not known to the server'],
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

  test.for<[Partial<grpcJs.ServiceError> | number | Buffer, string]>([
    // No field at all is 0, and another field is not the status.
    [Buffer.alloc(0), 'status unknown'],
    [Buffer.from([16, 1]), 'status unknown'],
    [0, 'status unknown'],
    [2, 'not serving'],
    [3, 'service not known to the server'],
    [77, 'status unknown'],
    [{ code: 16, details: 'planted token' }, 'authentication failed'],
    [{ code: 7, details: 'planted' }, 'permission denied'],
    [{ code: 8 }, 'resource exhausted'],
    [{ code: 2, details: 'planted' }, 'call failed'],
    [{ code: 14, details: 'planted ECONNRESET 10.0.0.7' }, 'connection reset'],
    [{ code: 13, details: 'planted ECONNRESET' }, 'internal error'],
    [{ code: 4, details: 'planted' }, 'timed out'],
    [{ code: 14, details: 'planted: unable to verify the first certificate' }, 'certificate not trusted'],
    [{ code: 14, details: 'planted: certificate is not yet valid' }, 'certificate not yet valid'],
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
        Check: (_call: unknown, callback: grpcJs.sendUnaryData<Buffer>) => {
          if (Buffer.isBuffer(answer)) callback(null, answer)
          else if (typeof answer === 'number') callback(null, Buffer.from([8, answer]))
          else callback(answer)
        },
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

  test('a client that the application has closed', async () => {
    const closed = new grpcJs.Client(`127.0.0.1:${port}`, insecure)
    closed.close()
    expect((await run(closed)).error).toBe('client closed')
  })

  test('a call that the run no longer waits for is cancelled', async () => {
    const cancelled: string[] = []
    const client = {
      makeUnaryRequest: (method: string, ...rest: unknown[]) => ({
        cancel: () => {
          cancelled.push(method)
          ;(rest.at(-1) as (error: object) => void)({ code: 1, details: 'planted' })
        },
      }),
    }
    expect((await run(client, { timeoutMs: 20 })).error).toBe('timed out after 20 ms')
    expect(cancelled).toEqual(['/grpc.health.v1.Health/Check'])
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

whenOwned(opensslProgram, 'grpc over TLS', () => {
  const authority = createAuthority()
  test.for<[string, () => Certificate, string | undefined]>([
    ['in good order', () => authority.issue(), undefined],
    ['expired', () => authority.issue({ expired: true }), 'certificate expired'],
    [
      'for another host',
      () => authority.issue({ hosts: ['planted.invalid'] }),
      'certificate does not match the host name',
    ],
    ['self-signed', () => authority.selfSigned(), 'certificate not trusted'],
  ])('a certificate %s', async ([, issue, error]) => {
    const { key, cert } = issue()
    const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }
    const secured = new grpcJs.Server()
    addHealthService(secured, service)
    const credentials = grpcJs.ServerCredentials.createSsl(null, [pair])
    const securePort = await new Promise<number>((resolve, reject) =>
      secured.bindAsync('localhost:0', credentials, (failure, bound) =>
        failure ? reject(failure) : resolve(bound),
      ),
    )
    const trust = grpcJs.credentials.createSsl(Buffer.from(authority.ca))
    const client = new grpcJs.Client(`localhost:${securePort}`, trust)
    clients.push(client)
    try {
      const health = createHealth({ checks: { peer: grpc(client, { timeoutMs: 5000 }) } })
      const report = await health.check('peer').run()
      expect(report.error).toBe(error)
      expect(JSON.stringify(report)).not.toContain('planted')
    } finally {
      secured.forceShutdown()
    }
  })
})

import { once } from 'node:events'
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import grpc from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { check, heartbeat } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { Health } from '../core/health.ts'
import { degraded, down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { addHealthService, type GrpcHealthService } from './add-health-service.ts'
import type { GrpcServer } from './grpc-server.ts'
import type { GrpcHealthOptions } from './grpc-settings.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

interface Started {
  readonly server: grpc.Server
  readonly service: GrpcHealthService
  readonly address: string
  readonly client: grpc.Client
}

async function started(health: Health, options?: GrpcHealthOptions): Promise<Started> {
  const server = new grpc.Server()
  const service = addHealthService(server, health, options)
  const address = await bound(server)
  const client = new grpc.Client(address, grpc.credentials.createInsecure())
  opened.push(
    () => health.dispose(),
    () => server.forceShutdown(),
    () => client.close(),
  )
  return { server, service, address, client }
}

function bound(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    )
  })
}

const raw = (bytes: Buffer): Buffer => bytes
const request = (name: string): Buffer => {
  const bytes = Buffer.from(name)
  return Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes])
}
const words = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
const word = (bytes: Buffer): string =>
  bytes.length === 2 && bytes[0] === 8 ? `${words[bytes[1] ?? 9]}` : '?'

/** The status, or the name of the code that the call failed with. */
function unary(
  client: grpc.Client,
  method: string,
  bytes: Buffer,
  deadlineMs = 5000,
): Promise<string | Buffer> {
  return new Promise((resolve) => {
    const deadline = Date.now() + deadlineMs
    client.makeUnaryRequest(
      `/grpc.health.v1.Health/${method}`,
      raw,
      raw,
      bytes,
      { deadline },
      (error, value) => resolve(error ? `${grpc.status[error.code]}` : (value ?? Buffer.alloc(0))),
    )
  })
}

async function checked(client: grpc.Client, name: string, deadlineMs?: number): Promise<string> {
  const answer = await unary(client, 'Check', request(name), deadlineMs)
  return typeof answer === 'string' ? answer : word(answer)
}

interface Watched {
  readonly call: grpc.ClientReadableStream<Buffer>
  readonly received: string[]
  /** The name of the code. */
  readonly ended: Promise<string>
}

function watch(client: grpc.Client, name: string, options: grpc.CallOptions = {}): Watched {
  const path = '/grpc.health.v1.Health/Watch'
  const call = client.makeServerStreamRequest(path, raw, raw, request(name), options)
  const received: string[] = []
  call.on('data', (bytes: Buffer) => received.push(word(bytes)))
  call.on('error', () => {})
  const ended = new Promise<string>((resolve) =>
    call.on('status', ({ code }) => resolve(`${grpc.status[code]}`)),
  )
  return { call, received, ended }
}

async function until(condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function shutDown(server: grpc.Server): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) =>
    server.tryShutdown((error) => (error ? reject(error) : resolve(performance.now() - began))),
  )
}

function orders(): Health {
  return createHealth({
    checks: {
      database: check(() => {}),
      payments: check(() => down('gone'), { critical: false }),
      cache: check(() => degraded('slow')),
      constructor: check(() => {}),
    },
    groups: { money: { members: ['payments'], visibility: 'status' } },
  })
}

describe('Check', () => {
  it.each([
    ['', 'SERVING'],
    ['readiness', 'SERVING'],
    ['liveness', 'SERVING'],
    ['startup', 'SERVING'],
    ['money', 'SERVING'],
    ['database', 'SERVING'],
    ['cache', 'SERVING'],
    ['constructor', 'SERVING'],
    ['payments', 'NOT_SERVING'],
    ['nobody', 'NOT_FOUND'],
    ['__proto__', 'NOT_FOUND'],
    ['toString', 'NOT_FOUND'],
    ['READINESS', 'NOT_FOUND'],
    ['x'.repeat(100), 'NOT_FOUND'],
  ])('of %j answers %s', async (name, status) => {
    const { client } = await started(orders())
    expect(await checked(client, name)).toBe(status)
  })

  it('runs checks whose results have aged, once for all who ask together', async () => {
    let runs = 0
    const { client } = await started(createHealth({ checks: { database: check(() => void runs++) } }))
    expect(await Promise.all(Array.from({ length: 64 }, () => checked(client, '')))).toEqual(
      new Array(64).fill('SERVING'),
    )
    expect(runs).toBe(1)
  })

  it('answers within the budget while a check hangs', async () => {
    const hanging = check(() => new Promise(() => {}), { timeoutMs: 10_000 })
    const { client } = await started(createHealth({ budgetMs: 100, checks: { hanging } }))
    expect(await checked(client, '')).toBe('NOT_SERVING')
    expect(await checked(client, 'liveness')).toBe('SERVING')
  })

  it("ends at the client's deadline, and outlives clients that do not wait", async () => {
    const hanging = check(() => new Promise(() => {}), { timeoutMs: 10_000 })
    const { client } = await started(createHealth({ budgetMs: 500, checks: { hanging } }))
    expect(await checked(client, '', 100)).toBe('DEADLINE_EXCEEDED')
    const answered = new Promise((resolve) => {
      const call = client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        raw,
        raw,
        request(''),
        (error: grpc.ServiceError | null) => resolve(error?.code),
      )
      call.cancel()
    })
    expect(await answered).toBe(grpc.status.CANCELLED)
    expect(await checked(client, '')).toBe('NOT_SERVING')
  })

  it('is INTERNAL, without a word of why, when the registry cannot be asked', async () => {
    const errors: unknown[] = []
    const health = createHealth({
      checks: {},
      logger: { info() {}, warn() {}, error: (_message, details) => void errors.push(details) },
    })
    const { client } = await started(health)
    health.ask = () => Promise.reject(new Error('secret'))
    expect(await checked(client, '')).toBe('INTERNAL')
    health.ask = () => {
      throw new Error('secret')
    }
    expect(await checked(client, '')).toBe('INTERNAL')
    expect(await unary(client, 'List', Buffer.alloc(0))).toBe('INTERNAL')
    expect(errors).toHaveLength(3)
  })
})

describe('List', () => {
  it('has every name, each with what Check would answer', async () => {
    const { client } = await started(orders())
    const answer = (await unary(client, 'List', Buffer.alloc(0))) as Buffer
    const found: Record<string, string> = {}
    for (let at = 0; at < answer.length; ) {
      const entry = answer.subarray(at + 2, at + 2 + (answer[at + 1] ?? 0))
      const length = entry[1] ?? 0
      found[entry.toString('utf8', 2, 2 + length)] = word(entry.subarray(4 + length))
      at += 2 + entry.length
    }
    for (const [name, status] of Object.entries(found)) expect(await checked(client, name), name).toBe(status)
    expect(Object.keys(found).sort()).toEqual(
      [
        '',
        'cache',
        'constructor',
        'database',
        'liveness',
        'money',
        'payments',
        'readiness',
        'startup',
      ].sort(),
    )
  })

  it('stops at a hundred names', async () => {
    const checks = (count: number): Record<string, ReturnType<typeof check>> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, check(() => {})]))
    const just = await started(createHealth({ checks: checks(96) }))
    expect(typeof (await unary(just.client, 'List', Buffer.alloc(0)))).toBe('object')
    const over = await started(createHealth({ checks: checks(97) }))
    expect(await unary(over.client, 'List', Buffer.alloc(0))).toBe('RESOURCE_EXHAUSTED')
  })
})

describe('Watch', () => {
  it('sends the current status, then changes, at once', async () => {
    const health = createHealth({ checks: { job: heartbeat({ ttlMs: 60_000 }) } })
    const { client, service } = await started(health)
    health.check('job').beat()
    const { received, call } = watch(client, '')
    await until(() => received.length === 1)
    health.check('job').set(down('stuck'))
    await until(() => received.length === 2)
    health.check('job').beat()
    await until(() => received.length === 3)
    expect(received).toEqual(['SERVING', 'NOT_SERVING', 'SERVING'])
    expect(service.watches).toBe(1)
    call.cancel()
    await until(() => service.watches === 0)
  })

  it('of an unknown name stays open', async () => {
    const health: Health = createHealth({ checks: {} })
    const { client } = await started(health)
    const { received } = watch(client, 'later')
    await until(() => received.length === 1)
    health.add(
      'later',
      check(() => {}),
    )
    await until(() => received.length === 2)
    expect(received).toEqual(['SERVICE_UNKNOWN', 'SERVING'])
  })

  it('refreshes by itself', async () => {
    let well = true
    const database = check(() => (well ? undefined : down('gone')), { maxAgeMs: { up: 0, down: 0 } })
    const { client } = await started(createHealth({ checks: { database } }), { refreshMs: 100 })
    const { received } = watch(client, 'database')
    await until(() => received.length === 1)
    well = false
    await until(() => received.length === 2)
    expect(received).toEqual(['SERVING', 'NOT_SERVING'])
  })

  it("ends at the client's deadline, and nothing is left of it", async () => {
    const { client, service } = await started(orders())
    const { ended } = watch(client, '', { deadline: Date.now() + 200 })
    await until(() => service.watches === 1)
    expect(await ended).toBe('DEADLINE_EXCEEDED')
    await until(() => service.watches === 0)
  })

  it('is refused beyond the limit', async () => {
    const { client, service } = await started(orders(), { maxWatches: 2 })
    watch(client, '')
    watch(client, 'nobody')
    await until(() => service.watches === 2)
    expect(await watch(client, '').ended).toBe('RESOURCE_EXHAUSTED')
    expect(service.watches).toBe(2)
  })

  it('leaves nothing behind of a client that is reset within its request', async () => {
    const { address, service, client } = await started(orders())
    const session = connectHttp2(`http://${address}`)
    opened.push(() => session.destroy())
    const headers = {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
      te: 'trailers',
    }
    for (let turn = 0; turn < 50; turn++) {
      const stream = session.request(headers)
      stream.on('error', () => {})
      const whole = Buffer.from([0, 0, 0, 0, 0])
      stream.write(turn % 2 === 0 ? whole : whole.subarray(0, 3))
      if (turn % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      stream.close(8)
    }
    expect(await checked(client, '')).toBe('SERVING')
    await until(() => service.watches === 0)
  })
})

describe('bytes that are no request', () => {
  it('are refused, and hurt nobody', async () => {
    const { client } = await started(orders())
    expect(await unary(client, 'Check', Buffer.from([0x0a, 9, 1]))).toBe('INTERNAL')
    expect(await unary(client, 'List', Buffer.from([0x0a]))).toBe('INTERNAL')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 32 }), async (bytes) => {
        const answer = await unary(client, 'Check', Buffer.from(bytes))
        expect(typeof answer === 'string' ? answer : word(answer)).toMatch(
          /^(INTERNAL|NOT_FOUND|(NOT_)?SERVING)$/,
        )
      }),
      { numRuns: 300 },
    )
    expect(await checked(client, '')).toBe('SERVING')
  })

  it('are refused in frames of HTTP/2 too', async () => {
    const { address, client, service } = await started(orders())
    const session = connectHttp2(`http://${address}`)
    opened.push(() => session.destroy())
    const sent = async (method: string, bytes: Buffer): Promise<IncomingHttpHeaders> => {
      const stream = session.request({
        ':method': 'POST',
        ':path': `/grpc.health.v1.Health/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      stream.on('error', () => {})
      stream.resume()
      stream.end(bytes)
      const [headers] = await once(stream, 'response')
      return headers
    }
    const compressed = Buffer.from([1, 0, 0, 0, 1, 0])
    expect((await sent('Check', compressed))['grpc-status']).not.toBe('0')
    const twice = Buffer.concat([Buffer.alloc(5), Buffer.alloc(5)])
    expect((await sent('Watch', twice))['grpc-status']).toBe('12')
    const nothing = Buffer.alloc(0)
    expect((await sent('Watch', nothing))['grpc-status']).toBe('12')
    expect(await checked(client, '')).toBe('SERVING')
    expect(service.watches).toBe(0)
  })
})

describe('the end', () => {
  it('drains: NOT_SERVING for all but liveness and startup, and tryShutdown finishes with fifty Watches open', async () => {
    const health = orders()
    const { server, client } = await started(health)
    const watched = Array.from({ length: 50 }, (_, index) => watch(client, index % 2 === 0 ? '' : 'money'))
    await until(() => watched.every(({ received }) => received.length === 1))
    health.drain()
    expect(await Promise.all(watched.map(({ ended }) => ended))).toEqual(new Array(50).fill('OK'))
    expect(watched.map(({ received }) => received)).toEqual(new Array(50).fill(['SERVING', 'NOT_SERVING']))
    for (const name of ['', 'readiness', 'money', 'database']) {
      expect(await checked(client, name), name).toBe('NOT_SERVING')
    }
    expect(await checked(client, 'nobody')).toBe('NOT_FOUND')
    expect(await checked(client, 'liveness')).toBe('SERVING')
    expect(await checked(client, 'startup')).toBe('SERVING')
    const again = Array.from({ length: 50 }, () => watch(client, ''))
    await until(() => again.every(({ received }) => received.length === 1))
    expect(await shutDown(server)).toBeLessThan(1000)
    expect(await Promise.all(again.map(({ ended }) => ended))).toEqual(new Array(50).fill('OK'))
    expect(again.map(({ received }) => received)).toEqual(new Array(50).fill(['NOT_SERVING']))
  })

  it('comes with tryShutdown alone too', async () => {
    const { server, client } = await started(orders())
    const watched = Array.from({ length: 50 }, () => watch(client, ''))
    await until(() => watched.every(({ received }) => received.length === 1))
    expect(await shutDown(server)).toBeLessThan(1000)
    expect(watched.map(({ received }) => received)).toEqual(new Array(50).fill(['SERVING', 'NOT_SERVING']))
  })

  it('of the service alone leaves the server as it was', async () => {
    const { server, service, client } = await started(orders())
    const before = Object.hasOwn(server, 'tryShutdown')
    const { ended } = watch(client, '')
    await until(() => service.watches === 1)
    await service.dispose()
    expect(await ended).toBe('OK')
    expect(await checked(client, '')).toBe('UNIMPLEMENTED')
    expect([before, Object.hasOwn(server, 'tryShutdown')]).toEqual([true, false])
    await using other = addHealthService(server, orders())
    expect(await checked(client, '')).toBe('SERVING')
    expect(other.watches).toBe(0)
  })

  it('keeps what others have put on tryShutdown', async () => {
    const { server, service } = await started(orders())
    const ours = server.tryShutdown
    let told = 0
    server.tryShutdown = (callback) => {
      told++
      ours.call(server, callback)
    }
    await service.dispose()
    await shutDown(server)
    expect(told).toBe(1)
  })
})

describe('addHealthService', () => {
  it('takes the server of @grpc/grpc-js by its structure', () => {
    expectTypeOf<grpc.Server>().toExtend<GrpcServer>()
  })

  it('names every problem at once', () => {
    const bad = () =>
      addHealthService({} as never, null as never, { refreshMs: '5000', maxWatches: -1, refresh: 1 } as never)
    expect(bad).toThrow(ConfigurationError)
    expect(bad).toThrow(
      [
        'addHealthService: 5 problems',
        '  - server: expected a Server of @grpc/grpc-js, got an object',
        '  - health: expected what createHealth returns, got null',
        '  - refresh: unknown option; did you mean refreshMs?',
        '  - refreshMs: expected a number of milliseconds between 100 and 2147483647, got a string of 4 characters; use Number(…)',
        '  - maxWatches: expected a whole number of at least 0, got -1',
      ].join('\n'),
    )
  })

  it('refuses a server that has a health service', () => {
    const server = new grpc.Server()
    addHealthService(server, orders())
    expect(() => addHealthService(server, orders())).toThrow(ConfigurationError)
  })
})

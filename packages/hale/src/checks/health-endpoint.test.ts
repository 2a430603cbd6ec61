import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import { type HttpServer, startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { closedPort } from '../../../../tests/servers/faulty-tcp.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { serveHealth } from '../adapters/node.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { degraded, down } from '../core/outcome.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type HealthEndpointCheckOptions, healthEndpoint } from './health-endpoint.ts'

const run = (url: string, options: HealthEndpointCheckOptions = {}) =>
  createHealth({ checks: { peer: healthEndpoint(url, { timeoutMs: 5000, ...options }) } })
    .check('peer')
    .run()

describe('keeps the contract of checks', () => {
  let peer: Peer
  beforeAll(async () => {
    peer = await startPeer('http', { slowMs: 1000 })
  })
  afterAll(() => peer[Symbol.asyncDispose]())
  const ofPeer = checkContract({
    create: () => healthEndpoint(() => `http://127.0.0.1:${peer.port}/`, { timeoutMs: 250 }),
    works: nothingToConnect,
    secrets: ['127.0.0.1', 'planted'],
    faults: faultsOfPeer(() => peer, { killed: /^connection (refused|closed|reset)$/ }),
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())

  let server: HttpServer
  let port = ''
  const says = (status: number, body: string) => ({ kind: 'status', status, body }) as const
  const well = says(
    200,
    '{"status":"UP","version":"planted-9.9","details":{"db":{"status":"UP","message":"planted-text"}}}',
  )
  beforeAll(async () => {
    server = await startFaultyHttp(well)
  })
  afterAll(() => server.close())
  const url = () => `http://hale:planted-Secret-4711@127.0.0.1:${port || server.port}/`
  const cases = checkContract({
    create: () => healthEndpoint(url, { timeoutMs: 250 }),
    works: nothingToConnect,
    secrets: ['planted', '127.0.0.1'],
    connections: () => acceptedBeyond(2, server),
    questions: () => server.requests.length,
    heal: () => {
      port = ''
      server.become(well)
    },
    faults: {
      'it says it is down': {
        inject: () =>
          server.become(says(503, '{"status":"DOWN","details":{"db":{"status":"DOWN","error":"planted"}}}')),
        expect: { text: 'down' },
      },
      'it says it is degraded': {
        inject: () => server.become(says(200, '{"status":"DEGRADED"}')),
        expect: { status: 'DEGRADED', text: 'degraded' },
      },
      'it says it is well, and the status line that it is not': {
        inject: () => server.become(says(503, '{"status":"UP"}')),
        expect: { text: 'HTTP 503' },
      },
      'a page of a proxy': {
        inject: () => server.become(says(200, '<html>planted</html>')),
        expect: { text: 'not a health answer' },
      },
      'half an answer': {
        inject: () => server.become({ kind: 'invalid-json' }),
        expect: { text: 'not a health answer' },
      },
      'a redirect': {
        inject: () => server.become({ kind: 'redirect', to: 'http://planted.invalid/' }),
        expect: { text: 'HTTP 302' },
      },
      'no answer': {
        inject: () => server.become({ kind: 'silent' }),
        expect: { text: 'timed out after 250 ms' },
      },
      'a huge answer': {
        inject: () => server.become({ kind: 'huge', bytes: 10_000_000 }),
        expect: { text: 'answer larger than 262144 bytes' },
      },
      'a closed port': {
        inject: async () => {
          port = String(await closedPort())
        },
        expect: { text: 'connection refused' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe("hale's own endpoint", () => {
  let broken = false
  let slow = false
  const service = createHealth({
    checks: {
      database: check(() => (broken ? down('planted') : undefined), { maxAgeMs: { up: 0, down: 0 } }),
      cache: check(() => (slow ? degraded('slow') : undefined), { maxAgeMs: { up: 0, down: 0 } }),
    },
  })
  let served: Awaited<ReturnType<typeof serveHealth>>
  beforeAll(async () => {
    served = await serveHealth(service, { port: 0, host: '127.0.0.1' })
  })
  afterAll(() => served.close())
  const at = (query: string) => new URL(`/health/ready${query}`, served.url).href

  test.for<[string, Record<string, string>]>([
    ['', { cache: 'UP', database: 'UP' }],
    ['?format=actuator', { cache: 'UP', database: 'UP', readinessState: 'UP' }],
    ['?format=health-json', { 'cache:responseTime': 'UP', 'database:responseTime': 'UP' }],
    ['?format=microprofile', { cache: 'UP', database: 'UP' }],
  ])(
    'with %s is read down to its components, and nothing else is taken for one',
    async ([query, components]) => {
      broken = false
      slow = false
      const found = await run(at(query))
      expect([found.status, found.message]).toEqual(['UP', 'healthy'])
      expect(found.data).toEqual({ components })
      broken = true
      const failed = await run(at(query))
      expect(failed.error).toBe('down')
      const [database = ''] = Object.keys(components).filter((name) => name.startsWith('database'))
      expect(failed.data).toEqual({ components: { ...components, [database]: 'DOWN' } })
      broken = false
    },
  )

  test.for<[string, HandlerOptions]>([
    ['its details as a list', { detailsAs: 'list' }],
    ['all that operators see', { visibility: 'debug' }],
    ['all that operators see as a list', { detailsAs: 'list', visibility: 'debug' }],
  ])('with %s is read as well, in service and out of it', async ([, options]) => {
    const other = await serveHealth(service, { port: 0, host: '127.0.0.1', ...options })
    const components = { cache: 'UP', database: 'UP' }
    try {
      const url = new URL('/health/ready', other.url).href
      expect((await run(url)).data).toEqual({ components })
      service.outOfService('planted')
      const away = await run(url)
      expect([away.status, away.error, away.data]).toEqual(['DOWN', 'out of service', { components }])
      expect(JSON.stringify(away)).not.toContain('planted')
    } finally {
      service.inService()
      await other.close()
    }
  })

  test('its DEGRADED is our DEGRADED, also for those who read Actuator', async () => {
    slow = true
    try {
      for (const query of ['', '?format=health-json', '?format=actuator']) {
        const { status, data } = await run(at(query))
        const { components } = data as { components: Record<string, string> }
        const cache = Object.entries(components).find(([name]) => name.startsWith('cache'))?.[1]
        expect([query, status, cache]).toEqual([query, 'DEGRADED', 'DEGRADED'])
      }
    } finally {
      slow = false
    }
  })

  test('out of service', async () => {
    service.outOfService('planted')
    try {
      const report = await run(at(''))
      expect([report.status, report.error]).toEqual(['DOWN', 'out of service'])
    } finally {
      service.inService()
    }
  })

  test('keeps its connection', async () => {
    let accepted = 0
    const server = createServer((_request, response) => response.end('{"status":"pass"}'))
    server.on('connection', () => accepted++).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const health = createHealth({ checks: { peer: healthEndpoint(url) } })
    for (let probe = 0; probe < 100; probe++) expect((await health.check('peer').run()).status).toBe('UP')
    // One that is just being handed back may not be free yet.
    expect(accepted).toBeLessThanOrEqual(3)
    server.closeAllConnections()
    server.close()
  })
})

describe('endpoints of others', () => {
  test.for<[string, unknown, string, string, unknown]>([
    [
      'Spring Boot 3',
      {
        status: 'UP',
        components: { db: { status: 'UP', details: { database: 'planted' } }, disk: { status: 'UNKNOWN' } },
      },
      'UP',
      'healthy',
      { db: 'UP', disk: 'UNKNOWN' },
    ],
    [
      'Spring Boot 3, composite',
      {
        status: 'DOWN',
        components: {
          db: { status: 'DOWN', components: { main: { status: 'DOWN' }, replica: { status: 'UP' } } },
        },
      },
      'DOWN',
      'down',
      { db: 'DOWN', 'db.main': 'DOWN', 'db.replica': 'UP' },
    ],
    [
      'Spring Boot 2',
      { status: 'OUT_OF_SERVICE', details: { db: { status: 'UP' } } },
      'DOWN',
      'out of service',
      { db: 'UP' },
    ],
    ['UNKNOWN is not well', { status: 'UNKNOWN' }, 'DOWN', 'status unknown', undefined],
    [
      'health+json',
      {
        status: 'warn',
        checks: {
          'cassandra:responseTime': [{ status: 'pass' }, { status: 'warn', componentId: 'planted' }],
          uptime: [{ observedValue: 5 }],
        },
      },
      'DEGRADED',
      'degraded',
      { 'cassandra:responseTime': 'DEGRADED' },
    ],
    ['health+json, in other words', { status: 'OK' }, 'UP', 'healthy', undefined],
    [
      'MicroProfile',
      {
        status: 'UP',
        checks: [
          { name: 'first', status: 'UP', data: { planted: 1 } },
          { name: 'planted name!', status: 'UP' },
        ],
      },
      'UP',
      'healthy',
      { first: 'UP', unnamed: 'UP' },
    ],
    [
      'Spring Boot 2, with a component of the name that hale gives the service',
      { status: 'UP', details: { application: { status: 'UP', details: { planted: 1 } } } },
      'UP',
      'healthy',
      { application: 'UP' },
    ],
    [
      'MicroProfile, the same',
      { status: 'UP', checks: [{ name: 'application', status: 'UP' }] },
      'UP',
      'healthy',
      { application: 'UP' },
    ],
    ['what is no status', { status: 'planted' }, 'DOWN', 'not a health answer', undefined],
    ['names of the prototype', { status: 'constructor' }, 'DOWN', 'not a health answer', undefined],
  ])('%s', async ([, body, status, text, components]) => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200, body: JSON.stringify(body) })
    const report = await run(server.url)
    expect([report.status, report.message ?? report.error]).toEqual([status, text])
    expect((report.data as { components?: unknown } | undefined)?.components).toEqual(components)
    expect(JSON.stringify(report)).not.toContain('planted')
  })

  test('a component that is called __proto__, a thousand of them, and a hundred within each other', async () => {
    let deep: object = { status: 'UP' }
    for (let level = 0; level < 100; level++) deep = { status: 'UP', components: { inner: deep } }
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`c${index}`, { status: 'UP' }]),
    )
    const bodies = [
      '{"status":"UP","components":{"__proto__":{"status":"DOWN"}}}',
      JSON.stringify(deep),
      JSON.stringify({ status: 'UP', components: many }),
    ]
    for (const body of bodies) {
      await using server = await startFaultyHttp({ kind: 'status', status: 200, body })
      const report = await run(server.url)
      expect(report.status).toBe('UP')
      expect(Object.keys((report.data as { components: object }).components).length).toBeLessThanOrEqual(64)
    }
  })

  test('asks for JSON, with the headers given in place of its own and of the credentials in the URL', async () => {
    let seen: IncomingHttpHeaders = {}
    const server = createServer((request, response) => {
      seen = request.headers
      response.end('{"status":"UP"}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://a:b@127.0.0.1:${(server.address() as AddressInfo).port}/`
    try {
      expect((await run(url)).status).toBe('UP')
      const authorization = `Basic ${btoa('a:b')}`
      expect(seen).toMatchObject({ accept: 'application/json', 'user-agent': 'hale', authorization })
      await run(url, { headers: { Authorization: 'Bearer token', 'User-Agent': 'mine' } })
      expect(seen).toMatchObject({ authorization: 'Bearer token', 'user-agent': 'mine' })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('tells that it was slow', async () => {
    await using server = await startFaultyHttp({ kind: 'slow', ms: 60 })
    const slow = createServer((_request, response) => {
      setTimeout(() => response.end('{"status":"UP"}'), 60)
    }).listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`
    const report = await run(url, { degradedAfterMs: 20 })
    expect([report.status, report.message]).toEqual(['DEGRADED', 'healthy, slower than 20 ms'])
    slow.closeAllConnections()
    slow.close()
    expect((await run(server.url)).error).toBe('not a health answer')
  })

  test('names all that is wrong with its options', () => {
    const options = {
      headers: { 'not a name': 'x' },
      maxBodyBytes: -1,
      degradedAfterMs: 900,
      fetch: 5,
      expectBody: 'x',
    }
    expect(() => createHealth({ checks: { a: healthEndpoint('ftp://x', options as never) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.url: expected an http: or https: URL, got a string of 7 characters',
          'checks.a.fetch: expected a function, got 5',
          'checks.a.headers: expected valid header names and values',
          'checks.a.maxBodyBytes: expected a whole number of bytes of at least 0, got -1',
          'checks.a.degradedAfterMs: expected less than timeoutMs (500), got 900',
          expect.stringContaining('checks.a.expectBody: unknown option'),
        ],
      }),
    )
  })
})

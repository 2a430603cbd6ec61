import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import { createAuthority, opensslProgram } from '../../../../tests/servers/certificates.ts'
import { startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { healthEndpoint } from './health-endpoint.ts'
import { type HttpCheckOptions, http } from './http.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** An HTTP server that knows its connections. */
async function serve(listener: Listener) {
  const open = new Set<Socket>()
  const server = createServer(listener)
  // Or an idle connection would be closed, and another opened, while they are counted.
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    open.add(socket)
    counts.accepted++
    socket.on('close', () => open.delete(socket)).on('error', () => {})
  })
  const counts = { accepted: 0 }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function asked(url: Parameters<typeof http>[0], options: HttpCheckOptions = {}) {
  const health = createHealth({ checks: { api: http(url, { timeoutMs: 5_000, ...options }) } })
  return health.check('api').run()
}

describe('keeps the contract of checks', () => {
  let peer: Peer
  beforeAll(async () => {
    peer = await startPeer('http', { slowMs: 1000 })
  })
  afterAll(() => peer[Symbol.asyncDispose]())
  const ofPeer = checkContract({
    create: () => http(() => `http://127.0.0.1:${peer.port}/`, { timeoutMs: 250, expectBody: /"UP"/ }),
    works: nothingToConnect,
    secrets: ['127.0.0.1', 'planted'],
    faults: faultsOfPeer(() => peer, { killed: /^connection (refused|closed|reset)$/ }),
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())

  let server: Awaited<ReturnType<typeof startFaultyHttp>>
  let counting: Awaited<ReturnType<typeof serve>>
  let port = ''
  const url = () =>
    server.url.replace('//', '//hale:planted-Secret-4711@').replace(/\d+$/, (own) => port || own)
  const options = { timeoutMs: 250, expectBody: /"UP"/ }
  beforeAll(async () => {
    server = await startFaultyHttp({ kind: 'status', status: 200, body: '{"status":"UP"}' })
    counting = await serve((_request, response) => response.end('{"status":"UP"}'))
  })
  afterAll(async () => {
    await server.close()
    await counting[Symbol.asyncDispose]()
  })
  const heal = () => {
    port = ''
    server.become({ kind: 'status', status: 200, body: '{"status":"UP"}' })
  }
  const secrets = ['planted-Secret-4711', 'hale:planted', '127.0.0.1', 'other.invalid']
  const cases = checkContract({
    create: () => http(url, options),
    heal,
    works: nothingToConnect,
    secrets,
    questions: () => server.requests.length,
    faults: {
      'no answer': {
        inject: () => server.become({ kind: 'silent' }),
        expect: { text: 'timed out after 250 ms' },
      },
      'an endless body': {
        inject: () => server.become({ kind: 'drip', everyMs: 5 }),
        expect: { text: 'timed out after 250 ms' },
      },
      'an error': {
        inject: () => server.become({ kind: 'status', status: 500 }),
        expect: { text: 'HTTP 500' },
      },
      'a reset': {
        inject: () => server.become({ kind: 'reset-mid-body' }),
        expect: { text: /^connection (closed|reset)$/ },
      },
      'a closed port': {
        inject: async () => {
          port = String(await closedPort())
        },
        expect: { text: 'connection refused' },
      },
      'a redirect elsewhere': {
        inject: () => server.become({ kind: 'redirect', to: 'http://other.invalid/' }),
        expect: { text: 'redirected to another host' },
      },
      'a body of another kind': {
        inject: () => server.become({ kind: 'invalid-json' }),
        heal,
        expect: { status: 'UP' },
      },
      'a huge body': {
        inject: () => server.become({ kind: 'huge', bytes: 10_000_000 }),
        expect: { text: 'answer larger than 65536 bytes' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())

  const connectionCases = checkContract({
    create: () => http(counting.url),
    works: nothingToConnect,
    secrets,
    faults: { none: { inject: () => {}, heal: () => {}, expect: 'UP' } },
    connections: () => acceptedBeyond(2, { accepted: counting.counts.accepted, open: counting.open.size }),
  })
  test.each(connectionCases)('kept alive: $name', { timeout: 120_000 }, ({ run }) => run())
})

describe('http', () => {
  test.for([
    [undefined, 204, 'UP', 'HTTP 204'],
    [undefined, 404, 'DOWN', 'HTTP 404'],
    [404, 404, 'UP', 'HTTP 404'],
    [404, 200, 'DOWN', 'HTTP 200'],
    [[200, 503], 503, 'UP', 'HTTP 503'],
    [(status: number) => status < 500, 302, 'UP', 'HTTP 302'],
    [async () => false, 200, 'DOWN', 'HTTP 200'],
  ] as const)(
    'with expectedStatus %o an answer of %i is %s',
    async ([expectedStatus, status, verdict, text]) => {
      await using server = await startFaultyHttp({ kind: 'status', status })
      const report = await asked(server.url, expectedStatus === undefined ? {} : { expectedStatus })
      expect([report.status, report.message ?? report.error]).toEqual([verdict, text])
      expect(report.data).toBeUndefined()
    },
  )

  test.for<[NonNullable<HttpCheckOptions['expectBody']>, string, string | undefined]>([
    ['ready', 'ready and willing', undefined],
    ['ready', 'no', 'answer not as expected'],
    [/^ok$/g, 'ok', undefined],
    [/^ok$/g, 'not ok', 'answer not as expected'],
    [(text) => JSON.parse(text).depth < 10, '{"depth":3}', undefined],
    [(text) => JSON.parse(text).depth < 10, '{"depth":30}', 'answer not as expected'],
    [(text) => JSON.parse(text).depth < 10, 'Secret-4711', 'check failed'],
    ['ä€', 'ä€', undefined],
    [async () => false, 'ok', 'answer not as expected'],
    [async () => true, 'ok', undefined],
  ])('with expectBody %o a body of %s is judged', async ([expectBody, body, error]) => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200, body })
    const health = createHealth({
      checks: { api: http(server.url, { timeoutMs: 5_000, expectBody }) },
    })
    // Twice: a regular expression with g remembers where it was.
    for (let run = 0; run < 2; run++) expect((await health.check('api').run()).error).toBe(error)
  })

  test('a body that nobody judges is read to its end, or left when it is too long', async () => {
    await using server = await serve((request, response) =>
      response.end('x'.repeat(request.url === '/long' ? 1_000_000 : 60_000)),
    )
    const short = createHealth({ checks: { api: http(`${server.url}/short`, { timeoutMs: 5_000 }) } })
    for (let run = 0; run < 10; run++) expect((await short.check('api').run()).message).toBe('HTTP 200')
    // The global fetch may take a second one when it asks again in the very turn in which an answer ended.
    expect(server.counts.accepted).toBeLessThanOrEqual(2)
    for (let run = 0; run < 10; run++) expect((await asked(`${server.url}/long`)).message).toBe('HTTP 200')
    await expect.poll(() => server.open.size, { timeout: 5_000 }).toBeLessThanOrEqual(2)
  })

  test('aborted requests leave no connections behind', async () => {
    await using server = await serve(() => {})
    for (let run = 0; run < 20; run++) {
      expect((await asked(server.url, { timeoutMs: 20 })).error).toBe('timed out after 20 ms')
    }
    // undici opens another at once in place of one that was aborted, and keeps it for the next request.
    await expect.poll(() => server.open.size, { timeout: 5_000 }).toBeLessThanOrEqual(2)
  })

  test('asks with HEAD', async () => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200 })
    expect((await asked(server.url, { method: 'HEAD' })).message).toBe('HTTP 200')
    expect(server.requests).toEqual(['HEAD /'])
  })

  test('an answer that is slow is DEGRADED', async () => {
    await using server = await startFaultyHttp({ kind: 'slow', ms: 60 })
    const { status, message } = await asked(server.url, { degradedAfterMs: 40 })
    expect([status, message]).toEqual(['DEGRADED', 'HTTP 200, slower than 40 ms'])
    expect((await asked(server.url, { degradedAfterMs: 4_000 })).status).toBe('UP')
  })

  test('redirects are followed to the same origin, three at most, without the credentials they name', async () => {
    const seen: unknown[] = []
    await using server = await serve((request, response) => {
      seen.push([request.url, request.headers.authorization])
      const left = Number(request.url?.slice(1))
      const location = `//a:b@${request.headers.host}/${left - 1}`
      response.writeHead(left > 0 ? 307 : 200, left > 0 ? { location } : {}).end('here')
    })
    const withCredentials = `${server.url.replace('//', '//us%C3%A9r:p%20w@')}`
    expect((await asked(`${withCredentials}/3`, { expectBody: 'here' })).message).toBe('HTTP 200')
    const authorization = `Basic ${Buffer.from('usér:p w').toString('base64')}`
    expect(seen).toEqual(['/3', '/2', '/1', '/0'].map((path) => [path, authorization]))
    expect((await asked(`${server.url}/4`)).error).toBe('too many redirects')
    expect(server.counts.accepted).toBeLessThanOrEqual(2)
  })

  test.for<[string, string]>([
    ['http://other.invalid/x', 'redirected to another host'],
    ['https://127.0.0.1/', 'redirected to another host'],
    ['http://[', 'redirected to an invalid URL'],
  ])('a redirect to %s is not followed', async ([to, error]) => {
    await using server = await startFaultyHttp({ kind: 'redirect', to })
    expect((await asked(server.url)).error).toBe(error)
    expect(server.requests).toHaveLength(1)
  })

  test.for([301, 302, 303, 307, 308])('a redirect with status %i is followed', async (status) => {
    await using server = await serve((request, response) => {
      const there = request.url === '/there'
      response.writeHead(there ? 200 : status, there ? {} : { location: '/there' }).end()
    })
    expect((await asked(server.url)).message).toBe('HTTP 200')
  })

  test.for([300, 304, 305])('an answer with status %i is none', async (status) => {
    await using server = await startFaultyHttp({ kind: 'status', status, headers: { location: '/' } })
    expect((await asked(server.url)).error).toBe(`HTTP ${status}`)
  })

  test('another protocol of the same host is another host, to which no credentials go', async () => {
    const requests: string[] = []
    const redirecting = async (url: string) => {
      requests.push(url)
      return new Response(null, { status: 302, headers: { location: 'http://x/' } })
    }
    expect((await asked('https://x/', { fetch: redirecting })).error).toBe('redirected to another host')
    expect(requests).toEqual(['https://x/'])
  })

  test('sends the headers given, in place of its own', async () => {
    let seen: IncomingMessage['headers'] = {}
    await using server = await serve((request, response) => {
      seen = request.headers
      response.end()
    })
    await asked(server.url.replace('//', '//a:b@'), {
      headers: { Authorization: 'Bearer x', 'User-Agent': 'mine' },
    })
    expect(seen).toMatchObject({
      authorization: 'Bearer x',
      'user-agent': 'mine',
      'cache-control': 'no-cache',
    })
    await asked(server.url.replace('//', '//100%:b@'))
    expect(seen.authorization).toBe(`Basic ${btoa('100%:b')}`)
    expect(seen['user-agent']).toBe('hale')
  })

  test('takes a URL object, and a function for one that changes', async () => {
    await using first = await startFaultyHttp({ kind: 'status', status: 200 })
    await using second = await startFaultyHttp({ kind: 'status', status: 201 })
    const urls = [first.url, new URL(second.url), 'ftp://hidden.invalid/', '', undefined, null]
    const next = async () => urls.shift() as string
    const health = createHealth({ checks: { api: http(next, { timeoutMs: 5_000 }) } })
    const texts: unknown[] = []
    for (let run = 0; run < 6; run++) {
      const { message, error } = await health.check('api').run()
      texts.push(message ?? error)
    }
    const [none, other] = ['no URL', 'not an http: or https: URL']
    expect(texts).toEqual(['HTTP 200', 'HTTP 201', other, other, none, none])
    const endpoint = createHealth({ checks: { peer: healthEndpoint(() => undefined) } })
    expect((await endpoint.check('peer').run()).error).toBe(none)
    expect((await asked(new URL(first.url))).status).toBe('UP')
  })

  test('a host that does not exist, and an answer that is no HTTP', async () => {
    const unknown = await asked('http://nonexistent.invalid/')
    expect(unknown.error).toMatch(/^(host name not found|name resolution failed)$/)
    await using talker = await startFaultyTcp({ kind: 'says', bytes: 'SSH-2.0-OpenSSH_9.2p1\r\n' })
    expect((await asked(`http://127.0.0.1:${talker.port}`)).error).toBe('answer is not valid HTTP')
    await using resetting = await startFaultyTcp({ kind: 'reset', after: 'data' })
    expect((await asked(`http://127.0.0.1:${resetting.port}`)).error).toMatch(/^connection (closed|reset)$/)
  })

  test.for([
    ['nothing', undefined],
    ['a body that is a stream of Node', { status: 200, headers: new Headers(), body: Readable.from(['x']) }],
    ['headers of axios', { status: 200, headers: {}, body: null }],
    ['no status', { ...new Response(), headers: new Headers() }],
  ])('a fetch of its own that answers with %s', async ([, answer]) => {
    const options = { fetch: async () => answer as Response }
    expect((await asked('http://x/', options)).error).toBe('not an answer of fetch')
    const endpoint = createHealth({ checks: { api: healthEndpoint('http://x/', options) } })
    expect((await endpoint.check('api').run()).error).toBe('not an answer of fetch')
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = {
      method: 'POST',
      expectedStatus: [200, 'ok'],
      headers: { 'no good': 'x' },
      expectBody: 3,
      maxBodyBytes: -1,
      degradedAfterMs: 700,
      fetch: 'node-fetch',
      retry: 2,
    }
    const make = (url: unknown, given: object) => () =>
      createHealth({ checks: { api: http(url as string, given) } })
    const wrong = make('hidden:4711/', options)
    for (const field of ['url', ...Object.keys(options)]) expect(wrong).toThrow(`checks.api.${field}:`)
    expect(wrong).toThrow('9 problems')
    expect(wrong).toThrow('expected less than timeoutMs (500), got 700')
    expect(wrong).not.toThrow(/hidden/)
    expect(make('http://x/', { method: 'HEAD', expectBody: 'x' })).toThrow('an answer to HEAD has no body')
    expect(make('http://x/', { expectBody: '' })).toThrow(/expectBody: expected a string.* an empty string/)
    expect(make('http://x/', { expectedStatus: [] })).toThrow('an empty list')
    expect(make('http://x/', { expectedStatus: 199 })).toThrow('between 200 and 599, got 199')
    expect(make('http://x/', { degradedAfterMs: 500 })).toThrow('less than timeoutMs (500), got 500')
    expect(make(7, {})).toThrow('expected an http: or https: URL, got 7')
    for (const host of ['localhost:8080/health', '10.0.0.1:80', 'payments.internal'])
      expect(make(host, {})).toThrow(/got a string of \d+ characters; begin it with http:/)
    expect(make('/health', {})).toThrow(/got a string of 7 characters$/)
    expect(make('http://x/', { degradedAfterMs: 700, timeoutMs: 900 })).not.toThrow()
  })

  test('asks with the global fetch of the moment, which instrumentation replaces', async () => {
    const health = createHealth({
      checks: { api: http('http://x.invalid/'), peer: healthEndpoint('http://x.invalid/') },
    })
    vi.stubGlobal('fetch', async () => new Response('{"status":"UP"}'))
    try {
      const statuses = [(await health.check('api').run()).status, (await health.check('peer').run()).status]
      expect(statuses).toEqual(['UP', 'UP'])
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('takes the global fetch, and is a check of readiness alone', () => {
    http('http://x/', { fetch })
    http('http://x/', { fetch: (url, request) => fetch(url, { ...request, credentials: 'omit' }) })
    expectTypeOf(http).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    http('http://x/', { probes: ['liveness'] })
  })
})

whenOwned(opensslProgram, 'http over TLS', () => {
  const authority = createAuthority()
  // The class behind the global fetch, which Node exports nowhere.
  const agentOf = (ca: string) => {
    const global = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')] as object
    const Agent = global.constructor as new (options: object) => { close(): Promise<void> }
    return new Agent({ connect: { ca } })
  }

  test.for([
    ['in good order', () => authority.issue(), undefined],
    ['expired', () => authority.issue({ expired: true }), 'certificate expired'],
    [
      'for another host',
      () => authority.issue({ hosts: ['other.example'] }),
      'certificate does not match the host name',
    ],
    ['self-signed', () => ({ ...authority.selfSigned(), ca: authority.ca }), 'certificate not trusted'],
  ] as const)('a certificate %s', async ([, issue, error]) => {
    const certificate = issue()
    await using server = await startFaultyHttp({ kind: 'status', status: 200 }, certificate)
    expect((await asked(server.url)).error).toMatch(/^certificate (not trusted|expired)$/)
    const agent = agentOf(certificate.ca)
    const options = {
      fetch: (url: string, request: object) => fetch(url, { ...request, dispatcher: agent } as RequestInit),
    }
    expect((await asked(server.url, options)).error).toBe(error)
    await agent.close()
  })

  test('a server that speaks no TLS', async () => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200 })
    expect((await asked(server.url.replace('http:', 'https:'))).error).toMatch(
      /^(TLS handshake failed|connection (closed|reset))$/,
    )
  })
})

describe('http with expectJson and expectHeaders', () => {
  const body = JSON.stringify({
    status: 'UP',
    depth: 3,
    leader: null,
    'a.b': { ok: true },
    nodes: [
      { name: 'one', up: false },
      { name: 'two', up: true },
    ],
  })

  test.for<[NonNullable<HttpCheckOptions['expectJson']>, boolean]>([
    [{ path: 'status', equals: 'UP' }, true],
    [{ path: 'status', equals: ['UP', 'DEGRADED'] }, true],
    [{ path: 'status', equals: 'up' }, false],
    [{ path: 'depth', equals: 3 }, true],
    [{ path: 'depth', equals: '3' }, false],
    [{ path: 'depth' }, true],
    [{ path: 'leader' }, false],
    [{ path: 'leader', equals: null }, true],
    [{ path: 'nodes.1.up', equals: true }, true],
    [{ path: ['nodes', 0, 'up'] }, false],
    [{ path: ['a.b', 'ok'] }, true],
    [{ path: 'a.b.ok' }, false],
    [{ path: 'nodes.length', equals: 2 }, true],
    [{ path: 'toString' }, false],
    [{ path: '__proto__' }, false],
    [
      [
        { path: 'status', equals: 'UP' },
        { path: 'depth', equals: 3 },
      ],
      true,
    ],
    [
      [
        { path: 'status', equals: 'UP' },
        { path: 'depth', equals: 4 },
      ],
      false,
    ],
  ])('%o is %s', async ([expectJson, well]) => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200, body })
    const report = await asked(server.url, { expectJson })
    expect(report.error).toBe(well ? undefined : 'answer not as expected')
  })

  test.for(['', '{"status":"UP"', 'UP', 'null', '5', '[]'])(
    'a body of %o is not as expected',
    async (text) => {
      await using server = await startFaultyHttp({ kind: 'status', status: 200, body: text })
      const report = await asked(server.url, { expectJson: { path: 'status', equals: 'UP' } })
      expect([report.status, report.error]).toEqual(['DOWN', 'answer not as expected'])
    },
  )

  test('both rules for the body must hold', async () => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200, body })
    const expectJson = { path: 'status', equals: 'UP' }
    expect((await asked(server.url, { expectJson, expectBody: 'nodes' })).status).toBe('UP')
    expect((await asked(server.url, { expectJson, expectBody: 'nothing' })).status).toBe('DOWN')
    expect((await asked(server.url, { expectJson: { path: 'x' }, expectBody: 'nodes' })).status).toBe('DOWN')
  })

  test.for<[NonNullable<HttpCheckOptions['expectHeaders']>, boolean]>([
    [{ 'X-Leader': 'yes' }, true],
    [{ 'x-leader': true, 'content-type': /^application\/json/g }, true],
    [{ 'x-leader': 'ye' }, false],
    [{ 'x-leader': /^y/, 'x-follower': true }, false],
    [{ 'x-follower': /^$/ }, true],
  ])('headers %o are %s', async ([expectHeaders, well]) => {
    const headers = { 'x-leader': 'yes', 'content-type': 'application/json; charset=utf-8' }
    await using server = await startFaultyHttp({ kind: 'status', status: 200, headers })
    for (let run = 0; run < 2; run++) {
      const report = await asked(server.url, { expectHeaders })
      expect(report.error).toBe(well ? undefined : 'headers not as expected')
    }
  })

  test('names all that is wrong with them', () => {
    const options = {
      expectJson: [{ path: '', equals: {} }, 5, { path: 'a', is: 1 }],
      expectHeaders: { 'not a name': true, a: 5 },
    } as unknown as HttpCheckOptions
    const create = (given: HttpCheckOptions) => () =>
      createHealth({ checks: { api: http('http://x/', given) } })
    expect(create(options)).toThrowError(
      expect.objectContaining({
        problems: [
          "checks.api.expectJson[0].path: expected a path such as 'components.db.status', got an empty string",
          'checks.api.expectJson[1]: expected an object, got 5',
          "checks.api.expectJson[1].path: expected a path such as 'components.db.status', got undefined",
          expect.stringContaining('checks.api.expectJson[2].is: unknown option'),
          'checks.api.expectHeaders.not a name: expected the name of a header',
          'checks.api.expectHeaders.a: expected a text, a regular expression or true, got 5',
        ],
      }),
    )
    expect(create({ expectJson: { path: 'a', equals: {} as never } })).toThrow(
      'expectJson.equals: expected a string',
    )
    expect(create({ expectJson: [] })).toThrow('expectJson: expected at least one place and value')
    expect(create({ method: 'HEAD', expectJson: { path: 'a' } })).toThrow(
      'expectJson: an answer to HEAD has no body',
    )
  })
})

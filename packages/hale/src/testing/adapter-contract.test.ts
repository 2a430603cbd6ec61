import { createServer, type IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Health } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HealthRequest, HealthResponse } from '../http/exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import type { AdapterContractSubject, StartApplication } from './adapter/subject.ts'
import { adapterContract } from './adapter-contract.ts'

type Maker = (health: Health, options: HandlerOptions) => (request: HealthRequest) => Given
type Given = HealthResponse | Promise<HealthResponse> | undefined
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** The parts of an adapter for `node:http`, each of which can be replaced by a careless one. */
interface Parts {
  readonly handler: Maker
  readonly read: (request: IncomingMessage, mount: string) => HealthRequest | undefined
  readonly write: (response: ServerResponse, answer: HealthResponse, request: IncomingMessage) => void
  readonly around: (exchange: Exchange, answered: boolean, application: () => void) => void
  readonly behindBodyParser: boolean
}

const careful: Parts = {
  handler: createHandler,
  read(request, mount) {
    const url = request.url ?? '/'
    if (mount === '') return request
    if (url !== mount && !url.startsWith(`${mount}/`) && !url.startsWith(`${mount}?`)) return undefined
    const rest = url.slice(mount.length)
    return new Proxy(request, {
      get(target, key) {
        if (key === 'url') return rest.startsWith('/') ? rest : `/${rest}`
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as HealthRequest
  },
  write(response, { status, headers, body }) {
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, headers).end(body)
  },
  around: (_exchange, answered, application) => {
    if (!answered) application()
  },
  behindBodyParser: false,
}

function starting({ handler, read, write, around, behindBodyParser }: Parts): StartApplication {
  return async (health, options, mount = '') => {
    const handle = handler(health, options)
    const server = createServer(async (request, response) => {
      if (behindBodyParser) {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        Object.assign(request, { body: Buffer.concat(chunks) })
      }
      const plain = read(request, mount)
      const answer = plain && handle(plain)
      if (answer !== undefined) void Promise.resolve(answer).then((given) => write(response, given, request))
      around({ request, response }, answer !== undefined, () => {
        if (request.url === '/hello') response.end('hello')
        else response.writeHead(404).end('application 404')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const close = () => new Promise((resolve) => server.close(resolve))
    return { url: `http://127.0.0.1:${port}`, server, close }
  }
}

function subject(parts: Partial<Parts> = {}): AdapterContractSubject {
  const all = { ...careful, ...parts }
  return {
    start: starting(all),
    startBehindBodyParser: starting({ ...all, behindBodyParser: true }),
  }
}

function reading(change: (request: HealthRequest) => Partial<HealthRequest>): Partial<Parts> {
  return {
    read(request, mount) {
      const plain = careful.read(request, mount)
      if (plain === undefined) return undefined
      const { method, url, headers, rawHeaders, socket } = plain
      const stream = { [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() }
      return { method, url, headers, rawHeaders, socket, ...stream, ...change(plain) } as HealthRequest
    },
  }
}

function writing(
  change: (answer: HealthResponse, request: IncomingMessage) => HealthResponse,
): Partial<Parts> {
  return { write: (response, answer, request) => careful.write(response, change(answer, request), request) }
}

function handling(change: (request: HealthRequest, ask: ReturnType<Maker>) => Given): Partial<Parts> {
  return {
    handler: (health, options) => {
      const handle = createHandler(health, options)
      return (request) => change(request, handle)
    },
  }
}

function withHeaders(answer: HealthResponse, headers: Record<string, string>): HealthResponse {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

/** What careless adapters do, and the case that must notice. */
const careless: readonly (readonly [what: string, caughtBy: string, parts: Partial<Parts>])[] = [
  [
    'matches by prefix',
    'leaves every other path',
    handling(
      (request, ask) =>
        ask(request) ??
        (request.url?.startsWith('/health') ? ask({ ...request, url: '/health' }) : undefined),
    ),
  ],
  [
    'answers 404 beneath the base path itself',
    'leaves every other path',
    handling(
      (request, ask) =>
        ask(request) ??
        (request.url?.startsWith('/health/') ? { status: 404, headers: {}, body: 'no' } : undefined),
    ),
  ],
  [
    'does not mind the case of a path',
    'leaves every other path',
    reading(({ url }) => ({ url: url?.toLowerCase() })),
  ],
  [
    'decodes before it matches',
    'leaves every other path',
    reading(({ url = '' }) => ({ url: url.replaceAll(/%2f/gi, '/') })),
  ],
  [
    'drops the query',
    'answers every health path of a service that is unwell',
    reading(({ url }) => ({ url: url?.split('?')[0] })),
  ],
  ['hides the headers', 'minds no header', reading(() => ({ headers: {}, rawHeaders: [] }))],
  ['hides the address', 'the address that asks', reading(() => ({ socket: {} }))],
  ['hides the method', 'refuses what writes with 405', reading(() => ({ method: 'GET' }))],
  [
    'does not understand the absolute form',
    'understands the absolute form',
    reading(({ url = '' }) => ({ url: `/${url.split('/').slice(1).join('/')}` })),
  ],
  [
    'loses the body',
    'changes checks by the admin endpoints',
    reading(() => ({ [Symbol.asyncIterator]: undefined }) as never),
  ],
  [
    'looks at the whole path where it is mounted',
    'beneath the path where it is mounted',
    { read: (request) => request },
  ],
  [
    'knows no mount point itself',
    'answers at its mount point itself',
    {
      read: (request, mount) =>
        mount !== '' && request.url === mount ? undefined : careful.read(request, mount),
    },
  ],
  [
    'ignores its options',
    'answers beneath the base path /internal',
    { handler: (health) => createHandler(health) },
  ],
  [
    'reads its options at the first request',
    'throws a ConfigurationError',
    {
      handler: (health, options) => {
        let handle: ReturnType<Maker> | undefined
        return (request) => {
          handle ??= createHandler(health, options)
          return handle(request)
        }
      },
    },
  ],
  [
    'makes a route of each check at its start',
    'a check that was added or removed',
    {
      handler: (health, options) => {
        const handle = createHandler(health, options)
        const first = new Set(health.control.names)
        return (request) => {
          const name = /^\/health\/([a-z]+)$/.exec(request.url ?? '')?.[1] ?? ''
          return health.hasCheck(name) && !first.has(name) ? undefined : handle(request)
        }
      },
    },
  ],
  [
    'lets what writes through to the application',
    'refuses what writes with 405',
    handling((request, ask) => (request.method === 'POST' ? undefined : ask(request))),
  ],
  [
    'leaves OPTIONS to the framework',
    'answers OPTIONS',
    handling((request, ask) => (request.method === 'OPTIONS' ? undefined : ask(request))),
  ],
  [
    'leaves HEAD to the framework',
    'answers HEAD',
    handling((request, ask) => (request.method === 'HEAD' ? undefined : ask(request))),
  ],
  [
    'forgets Allow',
    'refuses what writes with 405',
    writing((answer) => ({ ...answer, headers: { ...answer.headers, Allow: '' } })),
  ],
  [
    'completes the charset',
    'answers every health path of a service that is well',
    writing((answer) => withHeaders(answer, { 'Content-Type': 'application/json; charset=utf-8' })),
  ],
  [
    'forgets the length',
    'answers every health path of a service that is well',
    writing(({ headers: { 'Content-Length': _, ...headers }, ...answer }) => ({ ...answer, headers })),
  ],
  [
    'counts characters, not bytes',
    'answers every health path of a service that is well',
    writing((answer) => withHeaders(answer, { 'Content-Length': String(answer.body.length) })),
  ],
  [
    'adds an ETag',
    'answers every health path of a service that is well',
    writing((answer) => withHeaders(answer, { ETag: '"1"' })),
  ],
  [
    'sets a cookie',
    'answers every health path of a service that is well',
    writing((answer) => withHeaders(answer, { 'Set-Cookie': 'session=1' })),
  ],
  [
    'answers 304',
    'minds no header',
    writing((answer, { headers }) =>
      headers['if-none-match'] === undefined ? answer : { status: 304, headers: {}, body: '' },
    ),
  ],
  [
    'answers 200 whatever the status',
    'answers every health path of a service that is unwell',
    writing((answer) => ({ ...answer, status: 200 })),
  ],
  [
    'sends the length of the body to OPTIONS',
    'answers OPTIONS',
    writing((answer, { method }) =>
      method === 'OPTIONS' ? withHeaders(answer, { 'Content-Length': '2' }) : answer,
    ),
  ],
  [
    'compresses',
    'minds no header',
    writing((answer, { headers }) =>
      headers['accept-encoding'] === undefined
        ? answer
        : withHeaders(answer, { 'Content-Encoding': 'identity' }),
    ),
  ],
  [
    'keeps answers',
    'answers anew once a result has aged',
    {
      handler: (health, options) => {
        const handle = createHandler(health, options)
        const kept = new Map<string, Given>()
        return (request) => {
          const { url = '' } = request
          if (!kept.has(url)) kept.set(url, handle(request))
          return kept.get(url)
        }
      },
    },
  ],
  [
    'has a failure of its own when an answer is late',
    'answers within the budget',
    handling((request, ask) => {
      const given = ask(request)
      return given instanceof Promise ? { status: 500, headers: {}, body: '' } : given
    }),
  ],
  [
    'lets the application answer too',
    'answers every health path of a service that is well',
    {
      around: ({ response }, answered, application) => {
        if (!answered) application()
        else setImmediate(() => response.end('hello'))
      },
    },
  ],
  [
    'fails when the client has gone',
    'survives clients that go away while a check runs (destroy)',
    {
      write(response, answer, request) {
        if (response.destroyed) void Promise.reject(new Error('the client has gone'))
        else careful.write(response, answer, request)
      },
    },
  ],
  [
    'cuts connections that bring a body',
    'goes on with the connection',
    {
      write(response, answer, request) {
        careful.write(response, answer, request)
        if (request.method === 'POST') response.once('finish', () => request.socket.destroy())
      },
    },
  ],
  [
    'puts its answers on the socket itself',
    'while draining',
    {
      write(response, { status, headers, body }, { socket }) {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
        socket.write(`${[`HTTP/1.1 ${status} X`, ...lines].join('\r\n')}\r\n\r\n${body}`)
        response.destroy()
      },
    },
  ],
]

/** Runs the case and says why it failed. */
async function failure(parts: Partial<Parts>, caseName: string): Promise<string> {
  const found = adapterContract(subject(parts)).filter(
    ({ name }) => name.startsWith(caseName) || name.includes(caseName),
  )
  expect(found.length, `cases named ${caseName}`).toBeGreaterThan(0)
  for (const { run } of found) {
    const message = await run().then(
      () => undefined,
      (error: Error) => error.message,
    )
    if (message !== undefined) return message
  }
  return 'nothing was noticed'
}

describe('the contract of adapters', () => {
  test('is kept by a careful adapter', async () => {
    const cases = adapterContract(subject())
    expect(cases.length).toBeGreaterThan(40)
    for (const { name, run } of cases) await expect(run(), name).resolves.toBeUndefined()
  })

  test.each(careless)('notices an adapter that %s', async (_what, caughtBy, parts) => {
    expect(await failure(parts, caughtBy)).not.toBe('nothing was noticed')
  })

  test('leaves node:http as it was, also when cases run at the same time', async () => {
    const methods = () => [ServerResponse.prototype.writeHead, OutgoingMessage.prototype.end]
    const before = methods()
    await Promise.all(
      adapterContract(subject())
        .slice(0, 4)
        .map(({ run }) => run()),
    )
    const same = methods().map((method, index) => method === before[index])
    expect(same).toEqual([true, true])
  })

  test('notices what hangs, in seconds', async () => {
    const silent = { write: () => {} }
    expect(await failure(silent, 'tells nobody without the token')).toMatch(/waited 5000 ms in vain/)
  })

  test('leaves out what an adapter cannot have', () => {
    const names = (more: Partial<AdapterContractSubject>) =>
      adapterContract({ start: subject().start, ...more }).map(({ name }) => name)
    const all = names({ startBehindBodyParser: subject().start })
    expect(names({}).length).toBe(all.length - 1)
    expect(names({ mountable: false }).length).toBe(all.length - 3)
    expect(names({ knowsAddress: false }).length).toBe(all.length - 2)
  })

  test('refuses a subject that cannot be started', () => {
    expect(() => adapterContract({} as never)).toThrow(ConfigurationError)
    expect(() => adapterContract({ start: () => {}, mountable: 'no', more: 1 } as never)).toThrow(
      /3 problems|2 problems/,
    )
  })
})

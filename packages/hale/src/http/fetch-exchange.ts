import type { HealthRequest, HealthResponse } from './exchange.ts'
import type { HealthHandler } from './handle.ts'

/** Who reads a body that somebody has read before. */
interface Reader {
  text(): Promise<string>
}

/** Headers as a record: one of them is looked up far more often than all of them are listed. */
const asRecord: ProxyHandler<Headers> = {
  get: (headers, name) => fieldOf(headers, name),
  has: (headers, name) => fieldOf(headers, name) !== undefined,
  // A cookie that was sent twice would be listed twice, which a proxy must not.
  ownKeys: (headers) => [...new Set(headers.keys())],
  getOwnPropertyDescriptor(headers, name) {
    const value = fieldOf(headers, name)
    return value === undefined ? undefined : { value, enumerable: true, configurable: true }
  },
}

function fieldOf(headers: Headers, name: string | symbol): string | undefined {
  // What cannot be the name of a header makes `get` throw.
  if (typeof name !== 'string' || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return undefined
  return headers.get(name) ?? undefined
}

/** A fetch request, as the handler takes it. Made for each one, so it takes nothing apart before it is asked. */
class FetchRequest implements HealthRequest {
  readonly method: string
  readonly url: string
  readonly rawHeaders?: readonly string[]
  readonly #request: Request
  readonly #runtime: unknown
  readonly #reader: Reader | undefined
  #headers: HealthRequest['headers'] | undefined

  constructor(request: Request, runtime: unknown, url: string, reader: Reader | undefined) {
    this.method = request.method
    this.url = url
    this.#request = request
    this.#runtime = runtime
    this.#reader = reader
    // With Node's own request at hand the headers of the other kind need not be made from it.
    const rawHeaders = nodeRequestOf(runtime)?.rawHeaders
    // A worker's binding of the same name has whatever is asked of it, as a function.
    if (Array.isArray(rawHeaders)) this.rawHeaders = rawHeaders
  }

  get headers(): HealthRequest['headers'] {
    this.#headers ??= new Proxy(this.#request.headers, asRecord) as unknown as HealthRequest['headers']
    return this.#headers
  }

  get socket(): NonNullable<HealthRequest['socket']> {
    const encrypted = this.#request.url.startsWith('https:')
    return { remoteAddress: addressOf(this.#runtime, this.#request), encrypted }
  }

  /** Whether somebody has read the body whom nobody here can ask for it; in the word of Node's requests. */
  get readableDidRead(): boolean {
    return this.#request.bodyUsed && this.#reader === undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array | string> {
    if (this.#request.bodyUsed && this.#reader !== undefined) {
      yield await this.#reader.text()
      return
    }
    // By a reader: not every runtime's streams can be iterated.
    const reader = (this.#request.body as ReadableStream<Uint8Array> | null)?.getReader()
    if (reader === undefined) return
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  }
}

/**
 * Answers a fetch request; undefined when the path is not a health endpoint. `runtime` is what the runtime hands over
 * beside it, for the address that asks; `url` its path and query; `reader` reads a body that was read before.
 */
export function answerFetch(
  handle: HealthHandler,
  request: Request,
  runtime?: unknown,
  url: string = localUrl(request.url),
  reader?: Reader,
): Response | Promise<Response> | undefined {
  const answer = handle(
    plainNodeRequest(runtime, request, url) ?? new FetchRequest(request, runtime, url, reader),
  )
  if (answer === undefined) return undefined
  return answer instanceof Promise ? answer.then(asFetchResponse) : asFetchResponse(answer)
}

/**
 * Path and query of an absolute URL, as they are. Where a router has found the same path already its string is taken:
 * looking up one that has been looked up before costs a tenth.
 */
export function localUrl(url: string, path = ''): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start === -1) return '/'
  return url.length - start === path.length && url.endsWith(path) ? path : url.slice(start)
}

function asFetchResponse(answer: HealthResponse): Response {
  // HEAD keeps the length of the GET only when there is no body, not even an empty one.
  return new Response(answer.body === '' ? null : answer.body, answer)
}

/** Node's own request, where it says the same and has nothing to read: it needs no translation. */
function plainNodeRequest(runtime: unknown, { method }: Request, url: string): HealthRequest | undefined {
  const node = nodeRequestOf(runtime)
  return node?.url === url && node.method === 'GET' && method === 'GET' && Array.isArray(node.rawHeaders)
    ? (node as HealthRequest)
    : undefined
}

type NodeRequest = Partial<Pick<HealthRequest, 'method' | 'url' | 'rawHeaders' | 'socket'>>

type Shape = { readonly [key: string]: unknown }

function shapeOf(value: unknown): Shape | undefined {
  return typeof value === 'object' && value !== null ? (value as Shape) : undefined
}

/** Where a server of Node's hands over its own request, as Hono's does. */
function nodeRequestOf(runtime: unknown): NodeRequest | undefined {
  return shapeOf(shapeOf(runtime)?.incoming) as NodeRequest | undefined
}

/** By the structure of what runtimes hand over: ours, Node's, Deno's, Bun's. */
function addressOf(runtime: unknown, request: Request): string | undefined {
  const given = shapeOf(runtime)
  const bun = shapeOf(given?.server) ?? given
  const address =
    given?.remoteAddress ??
    nodeRequestOf(given)?.socket?.remoteAddress ??
    shapeOf(given?.remoteAddr)?.hostname ??
    (typeof bun?.requestIP === 'function'
      ? shapeOf(askedFor(bun as unknown as BunServer, request))?.address
      : undefined)
  return typeof address === 'string' ? address : undefined
}

interface BunServer {
  requestIP(request: Request): unknown
}

/** Bun's server throws for what is not quite a Request, such as a framework's proxy of one. */
function askedFor(server: BunServer, request: Request): unknown {
  try {
    return server.requestIP(request)
  } catch {
    return undefined
  }
}

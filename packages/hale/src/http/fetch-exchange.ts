import type { HealthRequest, HealthResponse } from './exchange.ts'
import type { HealthHandler } from './handle.ts'

/** What an adapter knows beside the request. */
export interface FetchCircumstances {
  /**
   * Path and query.
   * @default those of the request's URL
   */
  readonly url?: string
  /** What the runtime hands over beside the request, for the address that asks. */
  readonly runtime?: unknown
  /** Reads a body that somebody has read before. */
  readonly readAgain?: () => Promise<string>
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
  readonly #circumstances: FetchCircumstances
  #headers: HealthRequest['headers'] | undefined

  constructor(request: Request, circumstances: FetchCircumstances) {
    this.method = request.method
    this.url = circumstances.url ?? localUrl(request.url)
    this.#request = request
    this.#circumstances = circumstances
    // With Node's own request at hand the headers of the other kind need not be made from it.
    const rawHeaders = nodeRequestOf(circumstances.runtime)?.rawHeaders
    // A worker's binding of the same name has whatever is asked of it, as a function.
    if (Array.isArray(rawHeaders)) this.rawHeaders = rawHeaders
  }

  get headers(): HealthRequest['headers'] {
    this.#headers ??= new Proxy(this.#request.headers, asRecord) as unknown as HealthRequest['headers']
    return this.#headers
  }

  get socket(): NonNullable<HealthRequest['socket']> {
    const encrypted = this.#request.url.startsWith('https:')
    return { remoteAddress: addressOf(this.#circumstances.runtime, this.#request), encrypted }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array | string> {
    const { readAgain } = this.#circumstances
    if (this.#request.bodyUsed && readAgain !== undefined) {
      yield await readAgain()
      return
    }
    // By a reader: not every runtime's streams can be iterated.
    const reader = (this.#request.body as ReadableStream<Uint8Array> | null)?.getReader()
    if (reader === undefined) return
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  }
}

/** Answers a fetch request; undefined when the path is not a health endpoint. */
export function answerFetch(
  handle: HealthHandler,
  request: Request,
  circumstances: FetchCircumstances,
): Response | Promise<Response> | undefined {
  const answer = handle(new FetchRequest(request, circumstances))
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

function asFetchResponse({ status, headers, body }: HealthResponse): Response {
  // HEAD keeps the length of the GET only when there is no body, not even an empty one.
  return new Response(body === '' ? null : body, { status, headers })
}

interface NodeRequest {
  readonly rawHeaders?: readonly string[]
  readonly socket?: { readonly remoteAddress?: string }
}

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

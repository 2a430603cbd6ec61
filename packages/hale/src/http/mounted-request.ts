import { type HealthRequest, withoutOrigin } from './exchange.ts'

/**
 * A request as an application beneath a path sees it: all of the given one, but with a URL of its own. For frameworks
 * that route beneath a prefix and leave Node's request as it is; to change it would change it for everybody.
 */
export function mountedRequest(request: HealthRequest, url: string): HealthRequest {
  return new MountedRequest(request, url) as unknown as HealthRequest
}

// A class, as it costs every probe beneath a prefix: an object put together from conditions costs ten times as much.
class MountedRequest {
  readonly url: string
  readonly #request: HealthRequest

  constructor(request: HealthRequest, url: string) {
    this.#request = request
    this.url = url
  }

  get method(): string | undefined {
    return this.#request.method
  }

  get headers(): HealthRequest['headers'] {
    return this.#request.headers
  }

  get rawHeaders(): readonly string[] | undefined {
    return this.#request.rawHeaders
  }

  get body(): unknown {
    return this.#request.body
  }

  /** Tells a body that a parser left alone from one that it read; of Node's requests. */
  get readableDidRead(): boolean | undefined {
    return (this.#request as { readonly readableDidRead?: boolean }).readableDidRead
  }

  get socket(): HealthRequest['socket'] | undefined {
    return this.#request.socket
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#request[Symbol.asyncIterator]?.() ?? nothing
  }
}

const nothing: AsyncIterator<unknown> = { next: async () => ({ done: true, value: undefined }) }

const slash = 47
const questionMark = 63
const hash = 35

/** What is left of a URL behind its first segments: of `/a/b/health?x` behind two of them `/health?x`. */
export function behindSegments(url: string, segments: number): string {
  if (segments === 0) return url
  const local = withoutOrigin(url)
  let left = segments
  for (let at = 1; at < local.length; at++) {
    const code = local.charCodeAt(at)
    if (code === questionMark || code === hash) return `/${local.slice(at)}`
    if (code === slash && --left === 0) return local.slice(at)
  }
  return '/'
}

/** A request as far as health endpoints need it; a `node:http` request is one. */
export interface HealthRequest {
  /** `GET` when absent. */
  readonly method?: string | undefined
  /** Path and query as on the request line; the absolute form is understood. */
  readonly url?: string | undefined
  /** Header names in lower case. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
  /**
   * Names and values in turn, as received; looked at instead of `headers` when present, so a middleware before this
   * one cannot change what was received. Node builds `headers` when it is first touched, which costs a probe more
   * than everything else here.
   */
  readonly rawHeaders?: readonly string[]
  /**
   * For the endpoints that write, in case a body parser has read it already: its text, its bytes, or what they mean.
   * Else the request itself is read as a stream.
   */
  readonly body?: unknown
  [Symbol.asyncIterator]?(): AsyncIterator<unknown>
  /** For visibility by address, where the adapter knows it; `encrypted` for links. */
  readonly socket?: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean | undefined }
}

/** What to answer. Shared between requests: do not change it. */
export interface HealthResponse {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** Empty for HEAD and OPTIONS, whatever `Content-Length` says of the GET. */
  readonly body: string
}

/** One value of a header by its name in lower case; the first when it was sent twice. */
export function header(request: HealthRequest, name: string): string | undefined {
  const { rawHeaders } = request
  if (rawHeaders !== undefined) {
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const candidate = rawHeaders[index] as string
      if (candidate.length === name.length && candidate.toLowerCase() === name) return rawHeaders[index + 1]
    }
    return undefined
  }
  const value = request.headers[name]
  return typeof value === 'object' ? value[0] : value
}

/**
 * A header that is a list: the lines of one that was sent in several, as one (RFC 9110, 5.3). For `Accept` and the
 * like only: of a credential sent twice the second may be somebody else's.
 */
export function listHeader(request: HealthRequest, name: string): string | undefined {
  const { rawHeaders } = request
  if (rawHeaders === undefined) {
    const value = request.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }
  let list: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] as string
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue
    const line = rawHeaders[index + 1] as string
    list = list === undefined ? line : `${list}, ${line}`
  }
  return list
}

/** The URL of a request line without the origin that its absolute form begins with (RFC 9112, 3.2.2). */
export function withoutOrigin(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** The answer that carries a body, with the headers that every answer has. */
export function answer(
  status: number,
  contentType: string,
  body: string,
  more: { readonly [name: string]: string } = {},
): HealthResponse {
  const bare = hasNoContent(status)
  const headers = {
    ...(!bare && { 'Content-Type': contentType, 'Content-Length': String(utf8Length(body)) }),
    // Unlike 204 and 304 it has to say that it has no content: who reads it would wait (RFC 9112, 6.3).
    ...(status === 205 && { 'Content-Length': '0' }),
    // 200 and 405 are heuristically cacheable, and a stale probe is worse than none.
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept',
    ...more,
  }
  return { status, headers, body: bare ? '' : body }
}

/** The same for HEAD: every header, no body. */
export function withoutBody(response: HealthResponse): HealthResponse {
  return { ...response, body: '' }
}

/** The same for OPTIONS, which HAProxy's default check sends: the status of the GET, and what is allowed. */
export function asOptions(response: HealthResponse): HealthResponse {
  const length = !hasNoContent(response.status) && { 'Content-Length': '0' }
  return { ...response, headers: { ...response.headers, ...length, Allow: allowed }, body: '' }
}

/** The answer as the method wants it. */
export function forMethod(response: HealthResponse, method: string): HealthResponse {
  if (method === 'HEAD') return withoutBody(response)
  return method === 'OPTIONS' ? asOptions(response) : response
}

/** The methods of every health path. */
export const allowed = 'GET, HEAD, OPTIONS'

/** Whether a method only reads. */
export function reads(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** 204 and its like have no content. */
function hasNoContent(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}

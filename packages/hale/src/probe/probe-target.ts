/** What is asked, read from its text. */
export type ProbeTarget = HttpTarget | SocketTarget | GrpcTarget

interface Shown {
  /** As it may be printed: without credentials, and without the query, where tokens are put. */
  readonly shown: string
}

/** Where to connect: a Unix socket, or a host and a port. */
export type Place = { readonly path: string } | { readonly host: string; readonly port: number }

export interface HttpTarget extends Shown {
  readonly kind: 'http'
  readonly url: URL
  /** Of a Unix socket that stands in for host and port. */
  readonly socketPath?: string
}

export interface SocketTarget extends Shown {
  readonly kind: 'socket'
  readonly at: Place
  readonly secure: boolean
}

export interface GrpcTarget extends Shown {
  readonly kind: 'grpc'
  readonly at: Place
  readonly secure: boolean
  /** Host and port as the server is told them. */
  readonly authority: string
  /** The service whose health is asked for; empty for the server as a whole. */
  readonly service: string
}

/** What is wrong with a target's text, and the mend. */
export interface NoTarget {
  readonly problem: string
}

const schemes = ['http:', 'https:', 'tcp:', 'tls:', 'grpc:', 'grpcs:']
const forms =
  'http(s)://host:port/path, tcp://host:port, tls://host:port, grpc(s)://host:port/service, unix:/path'

/**
 * Reads a target: a URL, `unix:/run/app.sock` or `unix:/run/app.sock:/health/ready`. Without a scheme it is HTTP, as
 * with curl, and without a host it is this one. `socketPath` is the Unix socket that is asked in place of the URL's host.
 */
export function readTarget(text: string, socketPath?: string): ProbeTarget | NoTarget {
  if (text.startsWith('unix:')) return unixTarget(text, socketPath)
  // A lone number would be an IPv4 address written as one, 0.0.31.144 for 8080.
  if (/^\d+(?=$|[/?])/.test(text))
    return { problem: `a port needs a host: localhost:${/^\d+/.exec(text)?.[0]}` }
  const given = text.startsWith(':') ? `127.0.0.1${text}` : text
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`
  if (!URL.canParse(whole)) return { problem: `not a target; expected ${forms}` }
  const url = new URL(whole)
  if (!schemes.includes(url.protocol))
    return { problem: `cannot ask by ${url.protocol}//; expected ${forms}` }
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const shown = `${url.origin}${url.pathname}`
    return { kind: 'http', url, shown, ...(socketPath !== undefined && { socketPath }) }
  }
  return url.username === '' && url.password === ''
    ? socketTarget(url, socketPath)
    : { problem: `credentials are for http: and https:, not for ${url.protocol}` }
}

/**
 * What is wrong with a target, and the mend; undefined when `probe` can ask it.
 *
 * @example
 * ```ts
 * import { problemOfTarget } from 'hale/probe'
 *
 * problemOfTarget('tcp://localhost') // no port; expected tcp://localhost:port
 * ```
 */
export function problemOfTarget(target: string, socketPath?: string): string | undefined {
  const read = readTarget(target, socketPath)
  return 'problem' in read ? read.problem : undefined
}

function unixTarget(text: string, socketPath: string | undefined): ProbeTarget | NoTarget {
  // Of a terminal that shows the path nothing else is to be moved by it.
  const [, path, uri] = /^unix:(?:\/\/)?(\/[^:\p{Cc}]*)(?::(\/.*))?$/u.exec(text) ?? []
  if (path === undefined)
    return { problem: 'expected unix:/path/of.sock, or unix:/path/of.sock:/health/ready' }
  if (socketPath !== undefined) return { problem: 'names a Unix socket, and another one was given besides' }
  if (uri === undefined) return { kind: 'socket', at: { path }, secure: false, shown: `unix:${path}` }
  const url = new URL(`http://localhost${uri}`)
  return { kind: 'http', url, socketPath: path, shown: `unix:${path}:${url.pathname}` }
}

function socketTarget(url: URL, socketPath: string | undefined): ProbeTarget | NoTarget {
  const scheme = url.protocol.slice(0, -1)
  const secure = scheme === 'tls' || scheme === 'grpcs'
  const { hostname } = url
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const port = url.port === '' ? (secure ? 443 : 0) : Number(url.port)
  if (host === '') return { problem: `no host; expected ${scheme}://host:port` }
  if (port === 0 && socketPath === undefined)
    return { problem: `no port; expected ${scheme}://${hostname}:port` }
  const at: Place = socketPath === undefined ? { host, port } : { path: socketPath }
  const authority = port === 0 ? hostname : `${hostname}:${port}`
  const name = unescaped(url.pathname.slice(1))
  if (name === undefined) return { problem: 'the name of the service has a lone %' }
  const shown = `${scheme}://${authority}${name === '' ? '' : url.pathname}`
  if (scheme.startsWith('grpc')) return { kind: 'grpc', at, secure, authority, service: name, shown }
  if (name !== '') return { problem: `${scheme}: takes no path; expected ${scheme}://${authority}` }
  return { kind: 'socket', at, secure, shown }
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Where an HTTP target listens. */
export function placeOf({ url, socketPath }: Pick<HttpTarget, 'url' | 'socketPath'>): Place {
  if (socketPath !== undefined) return { path: socketPath }
  const { hostname, port, protocol } = url
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}

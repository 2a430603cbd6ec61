import type { Socket } from 'node:net'
import type { HealthRequest } from '../http/exchange.ts'

/** A request that was understood without Node's parser. */
export interface SimpleRequest extends HealthRequest {
  readonly method: string
  readonly url: string
  /** Whether the client wants the connection closed after the answer. */
  readonly last: boolean
}

// A probe sends some hundred bytes; what is longer may be anything.
const longest = 2048
const mostHeaders = 32

const requestLine = /^(GET|HEAD|OPTIONS) (\/[\w./~-]*(?:\?[\w./~=&-]*)?) HTTP\/1\.1$/
// Names are tokens right up to the colon; values are visible ASCII, blanks only inside and around.
const headerLine = /^([\w!#$%&'*+.^`|~-]+):[\t ]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)[\t ]*$/
// What decides where a message ends, or how the connection goes on.
const framing = ['content-length', 'transfer-encoding', 'upgrade', 'expect', 'proxy-connection', 'trailer']

/**
 * Understands bytes that are exactly one whole request of the plainest form, as probes send them; undefined for
 * everything else, which is left to Node's parser. Whatever any two parsers could read differently is not plain: a
 * length, an encoding, a bare line feed, a folded or repeated header, a byte outside ASCII, a second request.
 */
export function simpleRequest(bytes: Buffer, socket?: Socket): SimpleRequest | undefined {
  if (bytes.length > longest) return undefined
  const text = bytes.toString('latin1')
  // The first blank line must be the end: no body, no request behind it.
  if (text.indexOf('\r\n\r\n') !== text.length - 4) return undefined
  const [first = '', ...lines] = text.slice(0, -4).split('\r\n')
  const [, method, url] = requestLine.exec(first) ?? []
  if (method === undefined || url === undefined || lines.length > mostHeaders) return undefined
  const headers: Record<string, string> = Object.create(null)
  const rawHeaders: string[] = []
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    const key = name.toLowerCase()
    if (framing.includes(key) || key in headers) return undefined
    headers[key] = value
    rawHeaders.push(name, value)
  }
  const connection = headers.connection?.toLowerCase()
  if (headers.host === undefined) return undefined
  if (connection !== undefined && connection !== 'close' && connection !== 'keep-alive') return undefined
  return { method, url, headers, rawHeaders, last: connection === 'close', ...(socket && { socket }) }
}

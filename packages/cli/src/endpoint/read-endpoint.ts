import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { EndpointReading } from './endpoint-answer.ts'
import type { EndpointTarget } from './endpoint-url.ts'
import { failureText, timeoutText } from './failure-text.ts'
import { readAnswer } from './read-answer.ts'

export interface ReadOptions {
  /** From the first packet to the end of the body, redirects included. */
  readonly timeoutMs: number
  /** Sent to the endpoint itself, not to where it redirects when that is another host. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether certificates are taken as they come. */
  readonly insecure?: boolean
  /** Whom to trust in place of the authorities that Node trusts; PEM. */
  readonly ca?: string
  /** Ends the request. */
  readonly signal?: AbortSignal
}

const mostBytes = 1024 * 1024
const mostRedirects = 5
// Media types in the order of what they tell; the last is for what serves nothing but its own.
const accept = 'application/json, application/health+json;q=0.9, text/plain;q=0.5, */*;q=0.1'

/** Asks an endpoint once. Never rejects: what fails is a reading too. */
export async function readEndpoint(target: EndpointTarget, options: ReadOptions): Promise<EndpointReading> {
  const began = performance.now()
  const spent = () => performance.now() - began
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), options.timeoutMs)
  const stop = () => ended.abort()
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  try {
    const { httpStatus, text } = await ask(target.url, target, options, ended.signal, mostRedirects)
    return readAnswer(httpStatus, text, spent())
  } catch (error) {
    const late = ended.signal.aborted && options.signal?.aborted !== true
    const message = late ? timeoutText(options.timeoutMs) : failureText(error)
    return { answered: false, status: 'DOWN', message, durationMs: spent() }
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
  }
}

interface RawAnswer {
  readonly httpStatus: number
  readonly text: string
}

async function ask(
  url: URL,
  target: EndpointTarget,
  options: ReadOptions,
  signal: AbortSignal,
  redirects: number,
): Promise<RawAnswer> {
  // Imported, node:http would load all that it can do, WebSocket and fetch with it: 70 ms on Node.js 22.
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const own = url.origin === target.url.origin
  const headers: OutgoingHttpHeaders = {
    accept,
    'user-agent': 'hale-cli',
    // A new connection each time, as platforms ask: one kept alive would stay with a backend that others left.
    connection: 'close',
    ...(own && target.authorization !== undefined && { authorization: target.authorization }),
    ...(own && options.headers),
  }
  const response = await responseTo(
    request(url, {
      agent: false,
      headers,
      signal,
      rejectUnauthorized: options.insecure !== true,
      ...(options.ca !== undefined && { ca: options.ca }),
    }),
  )
  const { statusCode = 0 } = response
  const { location } = response.headers
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined)
    return { httpStatus: statusCode, text: await bodyOf(response) }
  response.destroy()
  if (redirects === 0) throw coded('HALE_REDIRECTS')
  return ask(new URL(location, url), target, options, signal, redirects - 1)
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Stays: a request may fail again after its answer began, and nobody else listens.
    request.on('error', reject)
    request.end()
  })
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length
    // Leaving the loop ends the connection.
    if (bytes > mostBytes) throw coded('HALE_BODY_TOO_LARGE')
    parts.push(part)
  }
  if (!response.complete) throw coded('HALE_BODY_CUT')
  return Buffer.concat(parts).toString()
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}

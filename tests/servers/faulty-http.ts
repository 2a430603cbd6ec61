import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Certificate } from './certificates.ts'
import { listen, portOf } from './faulty-tcp.ts'

/** What an HTTP server may do to whoever asks. */
export type HttpFault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Answers in good order, but only after `ms`. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Sends headers at once and then a byte every `everyMs`, without end. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** Sends `bytes` of body as fast as the client reads. */
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 307 | 308 }
  /** Announces a long body, sends a part and resets the connection. */
  | { readonly kind: 'reset-mid-body' }
  /** 200 and `application/json`, but the body is none. */
  | { readonly kind: 'invalid-json' }

export interface HttpServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Every request so far, as `GET /path`. */
  readonly requests: readonly string[]
  /** How many connections were accepted so far. */
  readonly accepted: number
  /** How many of them are still open. */
  readonly open: number
  /** Behaves differently from the next request on. */
  become(fault: HttpFault): void
  close(): Promise<void>
}

/** An HTTP server with a fault; over TLS when a certificate is given. */
export async function startFaultyHttp(fault: HttpFault, tls?: Certificate): Promise<HttpServer> {
  let current = fault
  const requests: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    request.resume()
    misbehave(response, current, timers)
  }
  const server = tls ? createTlsServer({ key: tls.key, cert: tls.cert }, listener) : createServer(listener)
  // A client that rejects the certificate leaves a failed handshake behind, which is what the test wants.
  server.on('tlsClientError', () => {})
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await listen(server)
  const port = portOf(server)
  const close = async () => {
    for (const timer of timers) clearTimeout(timer)
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return {
    port,
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    requests,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    },
    become(next) {
      current = next
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function misbehave(response: ServerResponse, fault: HttpFault, timers: Set<NodeJS.Timeout>): void {
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
      return
    case 'silent':
      return
    case 'slow': {
      const timer = setTimeout(() => {
        timers.delete(timer)
        response.writeHead(200).end('late')
      }, fault.ms)
      timers.add(timer)
      return
    }
    case 'drip': {
      response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
      const timer = setInterval(() => response.write('.'), fault.everyMs)
      timers.add(timer)
      response.on('close', () => {
        clearInterval(timer)
        timers.delete(timer)
      })
      return
    }
    case 'huge':
      response.writeHead(200, { 'content-length': fault.bytes })
      pour(response, fault.bytes)
      return
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.to }).end()
      return
    case 'reset-mid-body':
      response.writeHead(200, { 'content-length': 1_000 })
      response.write('{"status":', () => response.socket?.resetAndDestroy())
      return
    case 'invalid-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"UP"')
      return
  }
}

const CHUNK = Buffer.alloc(64 * 1024, 'x')

function pour(response: ServerResponse, left: number): void {
  while (left > 0) {
    const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK
    left -= chunk.length
    if (!response.write(chunk)) {
      const rest = left
      response.once('drain', () => pour(response, rest))
      return
    }
  }
  response.end()
}

import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Health } from 'hale'
import { type HealthListener, healthListener } from 'hale/node'
import type { ServeDefinition } from '../definition/definition.ts'
import { handlerOptions } from './endpoint-options.ts'

// An `import` of `node:http` evaluates all its exports, undici among them, which takes longer than the rest of a start.
const { createServer } = process.getBuiltinModule('node:http')
const { createServer: createTlsServer } = process.getBuiltinModule('node:https')

const silenceMs = 10_000
const lookAgainMs = 20
const patienceMs = 3000

/**
 * The port of the probes. What answers on it may be changed while it listens: whoever asks meanwhile is answered by
 * the one or by the other.
 */
export class ProbeListener {
  readonly #server: Server | TlsServer
  readonly #unasked = new Set<Socket>()
  readonly #sockets = new Set<Socket>()
  #health: Health
  #answer: HealthListener

  private constructor(health: Health, serve: ServeDefinition) {
    this.#health = health
    this.#answer = healthListener(health, handlerOptions(serve))
    const { tls } = serve
    this.#server =
      tls === undefined ? createServer() : createTlsServer({ ...tls, handshakeTimeout: silenceMs })
    this.#server.on('request', (request, response) => {
      this.#unasked.delete(request.socket)
      const isOurs = this.#answer(request, response)
      if (!isOurs)
        response
          .writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
          .end('no probe\n')
    })
    // A client that sends requests and never reads the answers would keep all of them in memory, for ever.
    this.#server.setTimeout(silenceMs)
    this.#server.on('connection', (socket: Socket) => keep(this.#sockets, socket))
    const ready = tls === undefined ? 'connection' : 'secureConnection'
    this.#server.on(ready, (socket: Socket) => keep(this.#unasked, socket))
  }

  /** Rejects as `listen` does. */
  static async start(health: Health, serve: ServeDefinition, port: number): Promise<ProbeListener> {
    const listener = new ProbeListener(health, serve)
    const server = listener.#server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, serve.host, () => {
        server.off('error', reject)
        resolve()
      })
    })
    // Such as too many open files: the next connection may be accepted again, and the service goes on.
    server.on('error', (err) =>
      listener.#health.logger?.error('the server of the probes reported an error', { err }),
    )
    return listener
  }

  /** Such as `https://127.0.0.1:9400`. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    const anywhere = address === '::' || address === '0.0.0.0'
    const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
    return `${'setSecureContext' in this.#server ? 'https' : 'http'}://${host}:${port}`
  }

  /** Answers for another registry, or otherwise, and with another certificate, from the next request on. */
  turn(health: Health, serve: ServeDefinition): void {
    const answer = healthListener(health, handlerOptions(serve))
    if ('setSecureContext' in this.#server) this.#server.setSecureContext({ ...serve.tls })
    this.#answer = answer
    this.#health = health
  }

  /** Stops listening; resolves when the answers under way have been sent. */
  close(): Promise<void> {
    const server = this.#server
    return new Promise((resolve) => {
      // A keep-alive connection is idle only after its answer, which Node does not tell of: look again for a while.
      const looking = setInterval(() => server.closeIdleConnections(), lookAgainMs)
      const forced = setTimeout(() => destroyAll(this.#sockets), patienceMs)
      server.close(() => {
        clearInterval(looking)
        clearTimeout(forced)
        resolve()
      })
      server.closeIdleConnections()
      // Node counts a connection on which nothing was ever asked as busy.
      destroyAll(this.#unasked)
    })
  }
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
}

function destroyAll(sockets: Iterable<Socket>): void {
  for (const socket of sockets) socket.destroy()
}

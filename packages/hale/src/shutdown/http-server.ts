import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Http1Connections } from './http1-connections.ts'
import { Http2Sessions } from './http2-sessions.ts'
import { type ManagedServer, type Surroundings, settled } from './managed-server.ts'
import type { OpenThing } from './open-thing.ts'

/** A `node:http`, `node:https` or `node:http2` server; only what all of them have. */
export type HttpServer = Pick<
  Server,
  'on' | 'off' | 'emit' | 'prependListener' | 'listenerCount' | 'listening' | 'close'
> & {
  closeIdleConnections?: () => void
  closeAllConnections?: () => void
}

type Listener = (...args: never[]) => void

const lookAgainMs = 20
// A bound, since under load each turn brings another.
const acceptTurns = 100
const sweepName = 'closeIdleConnections'
const nothing: PropertyDescriptor = { value: () => {}, configurable: true, writable: true }

/** Takes an HTTP server out of service without losing a request. */
export class HttpServerExit implements ManagedServer {
  readonly #server: HttpServer
  readonly #name: string
  readonly #surroundings: Surroundings
  readonly #connections: Http1Connections
  readonly #sessions: Http2Sessions
  readonly #isHttp2: boolean
  readonly #isTls: boolean
  /** Listened to in every case. */
  readonly #always: ReadonlyMap<string, Listener>
  /**
   * Listened to as long as others do: a server with a listener for `checkContinue` or `upgrade` leaves the answer
   * to it, and an HTTP/2 server with one for `request` makes objects for each stream.
   */
  readonly #alongside: ReadonlyMap<string, Listener>
  readonly #attached = new Set<string>()
  #accepted = 0
  #stopping = false
  #ownSweep: PropertyDescriptor | undefined
  #sweep: (() => void) | undefined
  #closed: Promise<void> | undefined
  #hasClosed = false

  constructor(server: HttpServer, name: string, surroundings: Surroundings) {
    this.#server = server
    this.#name = name
    this.#surroundings = surroundings
    this.#connections = new Http1Connections(surroundings)
    this.#sessions = new Http2Sessions(surroundings)
    this.#isHttp2 = 'updateSettings' in server
    this.#isTls = 'setSecureContext' in server
    this.#always = new Map<string, Listener>([
      ['connection', (socket: Socket) => this.#connected(socket)],
      ['secureConnection', (socket: TLSSocket) => this.#secured(socket)],
      ['listening', () => this.#listens()],
      ['session', (session: ServerHttp2Session) => this.#sessions.add(session)],
      [
        'stream',
        (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.#sessions.stream(stream, headers),
      ],
    ])
    this.#alongside = new Map<string, Listener>([
      ['request', (request, response) => this.#requested(request, response)],
      ['checkContinue', (request, response) => this.#expects('checkContinue', request, response)],
      ['checkExpectation', (request, response) => this.#expects('checkExpectation', request, response)],
      ['upgrade', (request: IncomingMessage, socket: Socket) => this.#upgraded('upgrade', request, socket)],
      ['connect', (request: IncomingMessage, socket: Socket) => this.#upgraded('connect', request, socket)],
    ] satisfies [string, (request: IncomingMessage, other: never) => void][])
    for (const [event, listener] of this.#always) server.prependListener(event, listener as () => void)
    this.#listenAlongside()
  }

  get listening(): boolean {
    return this.#server.listening
  }

  drain(): void {
    this.#listenAlongside()
    this.#connections.drain()
    this.#sessions.drain()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const server = this.#server
    // Called by Node's close(), and by Fastify's: see there for what it would do to answers under way.
    this.#sweep = server.closeIdleConnections
    this.#ownSweep = Object.getOwnPropertyDescriptor(server, sweepName)
    if (this.#sweep !== undefined) Object.defineProperty(server, sweepName, nothing)
    await this.#acceptQueued()
    if (server.listening) this.#closeListener()
    await Promise.all([this.#connections.stop(), this.#sessions.stop()])
  }

  /** Waits for upgraded sockets, which nobody but the application can end in good order, within their bound. */
  async close(): Promise<void> {
    const { after, upgradedTimeoutMs } = this.#surroundings
    const cancelBound = after(upgradedTimeoutMs, () => this.#cutUpgraded())
    const stopLooking = this.#closeUnknown()
    // Both: of a listener that the application has closed by itself, or emits connections to, Node tells us nothing.
    await Promise.all([this.#closed, this.#connections.upgradedEnd()])
    cancelBound()
    stopLooking()
  }

  open(): readonly OpenThing[] {
    return [...this.#connections.open(), ...this.#sessions.open()]
  }

  cut(): void {
    this.#sessions.cut()
    this.#connections.cut()
    this.#server.closeAllConnections?.()
  }

  release(): void {
    for (const [event, listener] of this.#always) this.#server.off(event, listener as () => void)
    for (const event of [...this.#attached]) this.#detach(event)
    if (this.#sweep === undefined) return
    Reflect.deleteProperty(this.#server, sweepName)
    if (this.#ownSweep !== undefined) Object.defineProperty(this.#server, sweepName, this.#ownSweep)
  }

  /**
   * Connections that the system has accepted and we have not are reset when the listener closes, with the requests on
   * them. The loop takes one in a turn: once a turn has brought none, there is none.
   */
  async #acceptQueued(): Promise<void> {
    for (let turn = 0, before = -1; turn < acceptTurns && before !== this.#accepted; turn++) {
      before = this.#accepted
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #closeListener(): void {
    const closing = () => new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#closed = settled(this.#name, this.#surroundings, closing).then(() => {
      this.#hasClosed = true
    })
  }

  #listens(): void {
    // The signal came in the middle of the start.
    if (this.#stopping) this.#closeListener()
  }

  /**
   * Connections that were accepted before we listened, and have not asked since, are known to Node alone. Its own
   * sweep is safe by now, since all that we know of have been answered.
   */
  #closeUnknown(): () => void {
    let cancel = (): void => {}
    const look = (): void => {
      if (this.#hasClosed || this.#closed === undefined) return
      this.#sweep?.call(this.#server)
      cancel = this.#surroundings.after(lookAgainMs, look)
    }
    look()
    return () => cancel()
  }

  #cutUpgraded(): void {
    const { upgraded } = this.#connections
    if (upgraded === 0) return
    const { complain, upgradedTimeoutMs } = this.#surroundings
    complain(
      `${upgraded} upgraded sockets of ${this.#name} were open after ${upgradedTimeoutMs} ms`,
      undefined,
    )
    this.#connections.cutUpgraded()
  }

  #connected(socket: Socket): void {
    this.#accepted += 1
    this.#listenAlongside()
    if (this.#isTls) this.#connections.addRaw(socket)
    // Over HTTP/2 it is the session that tells when a connection has ended well.
    else if (!this.#isHttp2) this.#connections.add(socket)
  }

  #secured(socket: TLSSocket): void {
    if (!this.#isHttp2 || socket.alpnProtocol !== 'h2') this.#connections.add(socket)
    this.#connections.handshakeDone(socket)
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    if (request.httpVersionMajor < 2) this.#connections.request(request, response)
  }

  #expects(
    event: 'checkContinue' | 'checkExpectation',
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    this.#requested(request, response)
    if (this.#server.listenerCount(event) > 1) return
    // Whoever answered these has gone, and Node takes us for an heir: do what it does when nobody listens.
    if (event === 'checkExpectation') {
      response.writeHead(417).end()
      return
    }
    response.writeContinue()
    this.#server.emit('request', request, response)
  }

  #upgraded(event: 'upgrade' | 'connect', request: IncomingMessage, socket: Socket): void {
    if (this.#server.listenerCount(event) > 1) this.#connections.upgrade(request, socket)
    else socket.destroy()
  }

  #listenAlongside(): void {
    for (const [event, listener] of this.#alongside) {
      const own = this.#attached.has(event) ? 1 : 0
      const others = this.#server.listenerCount(event) - own
      if (own === 1 && others === 0) this.#detach(event)
      if (own === 1 || others === 0) continue
      this.#server.prependListener(event, listener as () => void)
      this.#attached.add(event)
    }
  }

  #detach(event: string): void {
    this.#attached.delete(event)
    const listener = this.#alongside.get(event)
    if (listener !== undefined) this.#server.off(event, listener as () => void)
  }
}

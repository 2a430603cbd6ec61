import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { makeLast } from './last-answer.ts'
import type { Surroundings } from './managed-server.ts'
import { type Asked, asked, type OpenThing } from './open-thing.ts'

interface Connection {
  readonly socket: Socket
  readonly since: number
  /** Answers under way: several when the client pipelines. */
  readonly answers: Map<ServerResponse, Asked>
  /** What had been read when nothing was under way: more of it now is the beginning of a request. */
  bytesAtRest: number
  hasAsked: boolean
  upgraded: Asked | undefined
  /** Of the answers that were under way when nothing more was accepted all but the last. */
  followed: readonly ServerResponse[]
}

/** How long a new connection may take to ask for something when nothing more is accepted. */
const silenceMs = 100

/** How long the rest of a request's head may take then: whoever stalls within it has asked for nothing yet. */
const headMs = 2000

/**
 * The HTTP/1 connections of a server, and what is under way on them.
 *
 * Node's own list cannot be used: `closeIdleConnections()`, which `server.close()` calls, destroys a connection whose
 * answer has been given to `end()` but not yet to the client, so a slow reader gets half of it; and it takes a
 * connection on which nothing was ever asked for a busy one.
 */
export class Http1Connections {
  readonly #surroundings: Surroundings
  readonly #connections = new Map<Socket, Connection>()
  readonly #upgraded = new Set<Socket>()
  readonly #handshaking = new Map<string, Socket>()
  #draining = false
  #stopping = false
  #quiet: () => void = () => {}
  #noneUpgraded: () => void = () => {}

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** Takes note of a socket; idempotent, since sockets accepted before we came are met at their next request. */
  add(socket: Socket): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const connection: Connection = {
      socket,
      since: this.#surroundings.now(),
      answers: new Map(),
      bytesAtRest: socket.bytesRead,
      hasAsked: false,
      upgraded: undefined,
      followed: [],
    }
    this.#connections.set(socket, connection)
    socket.once('close', () => this.#forget(socket))
    if (this.#stopping) this.#closeWhenSilent(connection)
    return connection
  }

  /** Takes note of the raw socket of a TLS connection, on which the handshake begins. */
  addRaw(socket: Socket): void {
    const address = addressOf(socket)
    if (address === undefined) return
    this.#handshaking.set(address, socket)
    socket.once('close', () => this.#handshaking.delete(address))
    this.add(socket)
  }

  /** The handshake is over: the raw socket is no connection of its own any more. */
  handshakeDone(secure: Socket): void {
    const address = addressOf(secure)
    const raw = address && this.#handshaking.get(address)
    if (!raw) return
    this.#handshaking.delete(address)
    this.#forget(raw)
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.add(request.socket)
    if (connection.answers.has(response)) return
    connection.hasAsked = true
    connection.answers.set(response, asked(request.method, request.url, this.#surroundings.now()))
    if (this.#draining) this.#makeLast(connection, response)
    response.once('close', () => {
      // The rest of an upload that was answered early is still to be read: cut off, the client may lose the answer.
      if (request.complete || request.destroyed) this.#answered(connection, response)
      else request.once('close', () => this.#answered(connection, response))
    })
  }

  upgrade(request: IncomingMessage, socket: Socket): void {
    this.add(socket).upgraded = asked(request.method, request.url, this.#surroundings.now())
    this.#upgraded.add(socket)
    this.#considerQuiet()
  }

  drain(): void {
    this.#draining = true
    for (const connection of this.#connections.values()) {
      for (const response of connection.answers.keys()) this.#makeLast(connection, response)
    }
  }

  /** Closes idle connections now, the others as they turn idle; resolves when only upgraded ones are left. */
  stop(): Promise<void> {
    this.#stopping = true
    for (const connection of [...this.#connections.values()]) {
      connection.followed = [...connection.answers.keys()].slice(0, -1)
      if (connection.hasAsked) this.#closeIfIdle(connection)
      else this.#closeWhenSilent(connection)
    }
    return new Promise((resolve) => {
      this.#quiet = resolve
      this.#considerQuiet()
    })
  }

  /** Resolves when no upgraded connection is left. */
  upgradedEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#noneUpgraded = resolve
      this.#considerQuiet()
    })
  }

  cut(): void {
    for (const { socket } of [...this.#connections.values()]) socket.destroy()
  }

  cutUpgraded(): void {
    for (const socket of [...this.#upgraded]) socket.destroy()
  }

  get upgraded(): number {
    return this.#upgraded.size
  }

  open(): OpenThing[] {
    const now = this.#surroundings.now()
    const open: OpenThing[] = []
    for (const connection of this.#connections.values()) {
      const { answers, upgraded, since } = connection
      if (upgraded !== undefined) open.push(thing('upgraded', upgraded, now))
      else if (isIdle(connection)) continue
      else if (answers.size === 0) open.push({ kind: 'connection', openMs: now - since })
      for (const request of answers.values()) open.push(thing('request', request, now))
    }
    return open
  }

  /**
   * Of pipelined requests that have all come, the newest says close: Node answers none after that one. What comes when
   * nothing more is accepted does not prolong this, or a client that always has another on its way would never end.
   */
  #makeLast(connection: Connection, response: ServerResponse): void {
    makeLast(response, () => {
      if (this.#stopping) return !connection.followed.includes(response)
      return [...connection.answers.keys()].at(-1) === response
    })
  }

  #answered(connection: Connection, response: ServerResponse): void {
    connection.answers.delete(response)
    if (connection.answers.size > 0) return
    connection.bytesAtRest = connection.socket.bytesRead
    if (this.#stopping) this.#closeIfIdle(connection)
  }

  #closeIfIdle(connection: Connection): void {
    if (isIdle(connection)) end(connection.socket)
    else this.#surroundings.after(headMs, () => isWithoutRequest(connection) && connection.socket.destroy())
  }

  /** A connection that has just come is about to ask; one that has been silent for longer is a spare one. */
  #closeWhenSilent(connection: Connection): void {
    const { now, after } = this.#surroundings
    const leftMs = connection.since + silenceMs - now()
    if (leftMs <= 0) this.#closeIfIdle(connection)
    else after(leftMs, () => this.#closeIfIdle(connection))
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    this.#upgraded.delete(socket)
    this.#considerQuiet()
  }

  #considerQuiet(): void {
    if (this.#stopping && this.#connections.size === this.#upgraded.size) this.#quiet()
    if (this.#upgraded.size === 0) this.#noneUpgraded()
  }
}

function isWithoutRequest({ answers, upgraded }: Connection): boolean {
  return answers.size === 0 && upgraded === undefined
}

function isIdle(connection: Connection): boolean {
  return isWithoutRequest(connection) && connection.socket.bytesRead === connection.bytesAtRest
}

/** Not destroy(): what the system has not yet taken of the last answer is still sent. */
function end(socket: Socket): void {
  // A connection may be any duplex stream that the application has emitted.
  if (typeof socket.destroySoon === 'function') socket.destroySoon()
  else socket.end(() => socket.destroy())
}

/** The one thing that a TLS socket and the raw socket beneath it share; on a Unix domain socket there is no such. */
function addressOf({ remoteAddress, remotePort, localAddress }: Socket): string | undefined {
  return remoteAddress && `${remoteAddress} ${remotePort} ${localAddress}`
}

function thing(kind: 'request' | 'upgraded', { method, path, since }: Asked, now: number): OpenThing {
  return { kind, method, path, openMs: now - since }
}

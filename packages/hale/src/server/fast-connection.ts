import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { forMethod, type HealthResponse } from '../http/exchange.ts'
import type { HealthHandler } from '../http/handle.ts'
import { notFound } from '../http/problem.ts'
import { type SimpleRequest, simpleRequest } from './simple-request.ts'
import type { WireAnswers } from './wire-answer.ts'

/** What the connections of one server share. */
export interface FastSurroundings {
  readonly server: Server
  readonly handle: HealthHandler
  readonly answers: WireAnswers
  /** Gives a connection to Node's own parser. */
  readonly toNode: (socket: Socket) => void
  /** Whether requests may be answered here at all, as of now. */
  readonly allowed: () => boolean
}

/**
 * A connection whose requests are answered here for as long as each arrives whole, alone and plain. With the first
 * that does not, connection and bytes go to Node's own parser, for good.
 */
export class FastConnection {
  readonly #socket: Socket
  readonly #around: FastSurroundings
  readonly #done: () => void
  #lastBytes: Buffer | undefined
  #lastRequest: SimpleRequest | undefined
  #waiting = false
  #closing = false
  #answered = false

  /** `done` hears when the connection is no longer here: closed, or Node's. */
  constructor(socket: Socket, around: FastSurroundings, done: () => void) {
    this.#socket = socket
    this.#around = around
    this.#done = done
    socket.setTimeout(around.server.timeout)
    socket.on('data', this.#received)
    socket.on('end', this.#ended)
    socket.on('timeout', this.#gone)
    socket.on('error', this.#gone)
    socket.on('close', this.#closed)
  }

  /** Whether nobody waits for an answer on it. */
  get idle(): boolean {
    return !this.#waiting
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Closes it, after the answer in flight when there is one. */
  end(): void {
    if (this.#closing) return
    this.#closing = true
    if (!this.#waiting) this.#finish()
  }

  readonly #received = (bytes: Buffer): void => {
    const request = this.#understood(bytes)
    if (request === undefined || !this.#around.allowed()) {
      this.#toNode(bytes)
      return
    }
    const answer = this.#around.handle(request)
    if (answer instanceof Promise) this.#wait(answer, request)
    else this.#send(answer ?? forMethod(notFound, request.method), request)
  }

  /** A prober sends the same bytes each time: they are understood once. */
  #understood(bytes: Buffer): SimpleRequest | undefined {
    if (this.#lastBytes?.equals(bytes)) return this.#lastRequest
    const request = simpleRequest(bytes, this.#socket)
    if (request !== undefined) {
      this.#lastBytes = bytes
      this.#lastRequest = request
    }
    return request
  }

  #wait(answer: Promise<HealthResponse>, request: SimpleRequest): void {
    const socket = this.#socket
    this.#waiting = true
    // What comes meanwhile waits in the kernel, so that answers keep their order.
    socket.pause()
    socket.setTimeout(this.#around.server.timeout)
    this.#answered = false
    void answer.then((response) => {
      this.#waiting = false
      if (socket.destroyed) return
      this.#send(response, request)
      if (!socket.writableNeedDrain) socket.resume()
    })
  }

  #send(response: HealthResponse, request: SimpleRequest): void {
    const socket = this.#socket
    const last = request.last || this.#closing
    const flowing = socket.write(this.#around.answers.bytes(response, last))
    if (last) {
      this.#finish()
      return
    }
    if (!this.#answered) {
      this.#answered = true
      socket.setTimeout(idleTimeoutOf(this.#around.server))
    }
    if (!flowing) {
      // A client that does not read its answers is asked for no more requests.
      socket.pause()
      socket.once('drain', () => socket.resume())
    }
  }

  /** Ends it when all has been sent. What comes after the last request is nobody's. */
  #finish(): void {
    this.#socket.off('data', this.#received)
    this.#socket.destroySoon()
  }

  #toNode(bytes: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#received)
    socket.off('end', this.#ended)
    socket.off('timeout', this.#gone)
    socket.off('error', this.#gone)
    socket.off('close', this.#closed)
    socket.setTimeout(0)
    this.#done()
    this.#around.toNode(socket)
    socket.unshift(bytes)
  }

  readonly #ended = (): void => {
    this.#socket.end()
  }

  readonly #gone = (): void => {
    this.#socket.destroy()
  }

  readonly #closed = (): void => {
    this.#done()
  }
}

/** As Node counts: newer versions wait a little longer than they tell the client, who may just be sending. */
function idleTimeoutOf(server: Server): number {
  const { keepAliveTimeoutBuffer = 0 } = server as { readonly keepAliveTimeoutBuffer?: number }
  return server.keepAliveTimeout > 0 ? server.keepAliveTimeout + keepAliveTimeoutBuffer : server.timeout
}

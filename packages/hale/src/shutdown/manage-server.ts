import type { Server } from 'node:net'
import { AppServerExit } from './app-server.ts'
import { ClosableServerExit } from './closable-server.ts'
import { type HttpServer, HttpServerExit } from './http-server.ts'
import type { ManagedServer, Surroundings } from './managed-server.ts'
import { NestSignals } from './nest-signals.ts'
import { TcpServerExit } from './tcp-server.ts'

/**
 * What `gracefulShutdown` can stop: a server of `node:http`, `node:https`, `node:http2` or `node:net`, a Fastify or
 * Nest application, a gRPC server, a WebSocket server, or anything with a `close()` that takes a callback or returns
 * a promise.
 */
export type StoppableServer =
  | { close(...args: never[]): unknown }
  | {
      tryShutdown(callback: (error?: Error) => void): void
      forceShutdown(): void
    }

type Shape = { readonly [key: string]: unknown }
type Callback = (error?: Error | null) => void

/** Recognises a server by its structure, so that nothing has to be imported. */
export function manageServer(
  given: StoppableServer,
  index: number,
  surroundings: Surroundings,
): ManagedServer {
  const server: Shape = given as never
  const at = `servers[${index}]`
  if (isNetServer(given)) return manageNetServer(given, at, surroundings)
  if (has(server, 'tryShutdown')) return manageGrpc(server, `${at} (gRPC)`, surroundings)
  const inner = innerServer(server)
  if (inner !== undefined) {
    const isNest = has(server, 'getHttpServer')
    const name = isNest ? `${at} (Nest)` : `${at} (application)`
    const http = manageNetServer(inner, name, surroundings)
    const signals = isNest ? new NestSignals(given, inner, name, surroundings) : undefined
    return new AppServerExit(http, () => call(server, 'close'), name, surroundings, signals)
  }
  if (isIterable(server.clients)) return manageWebSockets(server, `${at} (WebSocket)`, surroundings)
  return new ClosableServerExit(
    { begin: () => closed(server), force: () => {}, answersRequests: true },
    at,
    surroundings,
  )
}

/** A server of health endpoints, as `serveHealth` returns: it answers probes until the very end. */
export function isHealthServer(given: unknown): boolean {
  const server = given as Shape
  return !isNetServer(given) && typeof server.url === 'string' && typeof server.port === 'number'
}

function manageNetServer(server: object, name: string, surroundings: Surroundings): ManagedServer {
  const isHttp = 'closeIdleConnections' in server || 'updateSettings' in server
  if (isHttp) return new HttpServerExit(server as HttpServer, name, surroundings)
  return new TcpServerExit(server as Server, name, surroundings)
}

function manageGrpc(server: Shape, name: string, surroundings: Surroundings): ManagedServer {
  const begin = () => promised((done) => call(server, 'tryShutdown', done))
  const force = () => call(server, 'forceShutdown')
  return new ClosableServerExit({ begin, force, answersRequests: true }, name, surroundings)
}

/** 1001 is "going away" (RFC 6455, 7.4.1): clients come back, to another instance. */
function manageWebSockets(server: Shape, name: string, surroundings: Surroundings): ManagedServer {
  const each = (method: string, ...args: unknown[]): void => {
    for (const client of [...(server.clients as Iterable<Shape>)])
      if (has(client, method)) call(client, method, ...args)
  }
  const begin = () => {
    const ended = closed(server)
    each('close', 1001, 'going away')
    return ended
  }
  return new ClosableServerExit(
    { begin, force: () => each('terminate'), answersRequests: false },
    name,
    surroundings,
  )
}

function innerServer(server: Shape): object | undefined {
  if (has(server, 'getHttpServer')) {
    const inner = call(server, 'getHttpServer')
    return isNetServer(inner) ? inner : undefined
  }
  return isNetServer(server.server) && !isIterable(server.clients) ? server.server : undefined
}

function closed(server: Shape): Promise<unknown> {
  return promised((done) => {
    const takesCallback = mayTakeCallback(server.close as () => unknown)
    const returned = takesCallback ? call(server, 'close', done) : call(server, 'close')
    if (typeof (returned as Partial<PromiseLike<unknown>> | undefined)?.then === 'function') {
      ;(returned as PromiseLike<unknown>).then(() => done(), done)
      return
    }
    // Neither a promise nor a parameter for a callback: it was done when it returned.
    if (!takesCallback) done()
  })
}

/**
 * What returns a promise has another use for its parameter, which a function would switch on: BullMQ's and Mongoose's
 * is `force`, Nest's the signal.
 */
function mayTakeCallback(close: () => unknown): boolean {
  return close.length > 0 && Object.prototype.toString.call(close) !== '[object AsyncFunction]'
}

function promised(work: (done: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => (error ? reject(error) : resolve()))
  })
}

function isNetServer(value: unknown): value is object {
  const server = value as Shape | undefined
  return (
    typeof server === 'object' &&
    server !== null &&
    typeof server.listening === 'boolean' &&
    has(server, 'close') &&
    has(server, 'prependListener')
  )
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function has(value: unknown, method: string): boolean {
  return typeof (value as Shape | undefined)?.[method] === 'function'
}

function call(server: unknown, method: string, ...args: unknown[]): unknown {
  return (server as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args)
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { Problems } from '../errors/problems.ts'
import { forMethod } from '../http/exchange.ts'
import { createHandler, handlerOf } from '../http/handle.ts'
import { type HandlerOptions, readHandlerOptions } from '../http/handler-settings.ts'
import { answerNode, send } from '../http/node-exchange.ts'
import { notFound } from '../http/problem.ts'

/** Options of `serveHealth`. */
export interface ServeOptions extends HandlerOptions {
  /** The port to listen on; 0 for any free one. */
  readonly port: number
  /**
   * The address to listen on.
   * @default every address, since a kubelet does not ask on loopback
   */
  readonly host?: string
}

/** A server of health endpoints on a port of its own. */
export interface HealthServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string
  readonly port: number
  readonly server: Server
  /** Stops listening and closes idle connections; resolves when the last answer has been sent. */
  close(): Promise<void>
}

/**
 * Serves the health endpoints on a port of their own.
 *
 * @throws ConfigurationError with every problem of the options; rejects as `listen` does when the port is taken.
 *
 * @example
 * ```ts
 * import { serveHealth } from 'hale/node'
 *
 * const server = await serveHealth(health, { port: 9000 })
 * console.log(server.url)
 * ```
 */
export async function serveHealth(health: HealthSource, options: ServeOptions): Promise<HealthServer> {
  const problems = new Problems()
  const settings = readHandlerOptions(options ?? null, problems, ['port', 'host'])
  const { port, host } = problems.found.length > 0 && !isObject(options) ? noAddress : options
  if (port === undefined) problems.add('port', 'missing; 0 takes any free one')
  problems.number('port', port, 0, { integer: true, max: 65_535 })
  problems.string('host', host)
  problems.throwIfAny('serveHealth')
  const handle = handlerOf(health, settings)
  const server = createServer((request, response) => {
    if (!answerNode(handle, request, response)) send(response, forMethod(notFound, request.method ?? 'GET'))
  })
  await listening(server, port, host)
  // Such as too many open files: the next connection may be accepted again, and the service goes on.
  server.on('error', (error) =>
    logSafely(health.logger, 'error', 'the health server reported an error', { err: error }),
  )
  const address = server.address() as AddressInfo
  const longestBudgetMs = Math.max(...health.groups.map(({ budgetMs }) => budgetMs))
  const patienceMs = Math.min(longestBudgetMs + graceMs, longestTimerMs)
  // A client that sends requests and never reads the answers would keep all of them in memory, for ever.
  server.setTimeout(Math.max(patienceMs, silenceMs))
  const close = closer(server, patienceMs)
  return { url: urlOf(address), port: address.port, server, close, [Symbol.asyncDispose]: close }
}

/** Answers health requests of a `node:http` server: true when it did, else `next` is called when there is one. */
export type HealthListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => boolean

/**
 * Makes a listener for a `node:http` or `node:https` server that has other things to answer.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { healthListener } from 'hale/node'
 *
 * const answerHealth = healthListener(health)
 * createServer((request, response) => {
 *   if (answerHealth(request, response)) return
 *   response.end('hello')
 * }).listen(8080)
 * ```
 */
export function healthListener(health: HealthSource, options?: HandlerOptions): HealthListener {
  const handle = createHandler(health, options)
  return (request, response, next) => {
    const answered = answerNode(handle, request, response)
    if (!answered) next?.()
    return answered
  }
}

const noAddress: { readonly port?: number; readonly host?: string } = {}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function listening(server: Server, port: number | undefined, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const lookAgainMs = 20
const graceMs = 2000
const silenceMs = 10_000
const longestTimerMs = 2 ** 31 - 1

/** What closes a server: at once for whoever waits for nothing, else as soon as the answer in flight has been sent. */
function closer(server: Server, forceAfterMs: number): () => Promise<void> {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  return () =>
    new Promise((resolve) => {
      // A keep-alive connection is idle only after its answer, which Node does not tell of: look again for a while.
      const looking = setInterval(() => server.closeIdleConnections(), lookAgainMs)
      const forced = setTimeout(() => server.closeAllConnections(), forceAfterMs)
      // Closing a closed server is done already: disposing twice is no mistake.
      server.close(() => {
        clearInterval(looking)
        clearTimeout(forced)
        resolve()
      })
      server.closeIdleConnections()
      // Node counts a connection on which nothing was ever asked as busy.
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
    })
}

function urlOf({ address, port, family }: AddressInfo): string {
  const anywhere = address === '::' || address === '0.0.0.0'
  const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

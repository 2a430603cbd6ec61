import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HealthSource } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
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
  const { port, host, ...handlerOptions } = options
  const problems = new Problems()
  if (port === undefined) problems.add('port', 'missing; 0 takes any free one')
  problems.number('port', port, 0, { integer: true, max: 65_535 })
  problems.string('host', host)
  problems.throwIfAny('serveHealth')
  const listener = healthListener(health, handlerOptions)
  const server = createServer((request, response) => {
    if (!listener(request, response)) send(response, notFound)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  const close = (): Promise<void> => closed(server)
  return { url: urlOf(address), port: address.port, server, close, [Symbol.asyncDispose]: close }
}

/** Answers health requests of a `node:http` server: true when it did, else `next` is called when there is one. */
export type HealthListener = (request: IncomingMessage, response: ServerResponse, next?: () => void) => boolean

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

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Closing a closed server is done already: disposing twice is no mistake.
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

function urlOf({ address, port, family }: AddressInfo): string {
  const anywhere = address === '::' || address === '0.0.0.0'
  const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

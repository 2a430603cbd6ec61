import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { expectHealth } from '../core/expect-health.ts'
import type { HealthSource } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import { createHandler } from '../http/handle.ts'
import { type HandlerOptions, readHandlerOptions } from '../http/handler-settings.ts'
import { answerNode } from '../http/node-exchange.ts'
import { addressSettings } from '../server/address-settings.ts'
import { urlOf } from '../server/listening.ts'
import { probeServer } from '../server/probe-server.ts'

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
  /** The one that it listens on, also when 0 was asked for. */
  readonly port: number
  /** Node's own, for those who need it. */
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
  expectHealth(health, problems)
  const given = problems.object('options', options ?? null)
  const settings = readHandlerOptions(given, problems, ['port', 'host'])
  const { port, host } = addressSettings(given, problems)
  problems.throwIfAny('serveHealth')
  const { server, address, close } = await probeServer(health, settings, port, host)
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
 * @throws ConfigurationError with every problem of the options.
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

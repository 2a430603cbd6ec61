import type { HealthSource } from '../core/health.ts'
import type { HealthRequest } from '../http/exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { answerNode, type NodeResponse } from '../http/node-exchange.ts'

/** A middleware of Express 4 and 5, Connect, Polka and their like. */
export type HealthMiddleware = (request: HealthRequest, response: NodeResponse, next: () => void) => void

/**
 * Serves the health endpoints in an Express application; every other path goes on to `next`. Put it before session,
 * authentication and logging middleware: probes need none of them.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import { healthMiddleware } from 'hale/express'
 *
 * const app = express()
 * app.use(healthMiddleware(health))
 * ```
 */
export function healthMiddleware(health: HealthSource, options?: HandlerOptions): HealthMiddleware {
  const handle = createHandler(health, options)
  return (request, response, next) => {
    if (!answerNode(handle, request, response)) next()
  }
}

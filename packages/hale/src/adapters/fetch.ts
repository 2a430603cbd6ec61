import type { HealthSource } from '../core/health.ts'
import { answerFetch } from '../http/fetch-exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'

/**
 * Answers a fetch request, or resolves with undefined when the path is not a health endpoint. Never rejects.
 *
 * A fetch request does not know where it comes from. For `visibility` by address hand over what your runtime gives
 * beside it (Bun's server, Deno's info) or `{ remoteAddress }`; workers and Next.js have only what a proxy in front
 * puts into a header.
 */
export type HealthFetch = (request: Request, runtime?: object) => Promise<Response | undefined>

/**
 * Serves the health endpoints wherever requests and responses are those of the Fetch standard: Bun, Deno, workers,
 * Next.js, h3, Elysia. Imports nothing of Node.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { healthFetch } from 'hale/fetch'
 *
 * const answerHealth = healthFetch(health)
 * const server = {
 *   fetch: async (request: Request) => (await answerHealth(request)) ?? new Response('hello'),
 * }
 * ```
 */
export function healthFetch(health: HealthSource, options?: HandlerOptions): HealthFetch {
  const handle = createHandler(health, options)
  return async (request, runtime) => answerFetch(handle, request, runtime)
}

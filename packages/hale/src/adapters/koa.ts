import type { HealthSource } from '../core/health.ts'
import type { HealthRequest } from '../http/exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { type NodeResponse, send } from '../http/node-exchange.ts'

/** A context of Koa, as far as it is needed. */
export interface KoaContext {
  readonly req: HealthRequest
  readonly res: NodeResponse
  /** Where body parsers leave what they read, as `body`. */
  readonly request: object
  respond?: boolean | undefined
}

/** A middleware of Koa 2 and 3. */
export type HealthMiddleware = (context: KoaContext, next: () => Promise<unknown>) => unknown

/**
 * Serves the health endpoints in a Koa application; every other path goes on to `next`. Put it before sessions,
 * authentication and logging: probes need none of them.
 *
 * It answers on Node's response itself, so no middleware around it compresses the answer or makes a 304 of it. They
 * see its status after `await next()`, and no `ctx.body`.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import Koa from 'koa'
 * import { healthMiddleware } from 'hale/koa'
 *
 * const app = new Koa()
 * app.use(healthMiddleware(health))
 * ```
 */
export function healthMiddleware(health: HealthSource, options?: HandlerOptions): HealthMiddleware {
  const handle = createHandler(health, options)
  return (context, next) => {
    const { res } = context
    const answer = handle(requestOf(context))
    if (answer === undefined) return next()
    context.respond = false
    if (!(answer instanceof Promise)) return send(res, answer)
    return answer.then((late) => send(res, late))
  }
}

/** Node's own request, with the body where a parser has read it already. */
function requestOf({ req, request }: KoaContext): HealthRequest {
  if (req.method === 'GET') return req
  const { body } = request as { readonly body?: unknown }
  return body === undefined ? req : Object.create(req, { body: { value: body } })
}

import type { HealthSource } from '../core/health.ts'
import { answerFetch, localUrl } from '../http/fetch-exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { behindSegments } from '../http/mounted-request.ts'

/** A context of Hono, as far as it is needed. */
export interface HonoContext {
  readonly req: {
    readonly raw: Request
    /** What is routed by: decoded, or whatever the application's `getPath` makes of a request. */
    readonly path?: string
    /** Of the route that this middleware is on, such as `/api/v1/*`. */
    readonly routePath?: string
    /** The body, also when a middleware has read it before. */
    text(): Promise<string>
  }
  /** What the server hands over: Node's request, Bun's server, Deno's info, a worker's bindings. */
  readonly env?: unknown
}

/** A middleware of Hono 4. */
export type HealthRoutes = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * Serves the health endpoints in a Hono application, on Node, Bun, Deno and workers; every other path goes on to
 * `next`. Put it before other middleware: probes need none. On a route it answers beneath it, so that after
 * `app.use('/api/v1/*', healthRoutes(health))` liveness is at `/api/v1/health`.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { Hono } from 'hono'
 * import { healthRoutes } from 'hale/hono'
 *
 * const app = new Hono()
 * app.use(healthRoutes(health))
 * ```
 */
export function healthRoutes(health: HealthSource, options?: HandlerOptions): HealthRoutes {
  const handle = createHandler(health, options)
  let route: string | undefined
  let segments = 0
  // As long as only one route has led here, one for all paths. Asking Hono for the route costs more than the answer.
  let everywhere = false
  const answer = ({ req, env }: HonoContext, next: () => Promise<void>) => {
    const { raw } = req
    const answered = everywhere ? answerFetch(handle, raw, env, localUrl(raw.url), req) : undefined
    if (answered !== undefined) return answered
    const { path, routePath } = req
    if (routePath !== route) {
      segments = segmentsOf(routePath)
      everywhere = route === undefined && segments === 0
      route = routePath
    } else if (everywhere) return next()
    const url = localUrl(raw.url, path)
    const local = segments === 0 ? url : behindSegments(url, Math.max(0, segments - notInUrl(url, path)))
    return answerFetch(handle, raw, env, local, req) ?? next()
  }
  // Hono takes a response that is no promise, and is faster with it; only its type of a middleware wants a promise.
  return answer as unknown as HealthRoutes
}

/** What comes before the star in `/api/v1/*`: so many segments, since a parameter may be among them. */
function segmentsOf(route: string | undefined): number {
  // The pattern of a parameter, `:id{[^/]+}`, may have slashes too.
  return route?.endsWith('/*') ? slashesOf(route.replace(/\{[^}]+\}/g, '')) - 1 : 0
}

/** How many segments `getPath` has put in front of a URL's own, such as the host. */
function notInUrl(url: string, path: string | undefined): number {
  if (path === undefined || url.startsWith(path)) return 0
  return Math.max(0, slashesOf(path) - slashesOf(url.replace(/[?#].*/, '')))
}

/** Without one at the end, which Hono drops with `strict: false`. */
function slashesOf(path: string): number {
  return path.split('/').length - (path.endsWith('/') ? 2 : 1)
}

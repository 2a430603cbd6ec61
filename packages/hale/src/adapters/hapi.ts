import type { HealthSource } from '../core/health.ts'
import { type HealthRequest, withoutOrigin } from '../http/exchange.ts'
import { createHandler } from '../http/handle.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { mountedRequest } from '../http/mounted-request.ts'
import { answerNode, type NodeResponse } from '../http/node-exchange.ts'

/** A hapi server as far as the plugin needs it. */
export interface HapiScope {
  readonly realm: { readonly modifiers: { readonly route: { readonly prefix?: string } } }
  ext(event: 'onRequest', method: (request: HapiRequest, toolkit: HapiToolkit) => symbol): unknown
}

/** A hapi request as far as the plugin needs it. */
export interface HapiRequest {
  readonly raw: { readonly req: HealthRequest; readonly res: NodeResponse }
}

/** A hapi response toolkit as far as the plugin needs it. */
export interface HapiToolkit {
  readonly abandon: symbol
  readonly continue: symbol
}

/** A plugin of hapi 21. */
export interface HapiHealthPlugin {
  readonly name: 'hale'
  /** One registry can be served twice, openly and tersely. */
  readonly multiple: true
  register(server: HapiScope): void
}

/**
 * Makes a hapi plugin that serves the health endpoints, beneath the prefix it is registered with. Probes are answered
 * before hapi looks for a route, so authentication, validation, payload and cookie rules of the server do not apply
 * to them; every other path goes on to the server's routes.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import Hapi from '@hapi/hapi'
 * import { healthPlugin } from 'hale/hapi'
 *
 * const server = Hapi.server({ port: 8080 })
 * await server.register(healthPlugin(health))
 * ```
 */
export function healthPlugin(health: HealthSource, options?: HandlerOptions): HapiHealthPlugin {
  const handle = createHandler(health, options)
  return {
    name: 'hale',
    multiple: true,
    register(server) {
      const { prefix = '' } = server.realm.modifiers.route
      const beneath = patternOf(prefix)
      const mounted = (request: HealthRequest): HealthRequest | undefined => {
        if (prefix === '') return request
        const { url = '/' } = request
        const local = withoutOrigin(url)
        const found = beneath.exec(local)
        if (found === null) return undefined
        const rest = local.slice(found[0].length)
        return mountedRequest(request, rest.startsWith('/') ? rest : `/${rest}`)
      }
      // Not as routes: hapi has no way from a route on to another, so a catch-all of the application's would never
      // hear of the paths beneath ours, and its cache, cookie and compression rules would answer for probes.
      server.ext('onRequest', ({ raw: { req, res } }, toolkit) => {
        const request = mounted(req)
        return request !== undefined && answerNode(handle, request, res) ? toolkit.abandon : toolkit.continue
      })
    },
  }
}

/** A prefix as it begins a URL; a parameter is anything in its segment, `{name*2}` two segments of anything. */
function patternOf(prefix: string): RegExp {
  const parts = prefix.split(/(\{[^}]*\})/).map((part) => {
    if (!part.startsWith('{')) return part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
    const segments = Number(/\*(\d+)\}$/.exec(part)?.[1] ?? 1)
    return Array.from({ length: segments }, () => '[^/?#]+').join('/')
  })
  return new RegExp(`^${parts.join('')}(?=[/?#]|$)`)
}

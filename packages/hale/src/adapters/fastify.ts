import type { HealthSource } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import type { HealthRequest } from '../http/exchange.ts'
import { handlerOf } from '../http/handle.ts'
import { type HandlerOptions, type HandlerSettings, readHandlerOptions } from '../http/handler-settings.ts'
import { behindSegments, mountedRequest } from '../http/mounted-request.ts'
import { type NodeResponse, send } from '../http/node-exchange.ts'
import { type RouteDocument, routeDocuments } from '../http/openapi/route-documents.ts'
import { aliasNames } from '../http/probes/route.ts'

/** Options of `healthPlugin`. */
export interface FastifyHealthOptions extends HandlerOptions {
  /**
   * Whether Fastify logs probes as it does other requests. A platform asks every few seconds for as long as the
   * service lives; what changes is logged by the registry.
   * @default false
   */
  readonly logRequests?: boolean
}

/** A log of Fastify's as far as the plugin needs it. */
export interface FastifyLog {
  readonly level?: string
  child(bindings: object, options: { readonly level?: string }): FastifyLog
}

/** A Fastify instance as far as the plugin needs it. */
export interface FastifyScope {
  readonly log: { readonly level?: string }
  readonly prefix: string
  readonly supportedMethods: string[]
  route(options: FastifyHealthRoute): unknown
}

/** A Fastify request as far as the plugin needs it. */
export interface FastifyRequest {
  readonly raw: HealthRequest
  log: FastifyLog
}

/** A Fastify reply as far as the plugin needs it. */
export interface FastifyReply {
  readonly raw: NodeResponse & {
    setHeader(name: string, value: number | string | readonly string[]): unknown
  }
  log: FastifyLog
  getHeaders(): { readonly [name: string]: number | string | readonly string[] | undefined }
  hijack(): unknown
  callNotFound(): unknown
}

/** A route as the plugin registers it. */
export interface FastifyHealthRoute {
  readonly method: string[]
  readonly url: string
  readonly schema: object
  readonly logLevel?: 'silent'
  readonly exposeHeadRoute: false
  readonly validatorCompiler: () => () => true
  readonly serializerCompiler: () => (data: unknown) => string
  readonly onRequest: (request: FastifyRequest, reply: FastifyReply) => void
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => void
}

/** A plugin of Fastify 5. */
export type FastifyHealthPlugin = (
  instance: FastifyScope,
  options: { readonly logLevel?: string },
  done: () => void,
) => void

/**
 * Makes a Fastify plugin that serves the health endpoints in the scope where it is registered, beneath that scope's
 * prefix. It adds routes and nothing else: no hook, no decorator, no parser. Their schemas make `@fastify/swagger`
 * show them.
 *
 * `onRequest` hooks of the scope run before a probe is answered, and the headers they set are sent; all later hooks
 * are passed by, so nothing validates, compresses or tags a probe's answer.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import Fastify from 'fastify'
 * import { healthPlugin } from 'hale/fastify'
 *
 * const app = Fastify()
 * app.register(healthPlugin(health))
 * ```
 */
export function healthPlugin(health: HealthSource, options?: FastifyHealthOptions): FastifyHealthPlugin {
  const problems = new Problems()
  const settings = readHandlerOptions(options, problems, ['logRequests'])
  const logRequests = problems.boolean('logRequests', options?.logRequests, false)
  if (settings.basePath.includes('*')) {
    problems.add('basePath', 'Fastify takes "*" for whatever may stand there; choose a path without it')
  }
  problems.throwIfAny('healthPlugin')
  const handle = handlerOf(health, settings)
  const plugin: FastifyHealthPlugin = (instance, { logLevel }, done) => {
    // Not by the prefix's text: it may have parameters, or be written another way in the request.
    const segments = segmentsOf(instance.prefix)
    const answer = (asked: FastifyRequest, reply: FastifyReply): void => {
      const { raw: request } = asked
      const { url = '/' } = request
      const response = handle(
        segments === 0 ? request : mountedRequest(request, behindSegments(url, segments)),
      )
      if (response === undefined) {
        if (!logRequests) speakAgain(asked, reply, logLevel ?? instance.log.level)
        reply.callNotFound()
        return
      }
      // Fastify's own way to send would run hooks that make 304 of an unhealthy answer, or change its body.
      const given = reply.getHeaders()
      for (const name in given) reply.raw.setHeader(name, given[name] ?? '')
      reply.hijack()
      if (response instanceof Promise) void response.then((late) => send(reply.raw, late))
      else send(reply.raw, response)
    }
    const shared = {
      ...(!logRequests && { logLevel: 'silent' as const }),
      exposeHeadRoute: false as const,
      // The schemas only describe: a query that fits none of them is answered all the same.
      validatorCompiler: () => () => true as const,
      serializerCompiler: () => (data: unknown) => JSON.stringify(data),
      // Here rather than in the handler: a body is not parsed for a 405, and one of a strange type is no 415.
      onRequest: answer,
      handler: answer,
    }
    const methods = instance.supportedMethods
    const documents = routeDocuments(health, settings)
    const described = new Set<string>()
    for (const document of documents) {
      const url = routePath(document.path)
      described.add(url)
      instance.route({ ...shared, method: ['GET'], url, schema: schemaOf(document) })
    }
    const base = routePath(settings.basePath)
    const writing = methods.filter((method) => method !== 'GET')
    // A set, and GET once: an alias may be the base path, or a group's.
    for (const url of new Set([base === '' ? '/' : base, ...hiddenPaths(settings, base)])) {
      const method = described.has(url) ? writing : methods
      instance.route({ ...shared, schema: { hide: true }, method, url })
    }
    done()
  }
  // What Fastify shows in the tree of its plugins.
  return Object.assign(plugin, { [Symbol.for('fastify.display-name')]: 'hale' })
}

/** What is no probe belongs to the application: its 404 handler logs at the scope's level again. */
function speakAgain(request: FastifyRequest, reply: FastifyReply, level: string | undefined): void {
  const log = request.log.child({}, level === undefined ? {} : { level })
  request.log = log
  reply.log = log
}

/** How many segments of a path a prefix takes; slashes in the pattern of a parameter, `:kind(^a/b$)`, are none. */
function segmentsOf(prefix: string): number {
  let path = ''
  for (let at = 0; at < prefix.length; ) {
    // Two colons are one, and begin no parameter.
    const [literal] = /^(::|[^:])+/.exec(prefix.slice(at)) ?? ['']
    path += literal
    at += literal.length
    const [name] = /^:[^/.(-]*/.exec(prefix.slice(at)) ?? ['']
    path += name
    at += name.length
    if (name !== '' && prefix[at] === '(') at = endOfPattern(prefix, at)
  }
  return path.split('/').filter((segment) => segment !== '').length
}

/** Behind the parenthesis that closes the one at `open`; Fastify's router refuses a pattern without one. */
function endOfPattern(prefix: string, open: number): number {
  let depth = 0
  for (let at = open; at < prefix.length; at++) {
    if (prefix[at] === '\\') at++
    else if (prefix[at] === '(') depth++
    else if (prefix[at] === ')' && --depth === 0) return at + 1
  }
  return prefix.length
}

/**
 * Where everything else is to be found: trailing slashes, aliases, what is opt-in, and the application's own, since
 * whatever is no health endpoint goes on to it.
 */
function hiddenPaths({ aliases, actuator }: HandlerSettings, base: string): readonly string[] {
  const names = aliases ? aliasNames.map((name) => `/${name}`) : []
  const others = [...names, ...(actuator ? [routePath(actuator.basePath)] : [])]
  return [`${base}/*`, ...others.flatMap((path) => [path === '' ? '/' : path, `${path}/*`])]
}

/** A path as Fastify's router wants it, where a single colon begins a parameter. */
function routePath(path: string): string {
  return path.replaceAll(':', '::').replace('{check}', ':check')
}

function schemaOf({ path, summary, query, responses }: RouteDocument): object {
  const params = {
    type: 'object',
    properties: { check: { type: 'string', description: 'The name of a check.' } },
    required: ['check'],
  }
  return {
    tags: ['health'],
    summary,
    querystring: query,
    ...(path.includes('{check}') && { params }),
    response: responses,
  }
}

import type { HealthSource } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { kindOf } from '../errors/problems.ts'
import { AdminEndpoint, type ControlledSource } from './admin/admin-endpoint.ts'
import { forMethod, type HealthRequest, type HealthResponse, header } from './exchange.ts'
import { type HandlerOptions, type HandlerSettings, handlerSettings } from './handler-settings.ts'
import { negotiate } from './negotiate.ts'
import { answerFailed, methodNotAllowed, tooManyRequests } from './problem.ts'
import { TokenBucket } from './rate-limit.ts'
import { Renderer } from './render.ts'
import { parseUrl, Routes, type Target } from './route.ts'
import { VisibilityPolicy } from './visibility.ts'

/**
 * Answers one request: at once when nothing has to run, else with a promise that never rejects. `undefined` means
 * that the path is not a health endpoint, so that whoever is next may answer it.
 */
export type HealthHandler = (request: HealthRequest) => HealthResponse | Promise<HealthResponse> | undefined

/**
 * Makes the handler that every adapter translates to: from a plain request to a plain response.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { createHandler } from 'hale/http'
 *
 * const handle = createHandler(health, { visibility: 'status' })
 * const response = await handle({ method: 'GET', url: '/health/ready', headers: {} })
 * console.log(response?.status, response?.body)
 * ```
 */
export function createHandler(health: HealthSource, options?: HandlerOptions): HealthHandler {
  return handlerOf(health, handlerSettings(options))
}

/** The handler of options that have been validated, for adapters whose own options are validated with them. */
export function handlerOf(health: HealthSource, settings: HandlerSettings): HealthHandler {
  const { ask, groups } = (health ?? {}) as Partial<HealthSource>
  if (typeof ask !== 'function' || groups === undefined) {
    throw new ConfigurationError('health handler', [
      `health: expected what createHealth returns, got ${kindOf(health)}`,
    ])
  }
  const routes = new Routes(health, settings.basePath, settings.aliases)
  const renderers = settings.formats.map((format) => new Renderer(health, format))
  const policy = new VisibilityPolicy(settings)
  const admin = settings.admin && new AdminEndpoint(controlled(health), settings.admin, settings.basePath)
  const bucket = settings.rateLimit && new TokenBucket(health.clock, settings.rateLimit)

  function answerTo(request: HealthRequest, found: Target, query: string): ReturnType<HealthHandler> {
    const { method = 'GET' } = request
    if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return methodNotAllowed
    const parameters = query === '' ? undefined : new URLSearchParams(query)
    const name = found.base && isTrue(parameters?.get('deep')) ? 'readiness' : found.name
    const wait = name === 'liveness' ? 0 : (bucket?.take() ?? 0)
    if (wait > 0) return forMethod(tooManyRequests(wait), method)
    const visibility = policy.of(request, health.visibilityOf(name))
    const renderer = choose(request, parameters?.get('format'), renderers)
    const report = health.ask(name, parameters?.get('workers') ?? undefined)
    if (!(report instanceof Promise)) return report && renderer.response(report, visibility, method)
    return report.then(
      (settled) => renderer.response(settled, visibility, method),
      (error: unknown) => forMethod(answerFailed(health.logger, error), method),
    )
  }

  return (request) => {
    const { url = '/' } = request
    const exact = routes.exactly(url)
    if (exact !== undefined) return answerTo(request, exact, '')
    const parsed = parseUrl(url)
    if (parsed === undefined) return undefined
    const target = routes.match(parsed.path)
    return target === undefined
      ? admin?.answer(request, parsed.path)
      : answerTo(request, target, parsed.query)
  }
}

function controlled(health: HealthSource): ControlledSource {
  if (typeof (health as Partial<ControlledSource>).control === 'object') return health as ControlledSource
  throw new ConfigurationError('health handler', [
    'admin: only what createHealth returns can be changed; serve /health/admin where the checks are',
  ])
}

function choose(
  request: HealthRequest,
  wanted: string | null | undefined,
  renderers: readonly Renderer[],
): Renderer {
  const named = wanted == null ? undefined : renderers.find(({ name }) => name === wanted)
  return named ?? negotiate(header(request, 'accept'), renderers)
}

function isTrue(value: string | null | undefined): boolean {
  return value?.toLowerCase() === 'true'
}

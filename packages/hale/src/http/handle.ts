import type { HealthSource } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { kindOf } from '../errors/problems.ts'
import { ActuatorEndpoint } from './actuator-endpoint.ts'
import { AdminEndpoint, type ControlledSource } from './admin/admin-endpoint.ts'
import { DocumentEndpoint } from './document-endpoint.ts'
import type { HealthRequest, HealthResponse } from './exchange.ts'
import { type HandlerOptions, type HandlerSettings, handlerSettings } from './handler-settings.ts'
import { MetricsEndpoint } from './metrics-endpoint.ts'
import { ProbeAnswers } from './probe-answers.ts'
import { TokenBucket } from './rate-limit.ts'
import { parseUrl, Routes } from './route.ts'
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
  const policy = new VisibilityPolicy(settings)
  const bucket = settings.rateLimit && new TokenBucket(health.clock, settings.rateLimit)
  const probes = new ProbeAnswers(health, settings, policy, bucket)
  const { actuator, admin, basePath, metrics, openapi } = settings
  // Each says whether a path is its own; a probe pays for none of them.
  const endpoints: readonly Endpoint[] = [
    ...(metrics ? [new MetricsEndpoint(health, probes, policy, basePath)] : []),
    ...(openapi.served ? [new DocumentEndpoint(health, settings, policy, bucket)] : []),
    ...(actuator ? [new ActuatorEndpoint(health, probes, actuator)] : []),
    ...(admin ? [new AdminEndpoint(controlled(health), admin, basePath)] : []),
  ]

  return (request) => {
    const { url = '/' } = request
    const exact = routes.exactly(url)
    if (exact !== undefined) return probes.answer(request, exact, url, '')
    const parsed = parseUrl(url)
    if (parsed === undefined) return undefined
    const { path, query } = parsed
    const target = routes.match(path)
    if (target !== undefined) return probes.answer(request, target, path, query)
    for (const endpoint of endpoints) {
      const answered = endpoint.answer(request, path, query)
      if (answered !== undefined) return answered
    }
    return undefined
  }
}

/** Answers paths of its own; undefined when a path is none. */
interface Endpoint {
  answer(request: HealthRequest, path: string, query: string): ReturnType<HealthHandler>
}

function controlled(health: HealthSource): ControlledSource {
  if (typeof (health as Partial<ControlledSource>).control === 'object') return health as ControlledSource
  throw new ConfigurationError('health handler', [
    'admin: only what createHealth returns can be changed; serve /health/admin where the checks are',
  ])
}

import { expectHealth } from '../core/expect-health.ts'
import type { HealthSource } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import { forMethod, type HealthRequest, type HealthResponse } from './exchange.ts'
import { type HandlerOptions, type HandlerSettings, handlerSettings } from './handler-settings.ts'
import { optionalEndpoints } from './optional-endpoints.ts'
import { ProbeAnswers } from './probes/probe-answers.ts'
import { parseUrl, Routes } from './probes/route.ts'
import { answerFailed } from './problem.ts'
import { Serving } from './serving.ts'

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
  const problems = new Problems()
  expectHealth(health, problems)
  problems.throwIfAny('health handler')
  const routes = new Routes(health, settings.basePath, settings.aliases)
  const serving = new Serving(health, settings)
  const probes = new ProbeAnswers(serving)
  const endpoints = optionalEndpoints(serving, probes)

  return (request) => {
    try {
      const answered = route(request)
      // Every promise that this folder makes passes here, so that none of them has to look after its own failures.
      return answered instanceof Promise
        ? answered.catch((error: unknown) => failed(request, error))
        : answered
    } catch (error) {
      return failed(request, error)
    }
  }

  function route(request: HealthRequest): ReturnType<HealthHandler> {
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

  /** A registry may be anybody's, that of another thread too: whatever it throws, the one who asks is answered. */
  function failed({ method = 'GET' }: HealthRequest, error: unknown): HealthResponse {
    return forMethod(answerFailed(health.logger, error), method)
  }
}

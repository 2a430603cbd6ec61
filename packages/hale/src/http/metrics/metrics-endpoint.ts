import type { HealthSource } from '../../core/health.ts'
import type { VisibilityPolicy } from '../access/visibility.ts'
import { answer, forMethod, type HealthRequest, type HealthResponse, listHeader, reads } from '../exchange.ts'
import { negotiate } from '../formats/negotiate.ts'
import { metricsText, prometheusFormats, stateOf } from '../formats/prometheus.ts'
import { answerFailed, methodNotAllowed } from '../problem.ts'
import type { Serving } from '../serving.ts'

interface Kept {
  readonly at: number
  readonly response: HealthResponse
}

const keptMs = 1000

/** Serves the metrics of everything that is known; runs no check, and makes each text once a second at most. */
export class MetricsEndpoint {
  readonly #health: HealthSource
  readonly #serving: Serving
  readonly #policy: VisibilityPolicy
  readonly #kept = new Map<string, Kept>()

  constructor(serving: Serving) {
    this.#health = serving.health
    this.#serving = serving
    this.#policy = serving.policy
  }

  answer(request: HealthRequest): HealthResponse {
    const { method = 'GET' } = request
    if (!reads(method)) return methodNotAllowed
    const limited = this.#serving.limited(method)
    if (limited !== undefined) return limited
    const { mediaType } = negotiate(listHeader(request, 'accept'), prometheusFormats)
    // Whoever is known sees every check, others those that are shown to strangers.
    const known = this.#policy.raised(request) !== 'status'
    return forMethod(this.#made(mediaType, known), method)
  }

  #made(mediaType: string, known: boolean): HealthResponse {
    const key = `${mediaType} ${known}`
    const now = this.#health.clock.now()
    const kept = this.#kept.get(key)
    if (kept !== undefined && now - kept.at < keptMs) return kept.response
    const response = this.#make(mediaType, known)
    this.#kept.set(key, { at: now, response })
    return response
  }

  #make(mediaType: string, known: boolean): HealthResponse {
    const health = this.#health
    try {
      const { groups, checks, application } = health.snapshot()
      const shows = (of: string) => known || this.#policy.ofStranger(health.visibilityOf(of)) !== 'status'
      const exposition = {
        probes: Object.entries(groups),
        checks: Object.values(checks).filter(({ name }) => shows(name)),
        state: shows('readiness') ? stateOf(application) : undefined,
        durations: true,
      }
      return answer(200, mediaType, metricsText(exposition, mediaType.startsWith('application/openmetrics')))
    } catch (error) {
      // Kept like any other text: neither tried nor logged again for each request.
      return answerFailed(health.logger, error)
    }
  }
}

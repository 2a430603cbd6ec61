import type { Visibility } from '../core/group-settings.ts'
import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { isHealthy, type Status } from '../core/status.ts'
import type { Transition } from '../core/transitions.ts'
import { ignoreRejection } from '../errors/ignore-rejection.ts'
import { kindOf } from '../errors/problems.ts'
import { answer, asOptions, type HealthResponse, withoutBody } from './exchange.ts'
import type { Format } from './format.ts'
import { answerFailed } from './problem.ts'

interface Rendering {
  readonly get: HealthResponse
  readonly head: HealthResponse
  readonly options: HealthResponse
  /** Weakly: the transitions hold reports, whose renderings hold transitions, and none would ever be let go. */
  readonly transitions: WeakRef<readonly Transition[]>
}

const retryAfterSeconds = '5'

/**
 * Renders reports in one format, each once: a registry returns the same object while nothing in it has changed, so
 * renderings are kept with the report and go with it.
 */
export class Renderer {
  readonly name: string
  readonly mediaType: string
  readonly #health: HealthSource
  readonly #format: Format
  readonly #statusCodes: ReadonlyMap<string, { readonly [S in Status]?: number }>
  readonly #kept: { readonly [V in Visibility]: WeakMap<Report, Rendering> } = {
    status: new WeakMap(),
    components: new WeakMap(),
    debug: new WeakMap(),
  }

  constructor(health: HealthSource, format: Format) {
    this.name = format.name
    this.mediaType = format.mediaType
    this.#health = health
    this.#format = format
    this.#statusCodes = new Map(health.groups.map(({ name, statusCodes = {} }) => [name, statusCodes]))
  }

  /** The answer of a known report to GET, HEAD or OPTIONS. */
  response(report: Report, visibility: Visibility, method: string): HealthResponse {
    const kept = this.#kept[visibility].get(report)
    const { transitions } = this.#health
    const rendering =
      kept !== undefined && kept.transitions.deref() === transitions
        ? kept
        : this.#render(report, visibility, transitions)
    if (method === 'GET') return rendering.get
    return method === 'HEAD' ? rendering.head : rendering.options
  }

  #render(report: Report, visibility: Visibility, transitions: readonly Transition[]): Rendering {
    const get = this.#answer(report, visibility, transitions)
    const rendering = {
      get,
      head: withoutBody(get),
      options: asOptions(get),
      transitions: new WeakRef(transitions),
    }
    this.#kept[visibility].set(report, rendering)
    return rendering
  }

  /** The answer, or a 500 that is kept as well: what cannot be rendered is not tried again for every request. */
  #answer(report: Report, visibility: Visibility, transitions: readonly Transition[]): HealthResponse {
    try {
      const { mediaType, headers } = this.#format
      const shown = visibility === 'status' ? [] : transitions
      const body: unknown = this.#format.render(report, {
        service: this.#health.service,
        visibility,
        transitions: shown,
      })
      ignoreRejection(body)
      if (typeof body !== 'string')
        throw new TypeError(`the format ${this.name} rendered ${kindOf(body)}, not a string`)
      const code = this.#statusCode(report)
      const retry = code === 503 && { 'Retry-After': retryAfterSeconds }
      return answer(code, mediaType, body, { ...headers, ...retry })
    } catch (error) {
      return answerFailed(this.#health.logger, error)
    }
  }

  #statusCode({ name, kind, status }: Report): number {
    const ofGroup = kind === 'check' ? undefined : this.#statusCodes.get(name)?.[status]
    return ofGroup ?? (isHealthy(status) ? 200 : 503)
  }
}

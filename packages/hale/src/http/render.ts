import type { Visibility } from '../core/group-settings.ts'
import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { isHealthy, type Status } from '../core/status.ts'
import type { Transition } from '../core/transitions.ts'
import { answer, asOptions, type HealthResponse, withoutBody } from './exchange.ts'
import type { Format } from './format.ts'

type StatusCodes = { readonly [S in Status]?: number } | undefined

interface Rendering {
  readonly get: HealthResponse
  readonly head: HealthResponse
  readonly options: HealthResponse
  readonly transitions: readonly Transition[]
}

const retryAfterSeconds = '5'

/**
 * Renders reports, each once: a registry returns the same object while nothing in it has changed, so renderings are
 * kept with the report and go with it.
 */
export class Renderer {
  readonly #health: HealthSource
  readonly #statusCodes: ReadonlyMap<string, StatusCodes>
  readonly #kept = new WeakMap<Report, Map<string, Rendering>>()

  constructor(health: HealthSource) {
    this.#health = health
    this.#statusCodes = new Map(health.groups.map(({ name, statusCodes }) => [name, statusCodes]))
  }

  /** The answer of a known report to GET, HEAD or OPTIONS. */
  response(report: Report, visibility: Visibility, format: Format, method: string): HealthResponse {
    const rendering = this.#rendering(report, visibility, format)
    if (method === 'GET') return rendering.get
    return method === 'HEAD' ? rendering.head : rendering.options
  }

  #rendering(report: Report, visibility: Visibility, format: Format): Rendering {
    let renderings = this.#kept.get(report)
    if (renderings === undefined) {
      renderings = new Map()
      this.#kept.set(report, renderings)
    }
    const key = format.name + visibility
    const kept = renderings.get(key)
    const { transitions } = this.#health
    if (kept !== undefined && kept.transitions === transitions) return kept
    const get = this.#render(report, visibility, format, transitions)
    const rendering = { get, head: withoutBody(get), options: asOptions(get), transitions }
    renderings.set(key, rendering)
    return rendering
  }

  #render(
    report: Report,
    visibility: Visibility,
    format: Format,
    transitions: readonly Transition[],
  ): HealthResponse {
    const shown = visibility === 'status' ? [] : transitions
    const body = format.render(report, { service: this.#health.service, visibility, transitions: shown })
    const code = this.#statusCode(report)
    return answer(code, format.mediaType, body, {
      ...format.headers,
      ...(code === 503 && { 'Retry-After': retryAfterSeconds }),
    })
  }

  #statusCode({ name, kind, status }: Report): number {
    const ofGroup = kind === 'check' ? undefined : this.#statusCodes.get(name)?.[status]
    return ofGroup ?? (isHealthy(status) ? 200 : 503)
  }
}

import type { HealthSource } from '../core/health.ts'
import type { ActuatorSettings } from './actuator-settings.ts'
import { answer, forMethod, type HealthRequest, type HealthResponse, header } from './exchange.ts'
import { actuatorFormats, actuatorJson } from './formats/actuator.ts'
import { negotiate } from './negotiate.ts'
import { type ProbeAnswers, reads } from './probe-answers.ts'
import { methodNotAllowed } from './problem.ts'
import type { Renderer } from './render.ts'

type Answer = HealthResponse | Promise<HealthResponse> | undefined

// What a header may bring into the links; anything else gets relative ones.
const hostPattern = /^[A-Za-z0-9._-]{1,253}(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?$/

/**
 * Spring Boot's paths: the index, which Spring Boot Admin looks for, and its health endpoint with groups, components
 * and the components of groups.
 */
export class ActuatorEndpoint {
  readonly #health: HealthSource
  readonly #probes: ProbeAnswers
  readonly #settings: ActuatorSettings
  readonly #renderers: readonly Renderer[]

  constructor(health: HealthSource, probes: ProbeAnswers, settings: ActuatorSettings) {
    this.#health = health
    this.#probes = probes
    this.#settings = settings
    this.#renderers = probes.renderersOf([...actuatorFormats, actuatorJson])
  }

  /** Undefined when nothing is at the path. */
  answer(request: HealthRequest, path: string, query: string): Answer {
    const { basePath } = this.#settings
    if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
    const [, what, first, second, more] = `${path.slice(basePath.length).replace(/\/$/, '')}`.split('/', 5)
    if ((what !== undefined && what !== 'health') || more !== undefined) return undefined
    const name = second ?? first
    if (first !== undefined && !this.#has(first, second)) return undefined
    const { method = 'GET' } = request
    if (!reads(method)) return methodNotAllowed
    const renderer = negotiate(header(request, 'accept'), this.#renderers)
    if (what === undefined) return this.#probes.limited(method) ?? this.#index(request, method, renderer)
    const parameters = query === '' ? undefined : new URLSearchParams(query)
    return name === undefined
      ? this.#probes.answerWhole(request, renderer, parameters)
      : this.#probes.answerNamed(request, name, renderer, parameters)
  }

  /** A group or a check; or a check of a group. */
  #has(first: string, second: string | undefined): boolean {
    const group = this.#health.groups.find(({ name }) => name === first)
    if (second === undefined) return group !== undefined || this.#health.hasCheck(first)
    return group !== undefined && this.#health.hasCheck(second) && group.members.includes(second)
  }

  /** What there is, for whoever looks for it. Links are absolute, since Spring Boot Admin follows no others. */
  #index(request: HealthRequest, method: string, { mediaType }: Renderer): HealthResponse {
    const own = this.#settings.url ?? `${originOf(request)}${this.#settings.basePath}`
    const link = (path: string, templated = false) => ({ href: `${own}${path}`, templated })
    const _links = {
      self: link(''),
      health: link('/health'),
      'health-path': link('/health/{*path}', true),
    }
    return forMethod(answer(200, mediaType, JSON.stringify({ _links })), method)
  }
}

/** As the client sees it; empty when it does not say. */
function originOf(request: HealthRequest): string {
  const host = header(request, 'host') ?? header(request, ':authority')
  if (host === undefined || !hostPattern.test(host)) return ''
  return `${request.socket?.encrypted === true ? 'https' : 'http'}://${host}`
}

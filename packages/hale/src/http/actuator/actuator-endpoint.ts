import {
  answer,
  forMethod,
  type HealthRequest,
  type HealthResponse,
  header,
  listHeader,
  reads,
} from '../exchange.ts'
import { actuatorFormats, actuatorJson } from '../formats/actuator.ts'
import { negotiate } from '../formats/negotiate.ts'
import type { ProbeAnswers } from '../probes/probe-answers.ts'
import type { Renderer } from '../probes/render.ts'
import { methodNotAllowed } from '../problem.ts'
import type { Serving } from '../serving.ts'
import type { ActuatorSettings } from '../settings/actuator-settings.ts'
import { actuatorTarget } from './actuator-target.ts'

type Answer = HealthResponse | Promise<HealthResponse> | undefined

// What a header may bring into the links; anything else gets relative ones.
const hostPattern = /^[A-Za-z0-9._-]{1,253}(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?$/

/**
 * Spring Boot's paths: the index, which Spring Boot Admin looks for, and its health endpoint with groups, components
 * and the components of groups.
 */
export class ActuatorEndpoint {
  readonly #serving: Serving
  readonly #settings: ActuatorSettings
  readonly #probes: ProbeAnswers
  readonly #renderers: readonly Renderer[]

  constructor(serving: Serving, settings: ActuatorSettings, probes: ProbeAnswers) {
    this.#serving = serving
    this.#settings = settings
    this.#probes = probes
    this.#renderers = probes.renderersOf([...actuatorFormats, actuatorJson])
  }

  /** Undefined when nothing is at the path. */
  answer(request: HealthRequest, path: string, query: string): Answer {
    const target = actuatorTarget(this.#serving.health, this.#settings.basePath, path)
    if (target === undefined) return undefined
    const { method = 'GET' } = request
    if (!reads(method)) return methodNotAllowed
    const renderer = negotiate(listHeader(request, 'accept'), this.#renderers)
    if (target.what === 'index')
      return this.#serving.limited(method) ?? this.#index(request, method, renderer)
    const parameters = query === '' ? undefined : new URLSearchParams(query)
    return target.name === undefined
      ? this.#probes.answerWhole(request, renderer, parameters)
      : this.#probes.answerNamed(request, target.name, renderer, parameters)
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

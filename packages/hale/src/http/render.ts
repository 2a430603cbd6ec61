import type { Visibility } from '../core/group-settings.ts'
import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { isHealthy, type Status } from '../core/status.ts'
import type { Transition } from '../core/transitions.ts'
import { ignoreRejection } from '../errors/ignore-rejection.ts'
import { kindOf } from '../errors/problems.ts'
import { answer, asOptions, type HealthResponse, withoutBody } from './exchange.ts'
import type { Format } from './format.ts'
import type { Place } from './place.ts'
import { answerFailed } from './problem.ts'
import type { ProxyHeaders } from './proxy-headers.ts'

interface Rendering {
  readonly get: HealthResponse
  readonly head: HealthResponse
  readonly options: HealthResponse
  /** A number in place of the transitions: they hold reports, whose renderings would hold transitions in turn. */
  readonly generation: number
}

/** Where a linked format is looked at from. */
interface Viewpoint {
  readonly root: string
  readonly overview: boolean
}

const retryAfterSeconds = '5'
const noHeaders: ProxyHeaders = () => ({})

/**
 * Renders reports in one format, each once: a registry returns the same object while nothing in it has changed, so
 * renderings are kept with the report and go with it.
 */
export class Renderer {
  readonly name: string
  readonly mediaType: string
  readonly linked: boolean
  readonly passive: boolean
  readonly whole: boolean
  /** What `?verbose` gets: itself, where that says no more. */
  readonly verbose: Renderer
  readonly #health: HealthSource
  readonly #format: Format
  readonly #proxyHeaders: ProxyHeaders
  readonly #placed = new Map<string, Renderer>()
  readonly #viewpoint: Viewpoint | undefined
  #transitions: readonly Transition[] | undefined
  /** Of the transitions: how often there have been others. */
  #generation = 0
  readonly #statusCodes: ReadonlyMap<string, { readonly [S in Status]?: number }>
  readonly #kept: { readonly [V in Visibility]: WeakMap<Report, Rendering> } = {
    status: new WeakMap(),
    components: new WeakMap(),
    debug: new WeakMap(),
  }

  constructor(health: HealthSource, format: Format, proxyHeaders = noHeaders, viewpoint?: Viewpoint) {
    const { name, mediaType, linked = false, passive = false, whole = false, verbose } = format
    this.name = name
    this.mediaType = mediaType
    this.linked = linked
    this.passive = passive
    this.whole = whole
    this.verbose =
      verbose === undefined ? this : new Renderer(health, { ...verbose, name, mediaType }, proxyHeaders)
    this.#health = health
    this.#format = format
    this.#proxyHeaders = proxyHeaders
    this.#viewpoint = viewpoint
    this.#statusCodes = new Map(health.groups.map(({ name, statusCodes = {} }) => [name, statusCodes]))
  }

  /** The same for one of the few places that a linked format is looked at from, with renderings of its own. */
  at(root: string, overview: boolean): Renderer {
    const key = overview ? `${root} overview` : root
    const known = this.#placed.get(key)
    if (known !== undefined) return known
    const renderer = new Renderer(this.#health, this.#format, this.#proxyHeaders, { root, overview })
    this.#placed.set(key, renderer)
    return renderer
  }

  /** The answer of a known report to GET, HEAD or OPTIONS. */
  response(report: Report, visibility: Visibility, method: string): HealthResponse {
    const { transitions } = this.#health
    if (transitions !== this.#transitions) {
      this.#transitions = transitions
      this.#generation++
    }
    const kept = this.#kept[visibility].get(report)
    const rendering =
      kept?.generation === this.#generation ? kept : this.#render(report, visibility, transitions)
    if (method === 'GET') return rendering.get
    return method === 'HEAD' ? rendering.head : rendering.options
  }

  #render(report: Report, visibility: Visibility, transitions: readonly Transition[]): Rendering {
    const get = this.#answer(report, visibility, transitions)
    const rendering = {
      get,
      head: withoutBody(get),
      options: asOptions(get),
      generation: this.#generation,
    }
    this.#kept[visibility].set(report, rendering)
    return rendering
  }

  /** The answer, or a 500 that is kept as well: what cannot be rendered is not tried again for every request. */
  #answer(report: Report, visibility: Visibility, transitions: readonly Transition[]): HealthResponse {
    try {
      const { mediaType, headers } = this.#format
      const terse = visibility === 'status'
      const place = this.#placeNow()
      const body: unknown = this.#format.render(report, {
        service: this.#health.service,
        visibility,
        transitions: terse ? [] : transitions,
        groups: terse ? [] : this.#health.groups.map(({ name }) => name),
        ...(place !== undefined && { place }),
      })
      ignoreRejection(body)
      if (typeof body !== 'string')
        throw new TypeError(`the format ${this.name} rendered ${kindOf(body)}, not a string`)
      const answered = place?.liveness ?? report
      const code = this.#statusCode(answered)
      const retry = code === 503 && { 'Retry-After': retryAfterSeconds }
      const more = this.#proxyHeaders(answered, visibility)
      return answer(code, mediaType, body, { ...headers, ...more, ...retry })
    } catch (error) {
      return answerFailed(this.#health.logger, error)
    }
  }

  #placeNow(): Place | undefined {
    if (this.#viewpoint === undefined) return undefined
    const { root, overview } = this.#viewpoint
    const health = this.#health
    const groups = health.groups.map(({ name }) => ({
      name,
      status: health.latest(name)?.status ?? 'UNKNOWN',
    }))
    const liveness = overview ? health.latest('liveness') : undefined
    return { root, groups, ...(liveness !== undefined && { liveness }) }
  }

  #statusCode({ name, kind, status }: Report): number {
    const ofGroup = kind === 'check' ? undefined : this.#statusCodes.get(name)?.[status]
    return this.#format.statusCode ?? ofGroup ?? (isHealthy(status) ? 200 : 503)
  }
}

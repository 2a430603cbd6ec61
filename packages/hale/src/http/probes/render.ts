import type { Visibility } from '../../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../../core/health.ts'
import type { Report } from '../../core/report.ts'
import { isHealthy } from '../../core/status.ts'
import type { Transition } from '../../core/transitions.ts'
import { ignoreRejection } from '../../errors/ignore-rejection.ts'
import { kindOf } from '../../errors/problems.ts'
import { answer, asOptions, type HealthResponse, withoutBody } from '../exchange.ts'
import type { Format } from '../formats/format.ts'
import { LateFormat } from '../formats/late-format.ts'
import type { Place } from '../formats/place.ts'
import { answerFailed } from '../problem.ts'
import type { ProxyHeaders } from './proxy-headers.ts'

interface Rendering {
  readonly get: HealthResponse
  readonly head: HealthResponse
  readonly options: HealthResponse
  /** A number in place of the transitions: they hold reports, whose renderings would hold transitions in turn. */
  readonly generation: number
  /** What was rendered beside the report, if anything. */
  readonly liveness: Report | undefined
  /** When it failed: from when on it is tried again. */
  readonly retryAt: number | undefined
}

const retryAfterSeconds = '5'
const failureKeptMs = 1000
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
  readonly #late: LateFormat | undefined
  readonly #proxyHeaders: ProxyHeaders
  readonly #placed = new Map<string, Renderer>()
  readonly #root: string | undefined
  #transitions: readonly Transition[] | undefined
  /** Of the transitions: how often there have been others. */
  #generation = 0
  readonly #kept: { readonly [V in Visibility]: WeakMap<Report, Rendering> } = {
    status: new WeakMap(),
    components: new WeakMap(),
    debug: new WeakMap(),
  }

  /** `root` is that of a linked format's place. */
  constructor(health: HealthSource, format: Format, proxyHeaders = noHeaders, root?: string) {
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
    this.#late = format instanceof LateFormat ? format : undefined
    this.#proxyHeaders = proxyHeaders
    this.#root = root
  }

  /**
   * The same for one of the few places that a linked format is looked at from, with renderings of its own; `overview`
   * where liveness is given beside the report.
   */
  at(root: string, overview: boolean): Renderer {
    const key = overview ? `${root} overview` : root
    const known = this.#placed.get(key)
    if (known !== undefined) return known
    const renderer = new Renderer(this.#health, this.#format, this.#proxyHeaders, root)
    this.#placed.set(key, renderer)
    return renderer
  }

  /** What has to be waited for before the first answer; undefined when nothing has. */
  loading(): Promise<unknown> | undefined {
    return this.#late?.load()
  }

  /** The answer of a known report to GET, HEAD or OPTIONS; on the overview its status is that of `liveness`. */
  response(report: Report, visibility: Visibility, method: string, liveness?: Report): HealthResponse {
    const { transitions } = this.#health
    if (transitions !== this.#transitions) {
      this.#transitions = transitions
      this.#generation++
    }
    const kept = this.#kept[visibility].get(report)
    const rendering =
      kept !== undefined && this.#holds(kept, liveness)
        ? kept
        : this.#render(report, visibility, transitions, liveness)
    if (method === 'GET') return rendering.get
    return method === 'HEAD' ? rendering.head : rendering.options
  }

  #holds({ generation, liveness: beside, retryAt }: Rendering, liveness: Report | undefined): boolean {
    if (generation !== this.#generation || beside !== liveness) return false
    return retryAt === undefined || this.#health.clock.now() < retryAt
  }

  /**
   * A failure is kept as well, since what cannot be rendered is not to be tried again for every request; but not for
   * good: a report of liveness may never change, and whatever failed once would be a 500 for ever.
   */
  #render(
    report: Report,
    visibility: Visibility,
    transitions: readonly Transition[],
    liveness: Report | undefined,
  ): Rendering {
    let get: HealthResponse
    let retryAt: number | undefined
    try {
      get = this.#answer(report, visibility, transitions, liveness)
    } catch (error) {
      get = answerFailed(this.#health.logger, error)
      retryAt = this.#health.clock.now() + failureKeptMs
    }
    const generation = this.#generation
    const rendering = { get, head: withoutBody(get), options: asOptions(get), generation, liveness, retryAt }
    this.#kept[visibility].set(report, rendering)
    return rendering
  }

  #answer(
    report: Report,
    visibility: Visibility,
    transitions: readonly Transition[],
    liveness: Report | undefined,
  ): HealthResponse {
    const { mediaType, headers } = this.#format
    const { groups, service } = this.#health
    const terse = visibility === 'status'
    const place = this.#placeNow(groups, liveness)
    const body: unknown = this.#format.render(report, {
      service,
      visibility,
      transitions: terse ? [] : transitions.filter((transition) => concerns(transition, report, liveness)),
      groups: terse ? [] : groups.map(({ name }) => name),
      ...(place !== undefined && { place }),
    })
    ignoreRejection(body)
    if (typeof body !== 'string')
      throw new TypeError(`the format ${this.name} rendered ${kindOf(body)}, not a string`)
    const answered = liveness ?? report
    const code = this.#statusCode(answered, groups)
    const retry = code === 503 && { 'Retry-After': retryAfterSeconds }
    const more = this.#proxyHeaders(answered, visibility)
    return answer(code, mediaType, body, { ...headers, ...more, ...retry })
  }

  #placeNow(groups: readonly GroupInfo[], liveness: Report | undefined): Place | undefined {
    if (this.#root === undefined) return undefined
    const known = groups.map(({ name }) => ({
      name,
      status: this.#health.latest(name)?.status ?? 'UNKNOWN',
    }))
    return { root: this.#root, groups: known, ...(liveness !== undefined && { liveness }) }
  }

  /** By the groups as they are now: in a cluster's primary they come with the workers. */
  #statusCode({ name, kind, status }: Report, groups: readonly GroupInfo[]): number {
    const group = kind === 'check' ? undefined : groups.find((candidate) => candidate.name === name)
    return this.#format.statusCode ?? group?.statusCodes?.[status] ?? (isHealthy(status) ? 200 : 503)
  }
}

/** Whether a transition may be told beside a report: those of checks that are not in it may be hidden elsewhere. */
function concerns(transition: Transition, report: Report, liveness: Report | undefined): boolean {
  if (!('check' in transition)) return true
  const { check } = transition
  return (
    Object.hasOwn(report.checks, check) || (liveness !== undefined && Object.hasOwn(liveness.checks, check))
  )
}

import type { Visibility } from '../../core/group-settings.ts'
import type { HealthSource } from '../../core/health.ts'
import type { Report } from '../../core/report.ts'
import type { VisibilityPolicy } from '../access/visibility.ts'
import { type HealthRequest, type HealthResponse, listHeader, reads } from '../exchange.ts'
import type { Format } from '../formats/format.ts'
import { kubernetes, kubernetesFormat } from '../formats/kubernetes.ts'
import { negotiate } from '../formats/negotiate.ts'
import { rootFrom } from '../formats/place.ts'
import { methodNotAllowed } from '../problem.ts'
import type { Serving } from '../serving.ts'
import { Exclusions } from './exclusion.ts'
import { Overview } from './overview.ts'
import { type ProxyHeaders, proxyHeaders } from './proxy-headers.ts'
import { Renderer } from './render.ts'
import { type Alias, aliasNames, type Target } from './route.ts'
import { Whole, wholeProbes } from './whole.ts'

type Answer = HealthResponse | Promise<HealthResponse> | undefined

/** Answers what asks for a probe, a group, a check, or the whole. */
export class ProbeAnswers {
  readonly #health: HealthSource
  readonly #serving: Serving
  readonly #policy: VisibilityPolicy
  readonly #basePath: string
  readonly #proxyHeaders: ProxyHeaders
  readonly #renderers: readonly Renderer[]
  readonly #byAlias: ReadonlyMap<Alias, readonly Renderer[]>
  readonly #exclusions = new Exclusions()
  readonly #asked: Overview
  readonly #whole: Whole

  constructor(serving: Serving) {
    const { health, settings, policy } = serving
    this.#serving = serving
    this.#health = health
    this.#policy = policy
    this.#basePath = settings.basePath
    this.#proxyHeaders = proxyHeaders(settings)
    this.#renderers = this.renderersOf(settings.formats)
    this.#byAlias = new Map(aliasNames.map((alias) => [alias, this.#at(alias, settings.formats)]))
    this.#asked = new Overview(health)
    this.#whole = new Whole(health)
  }

  renderersOf(formats: readonly Format[]): readonly Renderer[] {
    return formats.map((format) => new Renderer(this.#health, format, this.#proxyHeaders))
  }

  /** Kubernetes' own text goes first at its paths, and calls them by their names. */
  #at(alias: Alias, formats: readonly Format[]): readonly Renderer[] {
    if (!formats.includes(kubernetes)) return this.#renderers
    const others = this.#renderers.filter((_, index) => formats[index] !== kubernetes)
    return [...this.renderersOf([kubernetesFormat(alias)]), ...others]
  }

  /** Answers by name, in the format that the request chooses. */
  answer(request: HealthRequest, found: Target, path: string, query: string): Answer {
    const { method = 'GET' } = request
    if (!reads(method)) return methodNotAllowed
    const parameters = query === '' ? undefined : new URLSearchParams(query)
    const deep = found.base && isTrue(parameters?.get('deep'))
    const renderers =
      found.alias === undefined ? this.#renderers : (this.#byAlias.get(found.alias) as readonly Renderer[])
    const chosen = choose(request, parameters?.get('format'), renderers)
    // Not at /healthz: it is for probes, and no format may let a dependency restart the process.
    if (chosen.whole && found.base && found.alias === undefined && !deep)
      return this.answerWhole(request, chosen, parameters)
    const name = deep ? 'readiness' : found.name
    const renderer = parameters?.has('verbose') ? chosen.verbose : chosen
    if (!renderer.linked) return this.answerNamed(request, name, renderer, parameters)
    const root = rootFrom(path, this.#basePath)
    const overview = found.base && !deep && this.#overview(request, renderer, root, parameters)
    return overview || this.answerNamed(request, name, renderer.at(root, false), parameters)
  }

  /** Answers by name, in a format that was chosen. */
  answerNamed(
    request: HealthRequest,
    name: string,
    renderer: Renderer,
    parameters: URLSearchParams | undefined,
  ): Answer {
    const { method = 'GET' } = request
    const limited = name === 'liveness' ? undefined : this.#serving.limited(method)
    if (limited !== undefined) return limited
    const visibility = this.#policy.of(request, this.#health.visibilityOf(name))
    const report = renderer.passive
      ? this.#health.latest(name)
      : this.#health.ask(name, parameters?.get('workers') ?? undefined)
    return report && this.#render(report, renderer, visibility, method, parameters)
  }

  /** Answers with the checks of every probe. */
  answerWhole(request: HealthRequest, renderer: Renderer, parameters: URLSearchParams | undefined): Answer {
    const { method = 'GET' } = request
    const limited = this.#serving.limited(method)
    if (limited !== undefined) return limited
    const visibility = this.#ofAll(request, wholeProbes)
    const report = this.#whole.ask(parameters?.get('workers') ?? undefined)
    return this.#render(report, renderer, visibility, method, parameters)
  }

  #ofAll(request: HealthRequest, names: readonly string[]): Visibility {
    return this.#policy.ofAll(
      request,
      names.map((name) => this.#health.visibilityOf(name)),
    )
  }

  #render(
    report: Report | Promise<Report>,
    renderer: Renderer,
    visibility: Visibility,
    method: string,
    parameters: URLSearchParams | undefined,
  ): HealthResponse | Promise<HealthResponse> {
    const excluded = excludedBy(parameters)
    const rendered = (of: Report): HealthResponse =>
      renderer.response(this.#exclusions.of(of, excluded), visibility, method)
    const loading = renderer.loading()
    if (loading !== undefined) return Promise.all([report, loading]).then(([settled]) => rendered(settled))
    return report instanceof Promise ? report.then(rendered) : rendered(report)
  }

  /** The whole at the base path, for a person: all that can be asked, unless a limit or visibility forbids it. */
  #overview(
    request: HealthRequest,
    renderer: Renderer,
    root: string,
    parameters: URLSearchParams | undefined,
  ): Promise<HealthResponse> | undefined {
    const health = this.#health
    const { method = 'GET' } = request
    const visibility = this.#ofAll(request, ['liveness', 'readiness'])
    if (visibility === 'status') return undefined
    // The answer is liveness, which is never limited.
    const limited = !this.#serving.admits()
    const excluded = excludedBy(parameters)
    const asked = this.#asked.ask(limited, parameters?.get('workers') ?? undefined)
    return Promise.all([asked, renderer.loading()]).then(([reports]) => {
      const reportOf = (name: string) =>
        this.#exclusions.of((reports.get(name) ?? health.latest(name)) as Report, excluded)
      return renderer.at(root, true).response(reportOf('readiness'), visibility, method, reportOf('liveness'))
    })
  }
}

function excludedBy(parameters: URLSearchParams | undefined): readonly string[] {
  return parameters?.has('exclude') ? parameters.getAll('exclude') : []
}

function choose(
  request: HealthRequest,
  wanted: string | null | undefined,
  renderers: readonly Renderer[],
): Renderer {
  const named = wanted == null ? undefined : renderers.find(({ name }) => name === wanted)
  return named ?? negotiate(listHeader(request, 'accept'), renderers)
}

function isTrue(value: string | null | undefined): boolean {
  return value?.toLowerCase() === 'true'
}

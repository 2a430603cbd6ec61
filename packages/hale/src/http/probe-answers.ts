import { deadline } from '../core/deadline.ts'
import type { Visibility } from '../core/group-settings.ts'
import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { forMethod, type HealthRequest, type HealthResponse, header } from './exchange.ts'
import { Exclusions } from './exclusion.ts'
import type { Format } from './format.ts'
import { kubernetes, kubernetesFormat } from './formats/kubernetes.ts'
import type { HandlerSettings } from './handler-settings.ts'
import { negotiate } from './negotiate.ts'
import { rootFrom } from './place.ts'
import { answerFailed, methodNotAllowed, tooManyRequests } from './problem.ts'
import { type ProxyHeaders, proxyHeaders } from './proxy-headers.ts'
import type { TokenBucket } from './rate-limit.ts'
import { Renderer } from './render.ts'
import { type Alias, aliasNames, type Target } from './route.ts'
import type { VisibilityPolicy } from './visibility.ts'
import { Whole, wholeProbes } from './whole.ts'

type Answer = HealthResponse | Promise<HealthResponse> | undefined

/** Answers what asks for a probe, a group, a check, or the whole. */
export class ProbeAnswers {
  readonly #health: HealthSource
  readonly #policy: VisibilityPolicy
  readonly #bucket: TokenBucket | undefined
  readonly #basePath: string
  readonly #proxyHeaders: ProxyHeaders
  readonly #renderers: readonly Renderer[]
  readonly #byAlias: ReadonlyMap<Alias, readonly Renderer[]>
  readonly #exclusions = new Exclusions()
  readonly #whole: Whole

  constructor(
    health: HealthSource,
    settings: HandlerSettings,
    policy: VisibilityPolicy,
    bucket: TokenBucket | undefined,
  ) {
    this.#health = health
    this.#policy = policy
    this.#bucket = bucket
    this.#basePath = settings.basePath
    this.#proxyHeaders = proxyHeaders(settings)
    this.#renderers = this.renderersOf(settings.formats)
    this.#byAlias = new Map(aliasNames.map((alias) => [alias, this.#at(alias, settings.formats)]))
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
    const limited = name === 'liveness' ? undefined : this.limited(method)
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
    const limited = this.limited(method)
    if (limited !== undefined) return limited
    const visibility = this.#ofAll(request, wholeProbes)
    const report = this.#whole.ask(parameters?.get('workers') ?? undefined)
    return this.#render(report, renderer, visibility, method, parameters)
  }

  /** The refusal, when there have been too many requests for anything but liveness. */
  limited(method: string): HealthResponse | undefined {
    const wait = this.#bucket?.take() ?? 0
    return wait > 0 ? forMethod(tooManyRequests(wait), method) : undefined
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
    if (!(report instanceof Promise)) {
      return renderer.response(this.#exclusions.of(report, excluded), visibility, method)
    }
    return report.then(
      (settled) => renderer.response(this.#exclusions.of(settled, excluded), visibility, method),
      (error: unknown) => forMethod(answerFailed(this.#health.logger, error), method),
    )
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
    const limited = (this.#bucket?.take() ?? 0) > 0
    const names = limited ? ['liveness'] : health.groups.map(({ name }) => name)
    const excluded = excludedBy(parameters)
    return this.#inTime(names, parameters?.get('workers') ?? undefined).then(
      (reports) => {
        const reportOf = (name: string) =>
          this.#exclusions.of((reports.get(name) ?? health.latest(name)) as Report, excluded)
        return renderer
          .at(root, true)
          .response(reportOf('readiness'), visibility, method, reportOf('liveness'))
      },
      (error: unknown) => forMethod(answerFailed(health.logger, error), method),
    )
  }

  /**
   * The reports of those that may take as long as liveness, and of the others what comes within its budget: whoever
   * asks whether the process lives waits for no dependency's sake.
   */
  #inTime(names: readonly string[], workers: string | undefined): Promise<ReadonlyMap<string, Report>> {
    const { clock, groups } = this.#health
    const budgets = new Map(groups.map(({ name, budgetMs }) => [name, budgetMs]))
    const budgetMs = budgets.get('liveness') ?? 0
    const reports = new Map<string, Report>()
    const asked = names.map(async (name) => {
      const report = await this.#health.ask(name, workers)
      if (report !== undefined) reports.set(name, report)
    })
    const prompt = asked.filter((_, index) => (budgets.get(names[index] as string) ?? 0) <= budgetMs)
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve(reports)
      const cancel = deadline(clock, budgetMs, () => void Promise.all(prompt).then(answer, reject))
      void Promise.all(asked).then(answer, reject).finally(cancel)
    })
  }
}

function excludedBy(parameters: URLSearchParams | undefined): readonly string[] {
  return parameters?.has('exclude') ? parameters.getAll('exclude') : []
}

/** Whether a method only reads. */
export function reads(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

function choose(
  request: HealthRequest,
  wanted: string | null | undefined,
  renderers: readonly Renderer[],
): Renderer {
  const named = wanted == null ? undefined : renderers.find(({ name }) => name === wanted)
  return named ?? negotiate(header(request, 'accept'), renderers)
}

function isTrue(value: string | null | undefined): boolean {
  return value?.toLowerCase() === 'true'
}

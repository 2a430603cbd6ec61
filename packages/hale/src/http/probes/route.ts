import type { GroupInfo, HealthSource } from '../../core/health.ts'
import { withoutOrigin } from '../exchange.ts'

/** What a path asks for. */
export interface Target {
  /** The probe's, group's or check's name. */
  readonly name: string
  /** True for the base path, which `?deep=true` turns into readiness. */
  readonly base: boolean
  /** Which of Kubernetes' paths it was found by, if any: there its text goes before other formats. */
  readonly alias?: Alias
}

/** The paths that Kubernetes' own components have, without their slash. */
export type Alias = (typeof aliasNames)[number]

export const aliasNames = ['livez', 'readyz', 'startupz', 'healthz'] as const

const liveness: Target = { name: 'liveness', base: false }
const readiness: Target = { name: 'readiness', base: false }
const startup: Target = { name: 'startup', base: false }

const aliases: Readonly<Record<Alias, Target>> = {
  livez: { ...liveness, alias: 'livez' },
  readyz: { ...readiness, alias: 'readyz' },
  startupz: { ...startup, alias: 'startupz' },
  // Like the base path: whoever points a liveness probe at it must not be restarted for a dependency.
  healthz: { name: 'liveness', base: true, alias: 'healthz' },
}

/** Finds what a request asks for. Matches whole paths only: a prefix that lets more through is a hole. */
export class Routes {
  readonly #known = new Map<string, Target>()
  readonly #prefix: string
  readonly #health: HealthSource
  readonly #withAliases: boolean
  #groups: readonly GroupInfo[] = []

  constructor(health: HealthSource, basePath: string, withAliases: boolean) {
    this.#health = health
    this.#prefix = `${basePath}/`
    this.#withAliases = withAliases
    if (withAliases) for (const alias of aliasNames) this.#known.set(`/${alias}`, aliases[alias])
    this.#known.set(basePath === '' ? '/' : basePath, { name: 'liveness', base: true })
    this.#known.set(`${this.#prefix}live`, liveness)
    this.#known.set(`${this.#prefix}ready`, readiness)
    this.#known.set(`${this.#prefix}startup`, startup)
    this.#known.set(`${this.#prefix}started`, startup)
    this.#addGroups()
  }

  /** Those of a cluster's workers are not known when the endpoints are made. */
  #addGroups(): boolean {
    const { groups } = this.#health
    if (groups === this.#groups) return false
    this.#groups = groups
    for (const { name, kind } of groups) {
      const path = `${this.#prefix}${name}`
      if (kind === 'group' && !this.#known.has(path)) this.#known.set(path, { name, base: false })
    }
    return true
  }

  /** By the request line's own text: what probes send, found without taking it apart. */
  exactly(url: string): Target | undefined {
    return this.#known.get(url)
  }

  /** By path, as taken from the request line. */
  match(path: string): Target | undefined {
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    const known = this.#known.get(bare)
    if (known !== undefined) return known
    const name = bare.startsWith(this.#prefix) ? bare.slice(this.#prefix.length) : ''
    // Checks come and go, so they are looked up with the registry; nothing is kept for a name that is unknown.
    if (this.#health.hasCheck(name)) return { name, base: false }
    const late = this.#addGroups() ? this.#known.get(bare) : undefined
    if (late !== undefined) return late
    return this.#withAliases ? this.#member(bare) : undefined
  }

  /** One check of a probe, as `/readyz/database`. */
  #member(path: string): Target | undefined {
    const [, first, name, more] = path.split('/', 4)
    const alias = aliasNames.find((candidate) => candidate === first)
    if (alias === undefined || name === undefined || more !== undefined) return undefined
    const checks = this.#health.latest(aliases[alias].name)?.checks ?? {}
    return Object.hasOwn(checks, name) && this.#health.hasCheck(name)
      ? { name, base: false, alias }
      : undefined
  }
}

/** Path and query of a request line; undefined when it cannot be one of ours. */
export function parseUrl(url: string): { readonly path: string; readonly query: string } | undefined {
  const local = withoutOrigin(url)
  const [beforeFragment = ''] = local.split('#', 1)
  const mark = beforeFragment.indexOf('?')
  const path = mark === -1 ? beforeFragment : beforeFragment.slice(0, mark)
  const query = mark === -1 ? '' : beforeFragment.slice(mark + 1)
  if (!path.includes('%')) return { path: path === '' ? '/' : path, query }
  // An encoded slash would get past a proxy's rules for the path that it stands for.
  if (/%2f/i.test(path)) return undefined
  try {
    return { path: decodeURIComponent(path), query }
  } catch {
    return undefined
  }
}

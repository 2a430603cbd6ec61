import type { EndpointAnswer } from '../endpoint/endpoint-answer.ts'
import { type EndpointTarget, endpointTarget } from '../endpoint/endpoint-url.ts'
import { type ReadOptions, readEndpoint } from '../endpoint/read-endpoint.ts'
import { PROFILE_DEFAULTS, probePaths } from './defaults.ts'
import { serviceName } from './service-name.ts'
import type { ServiceProfile } from './service-profile.ts'

/** Where each kind of endpoint has its probes, told by the path of the one that was named. */
interface Layout {
  readonly path: RegExp
  readonly probes: (base: string) => {
    readonly liveness: string
    readonly readiness: string
    readonly startup: string
  }
}

const layouts: readonly Layout[] = [
  {
    path: /^(.*)\/(?:livez|readyz|startupz|healthz)$/,
    probes: (base) => ({
      liveness: `${base}/livez`,
      readiness: `${base}/readyz`,
      startup: `${base}/startupz`,
    }),
  },
  {
    // Spring Boot has no startup of its own: what it waits for is in its readiness.
    path: /^(.*\/actuator\/health)(?:\/(?:liveness|readiness))?\/?$/,
    probes: (base) => ({
      liveness: `${base}/liveness`,
      readiness: `${base}/readiness`,
      startup: `${base}/readiness`,
    }),
  },
  { path: /^(.*?)(?:\/(?:live|ready|startup|started))?\/?$/, probes: probePaths },
]

export interface EndpointFindings {
  readonly profile: Partial<ServiceProfile>
  /** What it was asked for and does not have, so that somebody has to look. */
  readonly warnings: readonly string[]
}

/**
 * Asks a running endpoint what can be learned by asking: paths, name, version, checks, whether there are metrics.
 * Budgets and timeouts show in no answer; those stay at their defaults.
 *
 * @param target the base path, or one of the probes.
 * @returns the problem, when there is none to be asked.
 */
export async function fromEndpoint(
  target: EndpointTarget,
  options: ReadOptions,
): Promise<EndpointFindings | string> {
  const paths = pathsOf(target.url.pathname)
  const read = (path: string) => readEndpoint(at(target, path), options)
  const metricsPath = probePaths(paths.base).metrics
  const [ready, live, startup, metrics] = await Promise.all(
    [paths.readiness, paths.liveness, paths.startup, metricsPath].map(read),
  )
  if (ready === undefined || !ready.answered) return `${target.url.origin} did not answer: ${ready?.message}`
  // 503 is an answer: a service that is DOWN is asked in the same places.
  if (ready.httpStatus !== 200 && ready.httpStatus !== 503)
    return `${target.url.origin}${paths.readiness} answers ${ready.httpStatus}: give the base path of the endpoint, such as http://localhost:3000/health`
  const { budgetMs } = PROFILE_DEFAULTS
  const has = (reading: typeof live): boolean =>
    reading?.answered === true && (reading.httpStatus === 200 || reading.httpStatus === 503)
  const warnings: string[] = []
  if (!has(live))
    warnings.push(`${paths.liveness} is not there: liveness has to ask something without dependencies`)
  if (!has(startup)) warnings.push(`${paths.startup} is not there: readiness is asked in its place`)
  return {
    warnings,
    profile: {
      ...serviceOf(ready),
      host: target.url.hostname,
      port: portOf(target.url),
      tls: target.url.protocol === 'https:',
      liveness: { path: paths.liveness, budgetMs },
      readiness: { path: paths.readiness, budgetMs },
      startup: { path: has(startup) ? paths.startup : paths.readiness, budgetMs },
      ...(metrics?.answered === true && metrics.httpStatus === 200 && { metricsPath }),
      checks: ready.checks.map(({ name, critical = true }) => ({
        name,
        critical,
        timeoutMs: PROFILE_DEFAULTS.checkTimeoutMs,
        probes: ['readiness'],
      })),
    },
  }
}

/** What may be told of it: never the text itself, which may hold a password or a token. */
export function shownEndpoint(text: string): string {
  const target = endpointTarget(text)
  return typeof target === 'string' ? 'the endpoint' : target.shown
}

function pathsOf(pathname: string) {
  for (const { path, probes } of layouts) {
    const base = path.exec(pathname)?.[1]
    if (base !== undefined) return { base, ...probes(base) }
  }
  return { base: pathname, ...probePaths(pathname) }
}

function at(target: EndpointTarget, path: string): EndpointTarget {
  const url = new URL(target.url)
  url.pathname = path
  return { ...target, url, shown: `${url.origin}${path}` }
}

function serviceOf({ service, version }: EndpointAnswer): Partial<ServiceProfile> {
  const name = service === undefined ? undefined : serviceName(service)
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

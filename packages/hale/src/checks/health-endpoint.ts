import { currentTarget } from '../check-parts/http/current-target.ts'
import { fetchOption } from '../check-parts/http/fetch-option.ts'
import { type HealthAnswer, readHealthAnswer } from '../check-parts/http/health-answer.ts'
import {
  type HttpAnswer,
  type HttpBodyReader,
  isHttpAnswer,
  readBody,
} from '../check-parts/http/http-body.ts'
import { requestHeaders } from '../check-parts/http/request-headers.ts'
import type { RequestTarget } from '../check-parts/http/request-target.ts'
import { degradedAfter } from '../check-parts/judging/degraded-after.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { durationText } from '../core/text.ts'
import { Problems } from '../errors/problems.ts'

export type { HttpAnswer, HttpBodyReader }

/** What the check asks `fetch` with. */
export interface HealthEndpointRequest {
  readonly method: 'GET'
  readonly headers: Record<string, string>
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

/** Options of `healthEndpoint`. */
export interface HealthEndpointCheckOptions extends DependencyCheckOptions {
  /** Sent with the request, such as the token for details. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * How many bytes of an answer are read; a longer one is DOWN.
   * @default 262144
   */
  readonly maxBodyBytes?: number
  /** An answer that takes longer is DEGRADED. Less than `timeoutMs`. */
  readonly degradedAfterMs?: number
  /**
   * Makes the request, for a proxy, a client certificate or an authority of one's own.
   * @default the global fetch
   */
  readonly fetch?: (url: string, request: HealthEndpointRequest) => Promise<HttpAnswer>
}

/** Where the other service's health is to be read. */
export type HealthUrl = string | URL

const defaultHeaders = { accept: 'application/json', 'user-agent': 'hale', 'cache-control': 'no-cache' }

/**
 * Is another service well, as it says itself? Reads its health endpoint down to its components: of hale, of Spring
 * Boot Actuator, application/health+json and MicroProfile Health. Its DEGRADED is our DEGRADED. Credentials in the URL
 * become an `Authorization` header and are shown nowhere.
 *
 * UP `healthy`. DEGRADED `degraded`, or `healthy, slower than 300 ms`. DOWN `down`, `out of service`, `status unknown`,
 * `HTTP 503` when the status line says worse than the body, `not a health answer`, or a text of the fixed vocabulary.
 * Data: `components`, the status of each by its name. Nothing else that it says is shown.
 *
 * Two services that ask each other for their readiness take each other down for good: ask for what does not depend on
 * you, or leave it non-critical.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { healthEndpoint } from 'hale/checks/health-endpoint'
 *
 * const health = createHealth({
 *   checks: { billing: healthEndpoint('http://billing.internal:8080/actuator/health', { critical: false }) },
 * })
 * ```
 */
export function healthEndpoint(
  url: HealthUrl | (() => HealthUrl | null | undefined | PromiseLike<HealthUrl | null | undefined>),
  options: HealthEndpointCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as HealthEndpointCheckOptions
  const { headers, maxBodyBytes, degradedAfterMs, fetch, ...rest } = given
  const atTarget = currentTarget(url, problems)
  const ask = fetchOption<HealthEndpointRequest>(fetch, problems)
  const own = requestHeaders(headers, problems)
  const most = problems.number('maxBodyBytes', maxBodyBytes, 262_144, { integer: true, unit: 'bytes' })
  const slowMs = degradedAfter(degradedAfterMs, rest.timeoutMs, problems)
  const read = async ({ url, headers }: RequestTarget, { signal, now }: CheckContext): Promise<Outcome> => {
    const startedAt = now()
    const request = { ...defaultHeaders, ...headers, ...own }
    // Elsewhere it would be another service that is asked, and with this one's credentials.
    const answer = await ask(url.href, { method: 'GET', headers: request, redirect: 'manual', signal })
    if (!isHttpAnswer(answer)) return down('not an answer of fetch')
    const { text, whole } = await readBody(answer, most, true)
    if (!whole) return down(`answer larger than ${most} bytes`)
    return judged(answer.status, readHealthAnswer(text), now() - startedAt > slowMs ? slowMs : undefined)
  }
  const run = (context: CheckContext): Promise<Outcome> =>
    atTarget(context.signal, (target) => read(target, context))
  return {
    ...check(run, rest),
    ownOptions: ['headers', 'maxBodyBytes', 'degradedAfterMs', 'fetch'],
    problems: problems.found,
  }
}

const unhealthy = { DOWN: 'down', OUT_OF_SERVICE: 'out of service', UNKNOWN: 'status unknown' } as const

function judged(
  httpStatus: number,
  answer: HealthAnswer | undefined,
  slowerThanMs: number | undefined,
): Outcome {
  const succeeded = httpStatus >= 200 && httpStatus <= 299
  if (answer === undefined) return down(succeeded ? 'not a health answer' : `HTTP ${httpStatus}`)
  const { status, components } = answer
  const data = Object.keys(components).length > 0 ? { components } : undefined
  if (status !== 'UP' && status !== 'DEGRADED') return down(unhealthy[status], data)
  if (!succeeded) return down(`HTTP ${httpStatus}`, data)
  if (status === 'DEGRADED') return degraded('degraded', data)
  if (slowerThanMs === undefined) return up('healthy', data)
  return degraded(`healthy, slower than ${durationText(slowerThanMs)}`, data)
}

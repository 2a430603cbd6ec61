import { fetchOption } from '../check-parts/http/fetch-option.ts'
import {
  type HttpAnswer,
  type HttpBodyReader,
  isHttpAnswer,
  readBody,
} from '../check-parts/http/http-body.ts'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { withDefaults } from '../core/check-defaults.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { HttpAnswer, HttpBodyReader, Thresholds }

/** What the check asks `fetch` with. */
export interface DateRequest {
  readonly method: 'GET'
  readonly redirect: 'manual'
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

/** Options of `clockSkew`. Durations are milliseconds. */
export interface ClockSkewCheckOptions extends DependencyCheckOptions {
  /**
   * How far the clocks are apart for certain.
   * @default { degradedAt: 2000, downAt: 30000 }
   */
  readonly skewMs?: Thresholds
  /**
   * That nobody tells the time is no reason to take no traffic.
   * @default false
   */
  readonly critical?: boolean
  /**
   * As of every check, but a good result serves for a minute: clocks drift slowly, and it is another's server.
   * @default { up: 60000, down: 1000 }
   */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
  /**
   * Makes the request, for a proxy or an authority of one's own.
   * @default the global fetch
   */
  readonly fetch?: (url: string, request: DateRequest) => Promise<HttpAnswer>
}

// A Date header tells whole seconds: the true time is somewhere in the second that it begins.
const dateResolutionMs = 1000
const mostBodyBytes = 65_536

/**
 * Is the clock right? Compares it with the `Date` of an HTTP answer, half of the round trip taken off. Tokens and
 * signatures fail, and nobody sees why, when clocks are apart.
 * Ask for something small: up to 64 KiB of it are read, so that the connection can serve the next request too.
 *
 * UP `in time`. DEGRADED, DOWN `clock ahead` or `clock behind`; DOWN `answer without a date`, or a text of the fixed
 * vocabulary when there is no answer. Data: `offsetMs` (ours less theirs), `uncertaintyMs`. What is judged is the
 * offset less its uncertainty, which is half a second and half of the round trip.
 *
 * A server, proxy or cache that answers with an old `Date` makes a good clock look ahead: ask one that answers itself.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { clockSkew } from 'hale/checks/clock-skew'
 *
 * const health = createHealth({ checks: { clock: clockSkew('https://identity.internal/') } })
 * ```
 */
export function clockSkew(
  url: string | URL,
  options: ClockSkewCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as ClockSkewCheckOptions
  const { skewMs, fetch, ...rest } = given
  const limits = limitsOf(problems, 'skewMs', skewMs, {
    unit: 'milliseconds',
    defaults: { degradedAt: 2000, downAt: 30_000 },
  })
  const target = targetOf(url)
  if (target === undefined)
    problems.add('url', `expected an http: or https: URL without credentials, got ${kindOf(url)}`)
  const ask = fetchOption<DateRequest>(fetch, problems)
  const run = async ({ signal, now }: CheckContext): Promise<Outcome> => {
    const sentAt = now()
    const headers = { 'user-agent': 'hale', 'cache-control': 'no-cache' }
    const answer = await ask(target as string, { method: 'GET', redirect: 'manual', headers, signal })
    const ours = Date.now()
    const roundTripMs = now() - sentAt
    if (!isHttpAnswer(answer)) return down('not an answer of fetch')
    await readBody(answer, mostBodyBytes, false)
    // Any answer will do, a 404 too: every server that has a clock must send the header (RFC 9110, 6.6.1).
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (Number.isNaN(date)) return down('answer without a date')
    const offsetMs = ours - roundTripMs / 2 - (date + dateResolutionMs / 2)
    const uncertaintyMs = (dateResolutionMs + roundTripMs) / 2
    const certainMs = Math.max(0, Math.abs(offsetMs) - uncertaintyMs)
    const grade = limits.grade(certainMs)
    const text = grade === 'UP' ? 'in time' : offsetMs > 0 ? 'clock ahead' : 'clock behind'
    return graded(grade, text, {
      offsetMs: rounded(offsetMs, 0),
      uncertaintyMs: rounded(uncertaintyMs, 0),
    })
  }
  const made = check(run, withDefaults(rest, { critical: false, maxAgeMs: { up: 60_000 } }))
  return { ...made, ownOptions: ['skewMs', 'fetch'], problems: problems.found }
}

function targetOf(url: unknown): string | undefined {
  if (!(typeof url === 'string' || url instanceof URL) || !URL.canParse(String(url))) return undefined
  const { protocol, username, password, href } = new URL(url)
  const isHttp = protocol === 'http:' || protocol === 'https:'
  return isHttp && username === '' && password === '' ? href : undefined
}

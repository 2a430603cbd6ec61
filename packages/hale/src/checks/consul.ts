import { ofTheMoment } from '../check-parts/asking/of-the-moment.ts'
import { type Fetch, fetchOption } from '../check-parts/http/fetch-option.ts'
import { type HttpAnswer, isHttpAnswer, readBody } from '../check-parts/http/http-body.ts'
import { type RequestTarget, requestTarget } from '../check-parts/http/request-target.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { HttpAnswer, HttpBodyReader } from '../check-parts/http/http-body.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'

/** Options of `consul`. Durations are milliseconds. */
export interface ConsulCheckOptions extends DependencyCheckOptions {
  /**
   * The ACL token, or a function that returns the current one, or nothing while there is none; sent as
   * `X-Consul-Token`.
   */
  readonly token?: string | (() => string | null | undefined | PromiseLike<string | null | undefined>)
  /** How few servers the cluster may have, from this number downwards: those that take part in electing a leader. */
  readonly servers?: Thresholds
  /**
   * For a proxy, a client certificate or an authority of your own.
   * @default the global fetch
   */
  readonly fetch?: (url: string, request: ConsulRequest) => Promise<HttpAnswer>
}

/** What the check asks `fetch` with. */
export interface ConsulRequest {
  readonly headers: Record<string, string>
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

const mostBytes = 65_536

/**
 * Has the Consul cluster a leader? Takes the address of an agent or server, `http://127.0.0.1:8500`, and asks its
 * `/v1/status/leader` and `/v1/status/peers`.
 *
 * UP `leader elected`. DEGRADED or DOWN `too few servers` past the thresholds. DOWN `no leader`, `HTTP 403`, or a text
 * of the fixed vocabulary (`connection refused`, `timed out after 500 ms` …). Data: `servers`, how many there are.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { consul } from 'hale/checks/consul'
 *
 * const health = createHealth({
 *   checks: { consul: consul('http://127.0.0.1:8500', { servers: { degradedAt: 2 }, critical: false }) },
 * })
 * ```
 */
export function consul(url: string | URL, options: ConsulCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as ConsulCheckOptions
  const { token, servers, fetch, ...rest } = given
  const target = requestTarget(url)
  if (target === undefined) problems.add('url', `expected an http: or https: URL, got ${kindOf(url)}`)
  if (typeof token !== 'function') problems.string('token', token)
  const asking = fetchOption<ConsulRequest>(fetch, problems)
  const limits = limitsOf(problems, 'servers', servers, { unit: 'servers', worse: 'less' })
  const run = async (context: CheckContext): Promise<Outcome> => {
    const current = typeof token === 'function' ? await ofTheMoment(token, context.signal) : token
    const ask = (path: string) => answerOf(target as RequestTarget, path, current, asking, context)
    const [leader, peers] = await Promise.all([ask('/v1/status/leader'), ask('/v1/status/peers')])
    if (leader === undefined || peers === undefined) return down('not an answer of fetch')
    const refused = [leader, peers].find(({ status }) => status !== 200)
    // With 500 it says so in words.
    if (leader.value === '' || refused?.text.includes('No cluster leader')) return down('no leader')
    if (refused !== undefined) return down(`HTTP ${refused.status}`)
    if (typeof leader.value !== 'string' || !Array.isArray(peers.value)) return down('answer not as expected')
    const data = { servers: peers.value.length }
    const grade = limits.grade(data.servers)
    return graded(grade, grade === 'UP' ? 'leader elected' : 'too few servers', data)
  }
  return { ...check(run, rest), ownOptions: ['token', 'servers', 'fetch'], problems: problems.found }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly value: unknown
}

async function answerOf(
  target: RequestTarget,
  path: string,
  token: unknown,
  fetch: Fetch<ConsulRequest>,
  { signal }: CheckContext,
): Promise<Answer | undefined> {
  const headers = {
    'user-agent': 'hale',
    ...target.headers,
    ...(typeof token === 'string' && { 'x-consul-token': token }),
  }
  const to = new URL(`${target.url.pathname.replace(/\/$/, '')}${path}`, target.url).href
  const answer = await fetch(to, { headers, redirect: 'manual', signal })
  if (!isHttpAnswer(answer)) return undefined
  const { text } = await readBody(answer, mostBytes, true)
  return { status: answer.status, text, value: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

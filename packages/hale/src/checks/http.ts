import {
  type HeaderExpectations,
  headersRule,
  type JsonExpectation,
  type JsonScalar,
  jsonRule,
} from '../check-parts/http/answer-rules.ts'
import { currentTarget } from '../check-parts/http/current-target.ts'
import {
  type HttpAnswer,
  type HttpBodyReader,
  isHttpAnswer,
  readBody,
} from '../check-parts/http/http-body.ts'
import { requestHeaders } from '../check-parts/http/request-headers.ts'
import { type RequestTarget, withoutCredentials } from '../check-parts/http/request-target.ts'
import { degradedAfter } from '../check-parts/judging/degraded-after.ts'
import { matches } from '../check-parts/judging/matches.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { durationText } from '../core/text.ts'
import { kindOf, type NumberRule, Problems } from '../errors/problems.ts'

export type { HeaderExpectations, HttpAnswer, HttpBodyReader, JsonExpectation, JsonScalar }

/** What the check asks `fetch` with. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Record<string, string>
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

/** Options of `http`. Durations are milliseconds. */
export interface HttpCheckOptions extends DependencyCheckOptions {
  /**
   * After a HEAD Node's fetch closes the connection, so that each run opens another.
   * @default 'GET'
   */
  readonly method?: 'GET' | 'HEAD'
  /**
   * The status that is well: a number, a list, or a function that says so.
   * @default any 2xx
   */
  readonly expectedStatus?: number | readonly number[] | ((status: number) => boolean | PromiseLike<boolean>)
  /** Sent with the request, and with redirects to the same origin. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the body must hold: a string, a match, or a function that says whether it is well. */
  readonly expectBody?: string | RegExp | ((text: string) => boolean | PromiseLike<boolean>)
  /**
   * What the body must say as JSON: `{ path: 'status', equals: 'UP' }`, or a list of which each must hold. An `equals`
   * that is a list says what the value may be.
   */
  readonly expectJson?: JsonExpectation | readonly JsonExpectation[]
  /** What the headers must be: a text that is meant whole, a match, or `true` for one that must be there. */
  readonly expectHeaders?: HeaderExpectations
  /**
   * How many bytes of a body are read. A longer one is DOWN with `expectBody` or `expectJson`, else the rest is left.
   * @default 65536
   */
  readonly maxBodyBytes?: number
  /** An answer that takes longer, body included, is DEGRADED. Less than `timeoutMs`. */
  readonly degradedAfterMs?: number
  /**
   * Makes the request, for a proxy, a client certificate or an authority of one's own.
   * @default the global fetch
   */
  readonly fetch?: (url: string, request: HttpRequest) => Promise<HttpAnswer>
}

/** What is asked: an absolute URL. */
export type HttpTarget = string | URL

const mostRedirects = 3
// A cached answer would say nothing about the service behind the cache.
const defaultHeaders = { 'user-agent': 'hale', 'cache-control': 'no-cache' }

const ownOptions = [
  'method',
  'expectedStatus',
  'headers',
  'expectBody',
  'expectJson',
  'expectHeaders',
  'maxBodyBytes',
  'degradedAfterMs',
  'fetch',
]

/**
 * Does an HTTP endpoint answer well? Takes a URL or a function that returns the current one. Credentials in it become
 * an `Authorization` header and are shown nowhere. Redirects are followed to the same origin only, three at most.
 *
 * UP `HTTP 200`. DEGRADED `HTTP 200, slower than 300 ms` with `degradedAfterMs`. DOWN `HTTP 500`,
 * `redirected to another host`, `too many redirects`, `answer not as expected`, `headers not as expected`,
 * `answer larger than 65536 bytes`, or a text of the fixed vocabulary (`connection refused`, `host name not found`, `certificate expired` …). No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { http } from 'hale/checks/http'
 *
 * const health = createHealth({
 *   checks: {
 *     payments: http('https://payments.internal/health', { critical: false, degradedAfterMs: 300 }),
 *   },
 * })
 * ```
 */
export function http(
  url: HttpTarget | (() => HttpTarget | null | undefined | PromiseLike<HttpTarget | null | undefined>),
  options: HttpCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as HttpCheckOptions
  const { method, expectedStatus, headers, expectBody, expectJson, expectHeaders, ...others } = given
  const { maxBodyBytes, degradedAfterMs, fetch, ...rest } = others
  const atTarget = currentTarget(url, problems)
  if (typeof (fetch ?? http) !== 'function')
    problems.add('fetch', `expected a function, got ${kindOf(fetch)}`)
  const settings: Settings = {
    method: problems.oneOf('method', method, ['GET', 'HEAD']) ?? 'GET',
    headers: requestHeaders(headers, problems),
    isExpectedStatus: statusRule(expectedStatus, problems),
    isExpectedBody: both(bodyRule(expectBody, problems), jsonRule('expectJson', expectJson, problems)),
    areExpectedHeaders: headersRule('expectHeaders', expectHeaders, problems),
    maxBodyBytes: problems.number('maxBodyBytes', maxBodyBytes, 65_536, { integer: true, unit: 'bytes' }),
    degradedAfterMs: degradedAfter(degradedAfterMs, rest.timeoutMs, problems),
    // Looked up at each run: instrumentation replaces the global one later.
    fetch: fetch ?? ((to, request) => globalThis.fetch(to, request)),
  }
  if (method === 'HEAD' && settings.isExpectedBody !== undefined) {
    const option = expectBody === undefined ? 'expectJson' : 'expectBody'
    problems.add(option, "an answer to HEAD has no body; use method: 'GET'")
  }
  const run = (context: CheckContext): Promise<Outcome> =>
    atTarget(context.signal, (target) => ask(target, settings, context))
  return { ...check(run, rest), ownOptions, problems: problems.found }
}

interface Settings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly isExpectedStatus: (status: number) => Answer
  readonly isExpectedBody: BodyRule
  readonly areExpectedHeaders: ((headers: HttpAnswer['headers']) => boolean) | undefined
  readonly maxBodyBytes: number
  readonly degradedAfterMs: number
  readonly fetch: NonNullable<HttpCheckOptions['fetch']>
}

async function ask(target: RequestTarget, settings: Settings, context: CheckContext): Promise<Outcome> {
  const { signal, now } = context
  const { method, maxBodyBytes, isExpectedBody, degradedAfterMs } = settings
  const headers = { ...defaultHeaders, ...target.headers, ...settings.headers }
  const startedAt = now()
  let { url } = target
  for (let redirects = 0; ; redirects++) {
    const answer = await settings.fetch(url.href, { method, headers, redirect: 'manual', signal })
    if (!isHttpAnswer(answer)) return down('not an answer of fetch')
    const { status } = answer
    const expected = await settings.isExpectedStatus(status)
    // Read even when nobody looks at it: only after its body can a connection serve the next request.
    const { text, whole } = await readBody(answer, maxBodyBytes, expected && isExpectedBody !== undefined)
    if (expected) {
      if (settings.areExpectedHeaders?.(answer.headers) === false) return down('headers not as expected')
      if (isExpectedBody !== undefined) {
        if (!whole) return down(`answer larger than ${maxBodyBytes} bytes`)
        if (!(await isExpectedBody(text))) return down('answer not as expected')
      }
      if (now() - startedAt <= degradedAfterMs) return up(`HTTP ${status}`)
      return degraded(`HTTP ${status}, slower than ${durationText(degradedAfterMs)}`)
    }
    const location = answer.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(status) || location === null) return down(`HTTP ${status}`)
    if (!URL.canParse(location, url.href)) return down('redirected to an invalid URL')
    const next = new URL(location, url)
    // Elsewhere it would be another service that is asked, and with this one's credentials.
    if (next.origin !== url.origin) return down('redirected to another host')
    if (redirects === mostRedirects) return down('too many redirects')
    url = withoutCredentials(next)
  }
}

function statusRule(expected: unknown, problems: Problems): (status: number) => Answer {
  if (expected === undefined) return (status) => status >= 200 && status <= 299
  if (typeof expected === 'function') return (status) => expected(status) as Answer
  const list: readonly unknown[] = Array.isArray(expected) ? expected : [expected]
  const rule: NumberRule = { min: 200, max: 599, integer: true }
  for (const status of list) problems.number('expectedStatus', status ?? null, 0, rule)
  if (list.length === 0) problems.add('expectedStatus', 'expected at least one status, got an empty list')
  return (status) => list.includes(status)
}

/** A promise is awaited: taken as it is, it would be true for ever. */
type Answer = boolean | PromiseLike<boolean>
type BodyRule = ((text: string) => Answer) | undefined

function both(one: BodyRule, other: BodyRule): BodyRule {
  return one !== undefined && other !== undefined
    ? async (text) => (await one(text)) && other(text)
    : (one ?? other)
}

function bodyRule(expected: unknown, problems: Problems): BodyRule {
  if (expected === undefined) return undefined
  // Every body holds the empty one.
  if (typeof expected === 'string' && expected !== '') return (text) => text.includes(expected)
  if (typeof expected === 'function') return (text) => expected(text) as Answer
  if (expected instanceof RegExp) return matches(expected)
  problems.add('expectBody', `expected a string, a regular expression or a function, got ${kindOf(expected)}`)
  return undefined
}

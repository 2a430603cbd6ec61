import type { HeaderExpectations, JsonExpectation } from '../check-parts/http/answer-rules.ts'
import type { ProbeResult } from './probe-result.ts'

/** What `probe` asks with, and what it expects. Durations are milliseconds. */
export interface ProbeOptions {
  /**
   * How long one attempt may take: connecting, redirects and body included.
   * @default 3000
   */
  readonly timeoutMs?: number
  /**
   * How many more attempts follow one that failed.
   * @default 0
   */
  readonly retries?: number
  /**
   * Between two attempts.
   * @default 500
   */
  readonly retryDelayMs?: number
  /** Asks again and again until the target is well, for so long at most; `retries` does not count then. */
  readonly waitMs?: number
  /** Told what an attempt found that another one follows. What it throws is not looked at. */
  readonly onRetry?: (found: ProbeResult) => void
  /** An answer that takes longer is DEGRADED. Less than `timeoutMs`. */
  readonly degradedAfterMs?: number
  /** Ends the probe; it rejects with the signal's reason. */
  readonly signal?: AbortSignal

  /**
   * HTTP: the method.
   * @default 'GET'
   */
  readonly method?: 'GET' | 'HEAD'
  /** HTTP: sent with the request, and with redirects to the same origin. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * HTTP: what status is well: a number, a text such as `'200-299,304'`, or a list of such.
   * @default '200-399', as a kubelet
   */
  readonly expectedStatus?: number | string | readonly (number | string)[]
  /** HTTP, TCP, Unix: what the body, or what is said on the connection, must hold. */
  readonly expectBody?: string | RegExp
  /** HTTP: what the body must say as JSON: `{ path: 'status', equals: 'UP' }`, or a list of which each must hold. */
  readonly expectJson?: JsonExpectation | readonly JsonExpectation[]
  /** HTTP: what the headers must be: a text that is meant whole, a match, or `true` for one that must be there. */
  readonly expectHeaders?: HeaderExpectations
  /** TCP, Unix: sent once connected. */
  readonly send?: string

  /** TLS: days until the first certificate of the chain expires; fewer are DEGRADED, or DOWN. */
  readonly daysLeft?: { readonly degradedAt?: number; readonly downAt?: number }
  /**
   * TLS: takes any certificate, as a kubelet does.
   * @default false
   */
  readonly insecure?: boolean
  /** TLS: the name that the certificate must be for, and that the server is asked for (SNI). */
  readonly servername?: string
  /** TLS: whom to trust in place of the authorities that Node trusts; PEM. */
  readonly ca?: string
  /** TLS: a certificate of one's own, for servers that want one; PEM. */
  readonly cert?: string
  /** TLS: its key; PEM. */
  readonly key?: string

  /** A Unix socket that is asked in place of host and port, as `curl --unix-socket` does. */
  readonly socketPath?: string
}

/** The options with their defaults. */
export type ProbeSettings = ProbeOptions &
  Required<
    Pick<ProbeOptions, 'timeoutMs' | 'retries' | 'retryDelayMs' | 'method' | 'headers' | 'insecure'>
  > & {
    readonly statuses: StatusRanges
  }

/** Ranges of status codes, both ends included. */
export type StatusRanges = readonly (readonly [from: number, to: number])[]

/**
 * A header's name may hold no more (RFC 9110); its value no control characters, which could begin another header. The
 * `Headers` that the checks ask would load Node's client of HTTP.
 */
export const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
export const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/** Fills in the defaults of options that are in order. */
export function settingsOf(options: ProbeOptions): ProbeSettings {
  return {
    timeoutMs: 3000,
    retries: 0,
    retryDelayMs: 500,
    method: 'GET',
    headers: {},
    insecure: false,
    ...defined(options),
    statuses: readStatuses(options.expectedStatus ?? '200-399') ?? [],
  }
}

function defined(options: ProbeOptions): ProbeOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** Reads `204`, `'200-299,304'` or a list of such; undefined when it is none. */
export function readStatuses(given: unknown): StatusRanges | undefined {
  const words = (Array.isArray(given) ? given : [given]).flatMap((each) => String(each).split(','))
  const ranges = words.map((word) => {
    const [, from, to = from] = /^\s*([1-5]\d\d)(?:-([1-5]\d\d))?\s*$/.exec(word) ?? []
    return [Number(from), Number(to)] as const
  })
  return ranges.length > 0 && ranges.every(([from, to]) => from <= to) ? ranges : undefined
}

/** What a health body says of a component. */
export type ComponentStatus = 'UP' | 'DEGRADED' | 'UNKNOWN' | 'OUT_OF_SERVICE' | 'DOWN'

/**
 * What kept a target from being well: nobody was reached (refused, unknown name, bad certificate), no whole answer
 * came in time, the answer was not as expected, or a gRPC health service said that it does not serve.
 */
export type ProbeCause = 'unreachable' | 'no-answer' | 'unexpected-answer' | 'not-serving'

/** What one attempt found. */
export interface Finding {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN'
  /** One line that may be shown to anybody: no address, no credentials, nothing of a body but statuses and names. */
  readonly message: string
  /** Why it is DOWN. */
  readonly cause?: ProbeCause
  readonly httpStatus?: number
  /** Bytes of the body that were read. */
  readonly bodyBytes?: number
  /** Until the first certificate of the chain expires. */
  readonly certificateDaysLeft?: number
  /** The components that a health body names as not UP. */
  readonly components?: Readonly<Record<string, ComponentStatus>>
}

/** What a probe found. */
export interface ProbeResult extends Finding {
  /** UP or DEGRADED: what answers although something is amiss is still in service. */
  readonly healthy: boolean
  /** What was asked, without credentials and query. */
  readonly target: string
  /** How long the last attempt took. */
  readonly durationMs: number
  /** How often was asked. */
  readonly attempts: number
}

const longestMessage = 256

/** A finding of something that is not well. */
export function amiss(cause: ProbeCause, message: string, more: Partial<Finding> = {}): Finding {
  return { ...more, status: 'DOWN', cause, message: oneLine(message) }
}

// These three are core's too: shared, hale-probe would load all of the core for them before it asks.

/** One line of a length that every reader of probes keeps whole. */
export function oneLine(text: string): string {
  const line = flat(text)
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line
}

/** On one line, and without what would move a terminal's cursor. */
export function flat(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}

/** "500 ms", "1.5 s", "2 min". */
export function spell(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`
}

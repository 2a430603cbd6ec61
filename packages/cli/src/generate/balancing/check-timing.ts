import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timeoutSecondsOf } from '../../profile/timings.ts'
import { unannounced } from '../asking/reasons.ts'

/** When a proxy asks, and what it makes of the answers, for those that count in milliseconds. */
export interface CheckTiming {
  readonly timeoutMs: number
  readonly intervalMs: number
  /** Failures in a row that take an instance out. */
  readonly fall: number
  /** Successes in a row that bring it back. */
  readonly rise: number
  /** Why the interval is what it is, or that the drain delay is too short for any. */
  readonly reason: string
}

/** HAProxy's own; asking more seldom finds a dead instance late, and requests are lost meanwhile. */
const MOST_MS = 2000
/** A tenth of a second of one instance's time each second, at the very most, were the budget ever used up. */
const LEAST_MS = 100
/** Of the drain delay: what is left is for the answer's way and for a proxy that is busy. */
const SHARE = 0.9

/** @param fall fewer where the proxy cannot count: Caddy before 2.8 acts on the first. */
export function checkTiming(profile: ServiceProfile, { fall = 3, rise = 2 } = {}): CheckTiming {
  const wanted = Math.floor((profile.drainDelayMs * SHARE) / fall / LEAST_MS) * LEAST_MS
  const intervalMs = Math.min(MOST_MS, Math.max(LEAST_MS, wanted))
  return {
    timeoutMs: timeoutSecondsOf(profile.readiness) * 1000,
    intervalMs,
    fall,
    rise,
    reason: reasonFor(profile, fall, intervalMs),
  }
}

function reasonFor(profile: ServiceProfile, fall: number, intervalMs: number): string {
  const { drainDelayMs } = profile
  // From a 503 that is answered at once until the instance is out, at the longest.
  const noticedMs = intervalMs * fall
  const count = fall === 1 ? 'The first failure' : `${fall} failures in a row, ${prose(intervalMs)} apart,`
  const out = `${count} take${fall === 1 ? 's' : ''} an instance out, within ${prose(noticedMs)}`
  const lost = unannounced(profile)
  if (lost !== undefined) return `${out}. ${lost}`
  if (noticedMs <= drainDelayMs) {
    return `${out}: before an instance that drains stops listening, ${prose(drainDelayMs)} after it began to answer 503.`
  }
  return `${out}. TOO LATE: an instance that drains stops listening after ${prose(drainDelayMs)}, and requests sent to it until then are refused. Give it a drain delay of ${prose(Math.ceil((noticedMs + 500) / 1000) * 1000)} (gracefulShutdown's drainDelayMs) and generate this anew.`
}

/** `1.5s`: as Go, Varnish, Envoy and people read it. */
export function secondsText(ms: number): string {
  return `${ms / 1000}s`
}

/** The same for people. */
function prose(ms: number): string {
  return ms > 0 && ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}

/** Why the timeout is what it is. */
export function timeoutReason({ readiness }: ServiceProfile): string {
  return `The service answers within ${prose(readiness.budgetMs)}, whatever its dependencies do; the rest is for the connection, a garbage collection and a busy machine.`
}

/** What a proxy should know of the answers. */
export const ANSWERS =
  '200 is UP and DEGRADED, both in service; 503 is DOWN, starting, draining or in maintenance: out of rotation, not dead.'

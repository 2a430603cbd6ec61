import type { ProbeProfile, ServiceProfile } from './service-profile.ts'

/** When a platform asks, and what it makes of the answers. Whole seconds: most platforms take nothing else. */
export interface ProbeTiming {
  readonly timeoutSeconds: number
  readonly periodSeconds: number
  readonly failureThreshold: number
  readonly successThreshold: number
}

/** What a service's own figures make of a platform's. */
export interface Timings {
  readonly liveness: ProbeTiming
  readonly readiness: ProbeTiming
  readonly startup: ProbeTiming
  /** What `gracefulShutdown` needs as its `timeoutMs`. */
  readonly shutdownTimeoutMs: number
  /** How long the platform waits, from the begin of the end, until it kills. */
  readonly graceSeconds: number
  /** How long the platform has to hold back the signal to end; 0 where the service drains itself. */
  readonly preStopSeconds: number
}

/**
 * Above the answer's budget, for what the budget does not see: the connection, a garbage collection, a CPU limit that
 * has been used up. A timeout just above the budget restarts services that are well, and only when they are busy.
 */
const TIMEOUT_MARGIN_SECONDS = 1
/** What endpoints and the proxies of a cluster take to leave a pod: they are told at the same time as the pod is. */
export const LEAST_DRAIN_MS = 5000
/** `gracefulShutdown`'s default, which fits the 30 s that Kubernetes gives. */
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 25_000
/** For hooks and the closing of pools, after the last request. */
const CLOSING_MS = 5000
/** Between the service's own last moment and the kill, so that what was open is still logged. */
const KILL_MARGIN_SECONDS = 5

/**
 * @param extra what asking by this means takes beside the answer: an exec probe starts a process, in the container,
 * under its limits.
 */
export function timingsOf(
  profile: ServiceProfile,
  extra: { readonly timeoutSeconds: number } = { timeoutSeconds: 0 },
): Timings {
  const timeout = (probe: ProbeProfile): number => timeoutSecondsOf(probe) + extra.timeoutSeconds
  const { drainDelayMs, inFlightMs, drainsItself, startupMs } = profile
  const startup = {
    timeoutSeconds: timeout(profile.startup),
    periodSeconds: Math.max(3, timeout(profile.startup) + 1),
  }
  const drainSeconds = seconds(drainDelayMs)
  // A service that does not drain has no 25 s of its own that would have to fit in.
  const least = drainsItself ? DEFAULT_SHUTDOWN_TIMEOUT_MS : 0
  const shutdownTimeoutMs = Math.max(least, (drainsItself ? drainDelayMs : 0) + inFlightMs + CLOSING_MS)
  const preStopSeconds = drainsItself ? 0 : drainSeconds
  return {
    liveness: {
      timeoutSeconds: timeout(profile.liveness),
      periodSeconds: Math.max(10, timeout(profile.liveness) + 1),
      failureThreshold: 3,
      successThreshold: 1,
    },
    readiness: {
      timeoutSeconds: timeout(profile.readiness),
      periodSeconds: Math.max(5, timeout(profile.readiness) + 1),
      failureThreshold: 2,
      successThreshold: 1,
    },
    startup: {
      ...startup,
      // The first is asked at once: n failures end (n - 1) periods after the start.
      failureThreshold: Math.ceil(startupMs / 1000 / startup.periodSeconds) + 1,
      successThreshold: 1,
    },
    shutdownTimeoutMs,
    preStopSeconds,
    graceSeconds: Math.max(30, preStopSeconds + seconds(shutdownTimeoutMs) + KILL_MARGIN_SECONDS),
  }
}

/** How long whoever asks should wait: above what the answer may take, so never at or below the budget. */
export function timeoutSecondsOf({ budgetMs }: Pick<ProbeProfile, 'budgetMs'>): number {
  return Math.max(1, seconds(budgetMs)) + TIMEOUT_MARGIN_SECONDS
}

/** What a load balancer can do: its least period, and the least number of answers that it counts. */
export interface BalancerLimits {
  /** @default 1 */
  readonly leastPeriodSeconds?: number
  /** @default 2 */
  readonly leastFailures?: number
  /** Whether the period has to be above the timeout, not equal to it. @default false */
  readonly periodAboveTimeout?: boolean
}

/**
 * For what learns only from the probe that an instance drains: asked often enough that it has left before the drain
 * delay is over, as far as its limits let it. {@link noticeMs} says whether they do.
 */
export function balancerTiming(profile: ServiceProfile, limits: BalancerLimits = {}): ProbeTiming {
  const { leastPeriodSeconds = 1, leastFailures = 2, periodAboveTimeout = false } = limits
  const timeoutSeconds = timeoutSecondsOf(profile.readiness)
  const least = Math.max(leastPeriodSeconds, timeoutSeconds + (periodAboveTimeout ? 1 : 0))
  const wanted = Math.floor(profile.drainDelayMs / 1000 / leastFailures)
  return {
    timeoutSeconds,
    // Beyond 10 s an instance that died unannounced is sent requests for too long.
    periodSeconds: Math.max(least, Math.min(10, wanted)),
    failureThreshold: leastFailures,
    successThreshold: 2,
  }
}

/** Milliseconds until a balancer has noticed a 503 that is answered at once. */
export function noticeMs({ periodSeconds, failureThreshold }: ProbeTiming): number {
  return periodSeconds * failureThreshold * 1000
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

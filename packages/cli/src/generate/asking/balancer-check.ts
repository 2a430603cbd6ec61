import type { ServiceProfile } from '../../profile/service-profile.ts'
import { type BalancerLimits, balancerTiming, noticeMs } from '../../profile/timings.ts'
import { because, type Reasoned } from '../text/reasoned.ts'
import { within } from './limits.ts'
import { unannounced } from './reasons.ts'

/** The figures of a load balancer's health check, each with its reason. */
export interface BalancerCheck {
  readonly intervalSeconds: Reasoned
  readonly timeoutSeconds: Reasoned
  readonly unhealthyThreshold: Reasoned
  readonly healthyThreshold: number
  /** How long a backend that leaves gets for the requests under way. */
  readonly drainingSeconds: Reasoned
}

/** What a platform takes at the most, in seconds, and whose it is. */
export interface Most {
  readonly who: string
  readonly period: number
  readonly draining: number
}

export function balancerCheck(
  profile: ServiceProfile,
  { who, period, draining }: Most,
  limits: BalancerLimits = {},
): BalancerCheck {
  const timing = balancerTiming(profile, limits)
  const { readiness, drainDelayMs, inFlightMs } = profile
  const notices = noticeMs(timing)
  const out = `${timing.failureThreshold} failures, ${notices / 1000} s, take a backend out`
  const lost = unannounced(profile)
  const drained =
    notices <= drainDelayMs
      ? `within the ${drainDelayMs} ms that it goes on serving after the signal to end.`
      : `LATER than the ${drainDelayMs} ms that it goes on serving after the signal to end: give gracefulShutdown drainDelayMs: ${notices}.`
  return {
    intervalSeconds: because(
      within(who, '--budget-ms', 'interval', timing.periodSeconds, [1, period]),
      lost === undefined ? `${out}, ${drained}` : `${out}. ${lost}`,
    ),
    timeoutSeconds: because(
      timing.timeoutSeconds,
      `Above the ${readiness.budgetMs} ms within which the service answers, and not above the interval.`,
    ),
    unhealthyThreshold: because(timing.failureThreshold, 'Not the first: one lost packet is no illness.'),
    healthyThreshold: timing.successThreshold,
    drainingSeconds: because(
      within(who, '--in-flight-ms', 'time to drain', Math.ceil(inFlightMs / 1000) + 5, [0, draining]),
      `Requests under way get ${inFlightMs} ms and a little.`,
    ),
  }
}

export const READINESS_REASON =
  'Readiness: UP and DEGRADED answer 200, which is all that passes here; 503 takes the backend out.'

import type { ServiceProfile } from '../../profile/service-profile.ts'
import { type BalancerLimits, balancerTiming, noticeMs } from '../../profile/timings.ts'
import { because, type Reasoned } from '../text/reasoned.ts'

/** The figures of a load balancer's health check, each with its reason. */
export interface BalancerCheck {
  readonly intervalSeconds: Reasoned
  readonly timeoutSeconds: Reasoned
  readonly unhealthyThreshold: Reasoned
  readonly healthyThreshold: number
  /** How long a backend that leaves gets for the requests under way. */
  readonly drainingSeconds: Reasoned
}

export function balancerCheck(profile: ServiceProfile, limits: BalancerLimits = {}): BalancerCheck {
  const timing = balancerTiming(profile, limits)
  const { readiness, drainDelayMs, inFlightMs } = profile
  const notices = noticeMs(timing)
  const drained =
    notices <= drainDelayMs
      ? `within the ${drainDelayMs} ms that it goes on serving after the signal to end.`
      : `LATER than the ${drainDelayMs} ms that it goes on serving after the signal to end: give gracefulShutdown drainDelayMs: ${notices}.`
  return {
    intervalSeconds: because(
      timing.periodSeconds,
      `${timing.failureThreshold} failures, ${notices / 1000} s, take a backend out, ${drained}`,
    ),
    timeoutSeconds: because(
      timing.timeoutSeconds,
      `Above the ${readiness.budgetMs} ms within which the service answers, and not above the interval.`,
    ),
    unhealthyThreshold: because(timing.failureThreshold, 'Not the first: one lost packet is no illness.'),
    healthyThreshold: timing.successThreshold,
    drainingSeconds: because(
      Math.ceil(inFlightMs / 1000) + 5,
      `Requests under way get ${inFlightMs} ms and a little.`,
    ),
  }
}

export const READINESS_REASON =
  'Readiness: UP and DEGRADED answer 200, which is all that passes here; 503 takes the backend out.'

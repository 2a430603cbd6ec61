import type { ServiceProfile } from '../../../profile/service-profile.ts'
import { balancerTiming, noticeMs, type ProbeTiming } from '../../../profile/timings.ts'
import { within } from '../../asking/limits.ts'
import { unannounced } from '../../asking/reasons.ts'
import type { ProbeName } from '../../target.ts'
import { because, type Reasoned, type Tree } from '../../text/reasoned.ts'

export type BalancerKind = 'alb' | 'nlb'

/** By what requests are sent on. The probes' TLS is that of the service too, unless they have a port of their own. */
export function targetProtocol(profile: ServiceProfile, kind: BalancerKind): Tree {
  if (kind === 'nlb') return 'TCP'
  const { tls, port, servicePort = port } = profile
  return tls && servicePort === port ? because('HTTPS', 'An ALB takes any certificate.') : 'HTTP'
}

/** The health check of a target group, in figures with their reasons. */
export interface TargetGroupCheck {
  readonly probe: ProbeName
  readonly path: Reasoned
  readonly intervalSeconds: Reasoned
  readonly timeoutSeconds: Reasoned
  readonly healthyThreshold: number
  readonly unhealthyThreshold: Reasoned
  readonly matcher: Reasoned
  readonly deregistrationSeconds: Reasoned
}

/** Who stands behind the target group: ECS replaces what it calls unhealthy, and deregisters before it signals. */
export type Behind = 'ecs' | 'anything'

export function targetGroupCheck(
  profile: ServiceProfile,
  behind: Behind,
  given?: ProbeName,
): TargetGroupCheck {
  // What waits for readiness, as Actuator does, has a startup by name only.
  const started = profile.startup.path === profile.readiness.path ? 'liveness' : 'startup'
  const probe = given ?? (behind === 'ecs' ? started : 'readiness')
  // A target group knows nothing under 5 s, and wants the timeout below the interval.
  const limits = { leastPeriodSeconds: 5, periodAboveTimeout: true }
  const timing = balancerTiming({ ...profile, readiness: profile[probe] }, limits)
  const deregistration = Math.ceil(profile.inFlightMs / 1000) + 5
  return {
    probe,
    path: because(profile[probe].path, pathReason(probe, behind, given !== undefined)),
    intervalSeconds: because(
      within('AWS', '--budget-ms', 'interval', timing.periodSeconds, [5, 300]),
      intervalReason(profile, timing, behind),
    ),
    timeoutSeconds: because(
      within('AWS', '--budget-ms', 'timeout', timing.timeoutSeconds, [2, 120]),
      `Above the ${profile[probe].budgetMs} ms within which the service answers, below the interval.`,
    ),
    healthyThreshold: timing.successThreshold,
    unhealthyThreshold: because(timing.failureThreshold, 'The least that there is.'),
    matcher: because(
      '200',
      'UP and DEGRADED are 200, both in service; a redirect to a login page is not healthy.',
    ),
    deregistrationSeconds: because(
      within('AWS', '--in-flight-ms', 'deregistration delay', deregistration, [0, 3600]),
      behind === 'ecs'
        ? `Requests under way get ${profile.inFlightMs} ms and a little. ECS signals a task only after this, so drainDelayMs: 0 is right there; the default of 300 s makes every deployment five minutes longer.`
        : `Requests under way get ${profile.inFlightMs} ms and a little; the default is 300 s.`,
    ),
  }
}

function pathReason(probe: ProbeName, behind: Behind, told: boolean): string {
  if (behind === 'ecs' && probe === 'readiness')
    return 'Asks readiness, as told: while a dependency is down, ECS replaces every task over and over.'
  if (behind === 'ecs' && !told)
    return `${probe === 'startup' ? 'Asks whether it has started' : 'Asks liveness, since it has no startup of its own'}, and not readiness: ECS replaces the tasks that its target group calls unhealthy, so a database that is down would have all of them replaced, over and over. Where nothing is replaced by it, --probe readiness.`
  if (probe === 'readiness')
    return 'Asks whether requests should be sent there. When all are unhealthy it sends requests to all. An Auto Scaling group with health checks of type ELB terminates what fails this: leave it at EC2, or ask the startup probe.'
  return `Asks ${probe}, as told: what lives and is not ready is sent requests.`
}

function intervalReason(profile: ServiceProfile, timing: ProbeTiming, behind: Behind): string {
  const { drainDelayMs } = profile
  const notices = noticeMs(timing)
  const out = `${timing.failureThreshold} failures, ${notices / 1000} s, take a target out.`
  if (behind === 'ecs') return `${out} ECS deregisters a task before it ends, without waiting for that.`
  const lost = unannounced(profile)
  if (lost !== undefined) return `${out} ${lost}`
  if (notices <= drainDelayMs)
    return `${out} Within the ${drainDelayMs} ms that it goes on serving after the signal to end.`
  return `${out} 5 s is the shortest interval, so a target that is not deregistered before it ends needs drainDelayMs: ${notices} and not ${drainDelayMs}.`
}

import type { ProbeProfile, ServiceProfile } from '../../profile/service-profile.ts'
import { OWN_CHECK_TYPES } from '../../profile/shared-fate.ts'
import { LEAST_DRAIN_MS, type ProbeTiming, type Timings } from '../../profile/timings.ts'

/** What liveness is for, said wherever something is restarted by it. */
export const LIVENESS_REASON =
  'Asks whether this process should be restarted. No dependency is in it: a database that is down is not mended by restarting what uses it.'

export const DEGRADED_REASON =
  'DEGRADED answers 200 and stays in service: less is better than nothing. Only 503 takes an instance out.'

export function timeoutReason(
  { budgetMs }: ProbeProfile,
  { timeoutSeconds }: { timeoutSeconds: number },
): string {
  return `The answer comes within its budget of ${budgetMs} ms; ${timeoutSeconds} s leaves room for the connection, a garbage collection, a CPU limit that is used up.`
}

export function livenessThresholdReason({ failureThreshold, periodSeconds }: ProbeTiming): string {
  return `Restarted after ${failureThreshold} failures in a row, ${failureThreshold * periodSeconds} s: a restart is the dearest cure, and a pause is no illness.`
}

export function readinessThresholdReason({ failureThreshold, periodSeconds }: ProbeTiming): string {
  return `Out of service after ${failureThreshold} failures in a row, at most ${failureThreshold * periodSeconds} s; one answer brings it back.`
}

export function startupThresholdReason(
  { startupMs }: ServiceProfile,
  { failureThreshold, periodSeconds }: ProbeTiming,
): string {
  return `${failureThreshold - 1} periods of ${periodSeconds} s hold the ${startupMs / 1000} s that starting may take (the first is asked at once). Once it has passed it is never asked again.`
}

export function graceReason(
  { drainsItself, drainDelayMs, inFlightMs }: ServiceProfile,
  { shutdownTimeoutMs, graceSeconds, preStopSeconds }: Timings,
): string {
  if (drainsItself)
    return `Holds gracefulShutdown's timeoutMs of ${shutdownTimeoutMs}: ${drainDelayMs} ms of draining, ${inFlightMs} ms for requests under way, the rest for closing. The kill at ${graceSeconds} s finds nothing left to do.`
  const preStop = preStopSeconds === 0 ? '' : `the ${preStopSeconds} s of preStop, `
  return `Holds ${preStop}${inFlightMs} ms for requests under way, and what closing takes.`
}

/** Said in place of how soon its end is noticed; undefined for what drains, or has hale serve beside it that says so. */
export function unannounced({ drainsItself, port, servicePort = port }: ServiceProfile): string | undefined {
  if (drainsItself || port !== servicePort) return undefined
  return 'Its end is not among them: it does not drain, so what is sent to it from the signal to end until then is lost. Take it out before, or let it use gracefulShutdown.'
}

export const NO_PRE_STOP_REASON =
  "No preStop hook: hale's gracefulShutdown goes on serving after SIGTERM, with readiness 503 and Connection: close, which a sleep before the signal cannot say. Both would wait twice."

/** Undefined for a drain delay that is long enough for a cluster. */
export function shortDrainReason({ drainsItself, drainDelayMs }: ServiceProfile): string | undefined {
  if (drainDelayMs >= LEAST_DRAIN_MS) return undefined
  const least = LEAST_DRAIN_MS / 1000
  const what = drainsItself
    ? `the service stops listening ${drainDelayMs === 0 ? 'as soon as it is told' : `${drainDelayMs} ms after it is told`} to end`
    : `the signal to end is ${drainDelayMs === 0 ? 'not held back' : `held back for ${drainDelayMs} ms`}`
  return `TOO SHORT: ${what}, and endpoints and proxies take some ${least} s to leave it; what is sent until then is refused. Make the drain delay ${LEAST_DRAIN_MS} ms (deploy.drainDelayMs${drainsItself ? ", gracefulShutdown's drainDelayMs" : ''}) and generate this anew.`
}

export const PRE_STOP_REASON =
  'The service ends at SIGTERM without draining, so the signal is held back until endpoints and balancers have left it. Leave this out once it uses gracefulShutdown.'

/** What all instances ask alike: when it fails, readiness takes them out together. */
export function sharedFateReason({ checks }: ServiceProfile): string | undefined {
  const shared = checks.filter(({ critical, probes }) => critical && probes.includes('readiness'))
  const outward = shared.filter(
    ({ probes, type }) => !probes.includes('liveness') && !OWN_CHECK_TYPES.has(type ?? ''),
  )
  if (outward.length === 0) return undefined
  const they = outward.length === 1 ? 'it' : 'one of them'
  // An endpoint tells names alone.
  const unless = outward.some(({ type }) => type === undefined) ? ', unless each has one of its own' : ''
  return `Every replica asks the same ${outward.map(({ name }) => name).join(', ')}${unless}: while ${they} is down all of them are out at once. Where the service can do something without, critical: false makes that DEGRADED.`
}

import type { HealthSource } from '../core/health.ts'
import type { Report } from '../core/report.ts'
import { isHealthy } from '../core/status.ts'

/** As grpc.health.v1 numbers them. 0, UNKNOWN, is never said: what is not known to be well is not serving. */
export const SERVING = 1
export const NOT_SERVING = 2
/** To a Watch only; Check answers NOT_FOUND. */
export const SERVICE_UNKNOWN = 3

export type ServingStatus = typeof SERVING | typeof NOT_SERVING | typeof SERVICE_UNKNOWN

/** What the gRPC service needs of a registry; of one that cannot say whether it drains, its reports tell. */
export type WatchedHealth = HealthSource & { readonly draining?: boolean }

/** The server as a whole, in the words of the protocol. */
const wholeServer = ''

// Nothing that a kubelet restarts a container for may turn because of the drain: it would send a second SIGTERM to a
// process that is just finishing its last calls.
const askedByRestarters: ReadonlySet<string> = new Set(['liveness', 'startup'])

const longestName = 64
/** No probe, group or check can have it. */
const nobody = ' '

/**
 * The probe, group or check that a service name stands for. All that are too long to be one are alike, so that who
 * watches them cannot make us keep their text.
 */
export function subjectOf(service: string): string {
  if (service === wholeServer) return 'readiness'
  return service.length > longestName ? nobody : service
}

function isKnown(health: HealthSource, subject: string): boolean {
  return health.hasCheck(subject) || health.groups.some(({ name }) => name === subject)
}

/** Every service name: the whole server, probes and groups, checks. */
export function serviceNames(health: HealthSource): readonly string[] {
  return [wholeServer, ...health.groups.map(({ name }) => name), ...Object.keys(health.snapshot().checks)]
}

/** The status of a report: DEGRADED is still serving. */
export function statusOf(report: Report | undefined): ServingStatus {
  if (report === undefined) return SERVICE_UNKNOWN
  return isHealthy(report.status) ? SERVING : NOT_SERVING
}

/** Whether a subject stops serving with the service, whatever is known of its dependencies. */
export function leavesWith(health: HealthSource, subject: string): boolean {
  return !askedByRestarters.has(subject) && isKnown(health, subject)
}

/** The status of a subject, for which its checks run when their results have aged. */
export function askStatus(health: WatchedHealth, subject: string): ServingStatus | Promise<ServingStatus> {
  const withdrawn = (): boolean => health.draining === true && leavesWith(health, subject)
  if (withdrawn()) return NOT_SERVING
  const answer = health.ask(subject)
  if (!(answer instanceof Promise)) return statusOf(answer)
  return answer.then((report) => (withdrawn() ? NOT_SERVING : statusOf(report)))
}

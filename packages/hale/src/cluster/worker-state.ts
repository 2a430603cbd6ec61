import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, Health } from '../core/health.ts'
import type { ApplicationReport, CheckReport, ServiceInfo } from '../core/report.ts'
import type { Status } from '../core/status.ts'

/** A probe or group of a worker. */
export interface GroupState extends GroupInfo {
  readonly status: Status
  readonly application: ApplicationReport
}

/**
 * What one worker tells the others. Every check is in it once, and without data, durations and counters: they differ
 * at each run, and a state that never changes is never sent.
 */
export interface WorkerState {
  readonly service: ServiceInfo
  /** Whether it has been ready once. */
  readonly begun: boolean
  /** Whether it drains. */
  readonly leaving: boolean
  readonly groups: readonly GroupState[]
  readonly checks: readonly CheckReport[]
  readonly visibilities: { readonly [name: string]: Visibility }
}

/** What a worker knows of itself now; runs nothing. */
export function workerState(health: Pick<Health, LooksAt>, begun: boolean): WorkerState {
  const checks = Object.values(health.snapshot().checks)
  const visibilities: Record<string, Visibility> = {}
  for (const { name } of checks) {
    const visibility = health.visibilityOf(name)
    if (visibility !== undefined) visibilities[name] = visibility
  }
  return {
    service: health.service,
    begun,
    leaving: health.draining,
    groups: health.groups.flatMap((info) => {
      const report = health.latest(info.name)
      return report === undefined ? [] : [{ ...info, status: report.status, application: report.application }]
    }),
    checks: checks.map(told),
    visibilities,
  }
}

type LooksAt = 'service' | 'groups' | 'draining' | 'snapshot' | 'latest' | 'visibilityOf'

function told(check: CheckReport): CheckReport {
  const { name, status, message, error, errorCode, since, critical, enabled, details } = check
  return {
    name,
    status,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(errorCode !== undefined && { errorCode }),
    since,
    critical,
    enabled,
    details: { ...details, consecutiveFailures: 0, consecutiveSuccesses: 0, outstandingRuns: 0 },
  }
}

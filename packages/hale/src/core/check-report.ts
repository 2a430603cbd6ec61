import type { CheckSettings } from './check-settings.ts'
import type { CircuitReport } from './circuit/circuit.ts'
import type { CheckDetails, CheckReport } from './report.ts'
import { isHealthy, type Status } from './status.ts'

/** What is reported of a check that has had no result yet, or is disabled. */
export function notRunYet(
  name: string,
  { critical, ttlMs }: CheckSettings,
  enabled: boolean,
  since: number,
  details: CheckDetails,
): CheckReport {
  const text = enabled
    ? { error: ttlMs === undefined ? 'has not run yet' : 'no heartbeat yet' }
    : { message: 'disabled' }
  return Object.freeze({ name, status: 'UNKNOWN', ...text, since, critical, enabled, details })
}

/** What operators see of a check besides its result. */
export function checkDetails(
  settings: CheckSettings,
  counts: Pick<CheckDetails, 'consecutiveFailures' | 'consecutiveSuccesses'>,
  outstandingRuns: number,
  active: boolean,
  circuit: CircuitReport | undefined,
): CheckDetails {
  const { kind, failureThreshold, successThreshold, timeoutMs, tags } = settings
  const { intervalMs, componentType, runbook, impact } = settings
  return Object.freeze({
    kind,
    failureThreshold,
    successThreshold,
    consecutiveFailures: counts.consecutiveFailures,
    consecutiveSuccesses: counts.consecutiveSuccesses,
    outstandingRuns,
    tags,
    ...(active && { timeoutMs }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(componentType !== undefined && { componentType }),
    ...(runbook !== undefined && { runbook }),
    ...(impact !== undefined && { impact }),
    ...(circuit !== undefined && { circuit }),
  })
}

/** A report of what holds for a reason that no run has told. */
export function overlaid(report: CheckReport, status: Status, error: string, since: number): CheckReport {
  const { name, critical, enabled, details } = report
  return Object.freeze({ name, status, error, since, critical, enabled, details })
}

/** A report that no check has made: of what the endpoint itself knows. */
export function madeReport(
  name: string,
  status: Status,
  text: string | undefined,
  since: number,
  more: Pick<CheckReport, 'data' | 'checkedAt'> = {},
): CheckReport {
  const healthy = isHealthy(status)
  const details: CheckDetails = {
    kind: 'self',
    failureThreshold: 1,
    successThreshold: 1,
    consecutiveFailures: healthy ? 0 : 1,
    consecutiveSuccesses: healthy ? 1 : 0,
    outstandingRuns: 0,
    tags: [],
  }
  const said = text === undefined ? {} : healthy ? { message: text } : { error: text }
  return Object.freeze({ name, status, ...said, ...more, since, critical: true, enabled: true, details })
}

/**
 * The statuses, in rising severity. `UP` and `DEGRADED` are healthy (HTTP 200), the others are not (HTTP 503):
 * `UNKNOWN` never ran or is stale, `OUT_OF_SERVICE` is starting, draining or in maintenance.
 */
export const statuses = ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'] as const

/** One of {@link statuses}. */
export type Status = (typeof statuses)[number]

const severity: Readonly<Record<Status, number>> = {
  UP: 0,
  DEGRADED: 1,
  UNKNOWN: 2,
  OUT_OF_SERVICE: 3,
  DOWN: 4,
}

/** The more severe of two statuses. */
export function worse(a: Status, b: Status): Status {
  return severity[a] >= severity[b] ? a : b
}

/** Whether traffic should go on: `UP` or `DEGRADED`. */
export function isHealthy(status: Status): boolean {
  return status === 'UP' || status === 'DEGRADED'
}

/** What one member's status means for its group: a critical member decides, another one only degrades it. */
export function contribution(status: Status, critical: boolean): Status {
  if (!critical) return status === 'UP' ? 'UP' : 'DEGRADED'
  return status === 'UNKNOWN' ? 'DOWN' : status
}

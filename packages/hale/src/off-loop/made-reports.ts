import { madeReport } from '../core/check-report.ts'
import type { Report } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { worse } from '../core/status.ts'
import { durationText } from '../core/text.ts'
import type { LoopFigures } from './shared-memory.ts'

/** The probe thread's own check, at `/health/event-loop`; a check or group of that name goes before it. */
export const loopCheckName = 'event-loop'

/** The report of a registry whose loop does not turn. */
export function blockedReport(report: Report, silentMs: number): Report {
  return overruled(report, 'DOWN', blockedText(silentMs))
}

/** The report whose results are too old to be believed; what is worse than unknown stays. */
export function outdatedReport(report: Report, overdueMs: number): Report {
  return overruled(report, 'UNKNOWN', `not refreshed for ${durationText(overdueMs)}`)
}

/** The same report some time later, in which nothing has changed. */
export function laterReport(report: Report, laterMs: number): Report {
  const { timestamp, uptimeMs } = report
  return {
    ...report,
    ...(timestamp !== undefined && { timestamp: timestamp + laterMs }),
    ...(uptimeMs !== undefined && { uptimeMs: uptimeMs + laterMs }),
  }
}

/** What the probe thread knows of the main loop. */
export function loopReport(figures: LoopFigures, silentMs: number, blocked: boolean, now: number): Report {
  const status = blocked ? 'DOWN' : 'UP'
  const data = { delay_ms: rounded(figures.delayMs, 10), utilization: rounded(figures.utilization, 1000) }
  const text = blocked ? blockedText(silentMs) : undefined
  const since = blocked ? now - silentMs : now
  const check = madeReport(loopCheckName, status, text, since, { data, checkedAt: now })
  const checks = { [loopCheckName]: check }
  return { name: loopCheckName, kind: 'check', status, application: { status: 'UP' }, checks, timestamp: now }
}

function overruled(report: Report, status: Status, message: string): Report {
  const worst = worse(status, report.status)
  if (worst !== status) return report
  return { ...report, status, application: { status, message } }
}

function blockedText(silentMs: number): string {
  return `event loop blocked for ${durationText(silentMs)}`
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps
}

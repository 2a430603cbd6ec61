import type { CheckReport, Report } from '../../core/report.ts'
import type { Status } from '../../core/status.ts'
import type { Format, RenderContext } from './format.ts'

type Entry = Readonly<Record<string, unknown>>

const words: Readonly<Record<Status, 'pass' | 'warn' | 'fail'>> = {
  UP: 'pass',
  DEGRADED: 'warn',
  UNKNOWN: 'fail',
  OUT_OF_SERVICE: 'fail',
  DOWN: 'fail',
}

/** Health Check Response Format for HTTP APIs (draft-inadarei-api-health-check-06). */
export const healthJsonFormat: Format = {
  name: 'health-json',
  mediaType: 'application/health+json',
  render: (report, context) => JSON.stringify(body(report, context)),
}

function body(report: Report, { service, visibility }: RenderContext): Entry {
  const status = words[report.status]
  if (visibility === 'status') return { status }
  const { message } = report.application
  return {
    status,
    // Its `version` is that of the interface, of which a service's version says nothing.
    ...(service.version !== undefined && { releaseId: service.version }),
    ...(service.name !== undefined && { serviceId: service.name }),
    ...(status !== 'pass' && message !== undefined && { output: message }),
    checks: checks(report, visibility === 'debug'),
  }
}

function checks(report: Report, debug: boolean): Readonly<Record<string, readonly Entry[]>> {
  const { uptimeMs, timestamp } = report
  const entries: Record<string, Entry[]> = Object.create(null)
  if (uptimeMs !== undefined) {
    const time = timestamp === undefined ? {} : { time: iso(timestamp) }
    const observed = { observedValue: Math.floor(uptimeMs / 1000), observedUnit: 's' }
    entries.uptime = [{ componentType: 'system', ...observed, status: 'pass', ...time }]
  }
  for (const check of Object.values(report.checks)) {
    const key = check.durationMs === undefined ? check.name : `${check.name}:responseTime`
    // A heartbeat may be called uptime: a key's value is a list for such cases.
    entries[key] = [...(entries[key] ?? []), entry(check, debug)]
  }
  return entries
}

function entry(check: CheckReport, debug: boolean): Entry {
  const { durationMs, message, error, checkedAt, since, data, dataNote, critical, enabled, details } = check
  // One that is switched off has no say, and fails nobody.
  const status = enabled ? words[check.status] : 'pass'
  const output = error ?? message
  return {
    ...(debug && details.componentType !== undefined && { componentType: details.componentType }),
    ...(durationMs !== undefined && { observedValue: Math.round(durationMs), observedUnit: 'ms' }),
    status,
    ...(checkedAt !== undefined && { time: iso(checkedAt) }),
    ...((status !== 'pass' || !enabled) && output !== undefined && { output }),
    ...(status !== 'pass' && { since: iso(since) }),
    ...(data !== undefined && { data }),
    ...(dataNote !== undefined && { dataNote }),
    ...(!critical && { critical }),
    ...(!enabled && { enabled }),
    ...(status === 'fail' && details.impact !== undefined && { impact: details.impact }),
    ...(debug && details.runbook !== undefined && { links: { runbook: details.runbook } }),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

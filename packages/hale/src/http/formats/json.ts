import type { CircuitReport } from '../../core/circuit/circuit.ts'
import type { Visibility } from '../../core/group-settings.ts'
import type { CheckReport, Report, ServiceInfo } from '../../core/report.ts'
import { isHealthy } from '../../core/status.ts'
import type { Transition } from '../../core/transitions.ts'
import { ignoreRejection } from '../../errors/ignore-rejection.ts'
import type { Format, RenderContext } from './format.ts'
import { isoDuration } from './iso-duration.ts'

/** Makes a body of one's own from a report. */
export type JsonBody = (report: Report, visibility: Visibility) => unknown

type Entry = Readonly<Record<string, unknown>>

/** hale's own body, by name or as a list, or the application's. */
export function jsonFormat(detailsAs: 'object' | 'list', body?: JsonBody): Format {
  return {
    name: 'json',
    mediaType: 'application/json',
    render(report, context) {
      if (body === undefined) return JSON.stringify(reportBody(report, context, detailsAs))
      const text: string | undefined = JSON.stringify(made(body, report, context))
      if (text === undefined) throw new TypeError('the body function returned nothing that JSON can hold')
      return text
    },
  }
}

// A promise would be serialised as {}: an empty answer that says nothing of the mistake.
function made(body: JsonBody, report: Report, { visibility }: RenderContext): unknown {
  const value = body(report, visibility)
  ignoreRejection(value)
  if (value instanceof Promise)
    throw new TypeError('the body function is asynchronous; it must return the body itself')
  return value
}

function reportBody(report: Report, context: RenderContext, detailsAs: 'object' | 'list'): Entry {
  const { status, timestamp } = report
  if (context.visibility === 'status') return { status }
  const debug = context.visibility === 'debug'
  return {
    status,
    ...(context.service.name !== undefined && { service: context.service.name }),
    ...(timestamp !== undefined && { timestamp: new Date(timestamp).toISOString() }),
    details:
      detailsAs === 'list' ? listed(report, context.service, debug) : named(report, context.service, debug),
    ...(debug && { transitions: context.transitions.map(transitionEntry) }),
  }
}

function named(report: Report, service: ServiceInfo, debug: boolean): Entry {
  const details: Record<string, unknown> = { application: applicationEntry(report, service) }
  for (const check of Object.values(report.checks)) details[check.name] = checkEntry(check, debug)
  return details
}

function listed(report: Report, service: ServiceInfo, debug: boolean): readonly Entry[] {
  const checks = Object.values(report.checks)
  return [
    { name: 'application', ...applicationEntry(report, service) },
    ...checks.map((check) => ({ name: check.name, ...checkEntry(check, debug) })),
  ]
}

function applicationEntry({ application, uptimeMs }: Report, { version }: ServiceInfo): Entry {
  const { status, message } = application
  return {
    status,
    ...(message !== undefined && { message }),
    ...(version !== undefined && { version }),
    ...(uptimeMs !== undefined && { uptime: isoDuration(uptimeMs) }),
  }
}

function checkEntry(check: CheckReport, debug: boolean): Entry {
  const { status, message, error, durationMs, data, dataNote, since, details } = check
  const failing = !isHealthy(status) && check.enabled
  return {
    status,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(durationMs !== undefined && { response_time_ms: Math.round(durationMs) }),
    ...(data !== undefined && { data }),
    ...(dataNote !== undefined && { data_note: dataNote }),
    ...((status !== 'UP' || debug) && { since: new Date(since).toISOString() }),
    ...(!check.critical && { critical: false }),
    ...(failing && details.impact !== undefined && { impact: details.impact }),
    ...(debug && debugFields(check)),
  }
}

function debugFields({ errorCode, checkedAt, critical, enabled, details }: CheckReport): Entry {
  return {
    critical,
    enabled,
    kind: details.kind,
    ...(errorCode !== undefined && { error_code: errorCode }),
    ...(checkedAt !== undefined && { checked_at: new Date(checkedAt).toISOString() }),
    failure_threshold: details.failureThreshold,
    success_threshold: details.successThreshold,
    consecutive_failures: details.consecutiveFailures,
    consecutive_successes: details.consecutiveSuccesses,
    outstanding_runs: details.outstandingRuns,
    ...(details.timeoutMs !== undefined && { timeout_ms: details.timeoutMs }),
    ...(details.intervalMs !== undefined && { interval_ms: details.intervalMs }),
    ...(details.componentType !== undefined && { component_type: details.componentType }),
    ...(details.tags.length > 0 && { tags: details.tags }),
    ...(details.runbook !== undefined && { runbook: details.runbook }),
    ...(details.impact !== undefined && { impact: details.impact }),
    ...(details.circuit !== undefined && { circuit: circuitEntry(details.circuit) }),
  }
}

function circuitEntry({ state, since, nextTrialAt }: CircuitReport): Entry {
  return {
    state,
    since: new Date(since).toISOString(),
    ...(nextTrialAt !== undefined && { next_trial_at: new Date(nextTrialAt).toISOString() }),
  }
}

function transitionEntry(transition: Transition): Entry {
  const { from, to, at } = transition
  const subject = 'check' in transition ? { check: transition.check } : { probe: transition.probe }
  return { ...subject, from, to, at: new Date(at).toISOString() }
}

import type { CheckReport, Report } from '../../core/report.ts'
import { isHealthy, type Status } from '../../core/status.ts'
import type { Format, RenderContext } from './format.ts'

type Entry = Readonly<Record<string, unknown>>

/** The media types of Spring Boot's actuator, the newest first. */
const actuatorTypes = {
  v3: 'application/vnd.spring-boot.actuator.v3+json',
  v2: 'application/vnd.spring-boot.actuator.v2+json',
} as const

/** Spring Boot's health body: v3, and v2, which says `details` where v3 says `components`. */
export const actuatorFormats: readonly Format[] = [
  actuatorFormat(actuatorTypes.v3, 'components'),
  actuatorFormat(actuatorTypes.v2, 'details'),
]

/** The same as plain JSON, for the actuator's own paths. */
export const actuatorJson: Format = actuatorFormat('application/json', 'components')

function actuatorFormat(mediaType: string, members: 'components' | 'details'): Format {
  return {
    name: 'actuator',
    mediaType,
    // Spring's root shows all indicators, and so does what reads it.
    whole: true,
    render: (report, context) => JSON.stringify(body(report, context, members)),
  }
}

function body(report: Report, { visibility, groups }: RenderContext, members: string): Entry {
  const status = springStatus(report.status)
  if (visibility === 'status') return { status }
  const debug = visibility === 'debug'
  const own = report.kind === 'check' ? report.checks[report.name] : undefined
  if (own !== undefined) return component(own, debug)
  const components: Record<string, Entry> = Object.create(null)
  Object.assign(components, states(report))
  for (const check of Object.values(report.checks)) components[check.name] = component(check, debug)
  const names = Object.keys(components).sort()
  return {
    status,
    ...(names.length > 0 && { [members]: Object.fromEntries(names.map((name) => [name, components[name]])) }),
    ...(report.name === 'application' && groups.length > 0 && { groups: [...groups].sort() }),
  }
}

/** Degraded is in service; Spring has no word for it, so the details say so. */
function springStatus(status: Status): Status {
  return status === 'DEGRADED' ? 'UP' : status
}

/** What the service says of itself, by the names that Spring's availability states have. */
function states({ name, status, application }: Report): Readonly<Record<string, Entry>> {
  const state = {
    status: springStatus(application.status),
    ...(application.message !== undefined && { details: { message: application.message } }),
  }
  const degraded = status === 'DEGRADED' && { details: { degraded: true, ...state.details } }
  if (name === 'liveness') return { livenessState: { ...state, ...degraded } }
  if (name === 'readiness') return { readinessState: { ...state, ...degraded } }
  if (name === 'startup') return { startupState: { ...state, ...degraded } }
  return name === 'application'
    ? { livenessState: { status: 'UP' }, readinessState: { ...state, ...degraded } }
    : {}
}

function component(check: CheckReport, debug: boolean): Entry {
  const { status, message, error, durationMs, data, dataNote, since, critical, enabled, details } = check
  const failing = !isHealthy(status) && enabled
  const shown = {
    ...(!critical && { critical }),
    ...(data !== undefined && { data }),
    ...(dataNote !== undefined && { dataNote }),
    ...(status === 'DEGRADED' && { degraded: true }),
    ...(!enabled && { enabled }),
    ...(error !== undefined && { error }),
    ...(failing && details.impact !== undefined && { impact: details.impact }),
    ...(message !== undefined && { message }),
    ...(durationMs !== undefined && { responseTimeMs: Math.round(durationMs) }),
    ...(debug && details.runbook !== undefined && { runbook: details.runbook }),
    ...(status !== 'UP' && { since: new Date(since).toISOString() }),
  }
  return { status: springStatus(status), ...(Object.keys(shown).length > 0 && { details: shown }) }
}

import type { Data } from '../../core/data.ts'
import type { CheckReport, Report } from '../../core/report.ts'
import { isHealthy, type Status } from '../../core/status.ts'
import type { Format, RenderContext } from './format.ts'

interface Procedure {
  readonly name: string
  readonly status: 'UP' | 'DOWN'
  readonly data?: Readonly<Record<string, string | number | boolean>>
}

/** MicroProfile Health 4: two statuses, and data of plain values only. */
export const microprofileFormat: Format = {
  name: 'microprofile',
  mediaType: 'application/json',
  // Its /health is all procedures together.
  whole: true,
  render(report, context) {
    return JSON.stringify({ status: word(report.status), checks: procedures(report, context) })
  },
}

function word(status: Status): 'UP' | 'DOWN' {
  return isHealthy(status) ? 'UP' : 'DOWN'
}

function procedures(report: Report, { visibility }: RenderContext): readonly Procedure[] {
  if (visibility === 'status') return []
  // What is switched off is neither UP nor DOWN, and there is no third.
  const checks = Object.values(report.checks).filter(({ enabled }) => enabled)
  return [...application(report), ...checks.map((check) => procedure(check, visibility === 'debug'))]
}

/** DOWN with nothing that is DOWN would be a riddle. */
function application({ kind, application: { status, message } }: Report): readonly Procedure[] {
  if (kind === 'check' || isHealthy(status)) return []
  return [{ name: 'application', status: 'DOWN', ...(message !== undefined && { data: { message } }) }]
}

function procedure(check: CheckReport, debug: boolean): Procedure {
  const { name, status, message, error, durationMs, since, critical, details } = check
  const data = {
    ...flat(check.data),
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error }),
    ...(durationMs !== undefined && { response_time_ms: Math.round(durationMs) }),
    ...(status !== 'UP' && { since: new Date(since).toISOString() }),
    ...(status === 'DEGRADED' && { degraded: true }),
    ...(!critical && { critical }),
    ...(!isHealthy(status) && details.impact !== undefined && { impact: details.impact }),
    ...(debug && details.runbook !== undefined && { runbook: details.runbook }),
  }
  return { name, status: word(status), ...(Object.keys(data).length > 0 && { data }) }
}

function flat(data: Data | undefined): NonNullable<Procedure['data']> {
  if (data === undefined || data === null) return {}
  const entries = typeof data === 'object' && !Array.isArray(data) ? Object.entries(data) : [['value', data]]
  const plain = entries as readonly (readonly [string, Data])[]
  return Object.fromEntries(
    plain.flatMap(([key, value]) =>
      value === null ? [] : [[key, typeof value === 'object' ? JSON.stringify(value) : value]],
    ),
  )
}

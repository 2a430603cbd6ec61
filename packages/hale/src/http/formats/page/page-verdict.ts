import type { CheckReport, Report } from '../../../core/report.ts'
import { contribution, isHealthy, type Status } from '../../../core/status.ts'
import { listed } from './page-text.ts'
import { type PageView, shownStatus, sortedChecks } from './page-view.ts'

// A map, not an object: a group may be named "constructor".
const words = new Map<string, readonly [well: string, ill: string]>([
  ['liveness', ['alive', 'not alive']],
  ['readiness', ['ready for traffic', 'not ready for traffic']],
  ['startup', ['started', 'not started yet']],
])

/** What the status means, in one sentence for a person, and which checks are to blame. */
export function verdict(view: PageView): string {
  const { report, liveness } = view
  if (report.kind === 'check') return ofCheck(view)
  if (liveness === undefined) return capital(ofGroup(view))
  if (!isHealthy(liveness.status)) return capital(ofGroup({ ...view, report: liveness, liveness: undefined }))
  if (!isHealthy(report.status)) return `Alive, but ${ofGroup({ ...view, liveness: undefined })}`
  const checks = { ...liveness.checks, ...report.checks }
  const both = { ...report, status: shownStatus(view), checks }
  return `Alive and ${ofGroup({ ...view, report: both, liveness: undefined })}`
}

function ofGroup(view: PageView): string {
  const { report } = view
  const { name, status } = report
  const [well, ill] = words.get(name) ?? ['all is well', 'not well']
  const short =
    status === 'UP'
      ? well
      : status === 'DEGRADED'
        ? `${words.has(name) ? well : 'working'}, but degraded`
        : ill
  // The aggregate alone, where no more may be seen.
  return `${short}${view.visibility === 'status' ? '' : reasons(report, sortedChecks(view))}.`
}

function reasons({ status, application }: Report, checks: readonly CheckReport[]): string {
  const enabled = checks.filter((check) => check.enabled)
  const all = enabled.length === 1 ? 'its check is up' : `all ${enabled.length} checks are up`
  if (status === 'UP') return enabled.length > 0 && enabled.every(isUp) ? `, ${all}` : ''
  // What only degrades is not why a probe is DOWN.
  const guilty = (blamed: Status): boolean => (isHealthy(status) ? blamed !== 'UP' : !isHealthy(blamed))
  const failing = enabled.filter((check) => guilty(contribution(check.status, check.critical)))
  const names = failing.length === 0 ? '' : listed(failing.map(({ name }) => name))
  const { message } = application
  if (message === undefined) return names === '' ? '' : `: ${names}`
  return ` – ${message}${names === '' ? '' : `; failing: ${names}`}`
}

function isUp({ status }: CheckReport): boolean {
  return status === 'UP'
}

function ofCheck({ report, visibility }: PageView): string {
  const check = Object.values(report.checks)[0]
  if (check === undefined || visibility === 'status') return ''
  return check.error ?? check.message ?? (check.status === 'UP' ? 'It works.' : '')
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1)
}

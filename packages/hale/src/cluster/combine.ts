import type { ApplicationReport, CheckReport, Report } from '../core/report.ts'
import { isHealthy, type Status } from '../core/status.ts'
import { type Summary, voteOf } from './summary.ts'
import { count, type Standing, type Verdict, type Vote } from './verdict.ts'
import { workersCheck } from './workers-check.ts'

/** From where the workers are looked at. */
export interface View {
  readonly summary: Summary
  readonly quorum: number | undefined
  /** The name of the entry that tells of the workers. */
  readonly entry: string
  /** The worker that answers: what it says now counts in place of what it told last. Absent in the primary. */
  readonly self: { readonly id: string; readonly standing: Standing } | undefined
}

const well: ApplicationReport = Object.freeze({ status: 'UP' })

/**
 * The report of all workers on one probe, group or check. `own` is what the worker itself reports; in the primary,
 * which has nothing to report, a frame with the workers' checks in it. `since` is when the verdict became what it is.
 */
export function combine(
  own: Report,
  verdict: Exclude<Verdict, 'this'>,
  view: View,
  since: (status: Status) => number,
): Report {
  const { name, kind } = own
  const { booted, started, draining } = view.summary
  const rule = { verdict, quorum: view.quorum, booted }
  if (kind === 'check') {
    const check = own.checks[name]
    if (check === undefined) return own
    const combined = combinedCheck(check, verdict, view)
    return Object.freeze({ ...own, status: combined.status, checks: Object.freeze({ [name]: combined }) })
  }
  const votes = votesOn(name, own.status, view)
  const drains = draining !== undefined && name === 'readiness'
  const begun = name === 'startup' && started
  const counted = name === 'liveness' ? alive(count(votes, rule)) : count(votes, rule)
  const status = drains ? 'OUT_OF_SERVICE' : begun ? 'UP' : counted
  const checks: Record<string, CheckReport> = Object.create(null)
  for (const check of Object.values(own.checks)) checks[check.name] = combinedCheck(check, verdict, view)
  checks[view.entry] = workersCheck(view.entry, name, begun ? 'UP' : counted, votes, since(status))
  return Object.freeze({
    ...own,
    status,
    application: drains ? leaving(draining) : application(own, status, view),
    checks: Object.freeze(checks),
  })
}

/** Liveness knows no service that is starting or leaving. */
function alive(status: Status): Status {
  return status === 'OUT_OF_SERVICE' ? 'UP' : status
}

function leaving(reason: string): ApplicationReport {
  const message = reason === '' ? 'draining' : `draining: ${reason}`
  return { status: 'OUT_OF_SERVICE', state: 'draining', message }
}

/** The service's own part in a verdict: only where it is what the verdict says, so that it never says more. */
function application(own: Report, status: Status, { summary }: View): ApplicationReport {
  if (own.application.status === status) return own.application
  const reason = summary.reasons[own.name]?.[status]
  if (status === 'UP' || reason === undefined) return well
  return { status, ...(reason.text !== undefined && { message: reason.text }) }
}

/** Every vote on a probe or group; those of the others as they told them last. */
function votesOn(name: string, own: Status, { summary, self }: View): readonly Vote[] {
  const index = summary.names.indexOf(name)
  const told = summary.rows.filter(({ id }) => id !== self?.id).flatMap((row) => voteOf(row, index) ?? [])
  const votes = self === undefined ? told : [{ standing: self.standing, status: own }, ...told]
  return name === 'liveness' ? votes.map((vote) => ({ ...vote, status: alive(vote.status) })) : votes
}

/** A check is judged by those who report on it: that a worker is silent says nothing of the database. */
function combinedCheck(own: CheckReport, verdict: Exclude<Verdict, 'this'>, view: View): CheckReport {
  if (!own.enabled) return own
  const { name } = own
  const { rows, names, reasons, booted } = view.summary
  const speaking = rows.filter(
    ({ standing, statuses }) => standing !== 'silent' && standing !== 'missing' && statuses !== '',
  )
  const summary = { ...view.summary, rows: speaking.filter((row) => voteOf(row, names.indexOf(name))) }
  const votes = votesOn(name, own.status, { ...view, summary })
  if (votes.length === 0 || votes.every(({ status }) => status === own.status)) return own
  const quorum = view.quorum === undefined ? undefined : Math.min(view.quorum, votes.length)
  const status = count(votes, { verdict, quorum, booted })
  if (status === own.status) return own
  const reason = reasons[name]?.[status]
  const good = votes.filter((vote) => isHealthy(vote.status)).length
  const text = reason?.text ?? `well in ${good} of ${votes.length} workers`
  const { critical, enabled, details } = own
  return {
    name,
    status,
    ...(isHealthy(status) ? { message: text } : { error: text }),
    data: { workers: votes.length, well: good },
    since: reason?.since ?? own.since,
    critical,
    enabled,
    details,
  }
}

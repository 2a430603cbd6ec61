import { madeReport } from '../core/check-report.ts'
import type { Clock } from '../core/clock.ts'
import type { CheckReport, Report } from '../core/report.ts'
import { worse } from '../core/status.ts'

/** The answers of a worker that hears nothing of the others: its own, and that they are no more than that. */
export class AloneAnswers {
  readonly #clock: Clock
  readonly #entry: string
  #check: CheckReport | undefined
  #kept = new WeakMap<Report, Report>()
  readonly #entries = new WeakMap<CheckReport, Report>()

  constructor(clock: Clock, entry: string) {
    this.#clock = clock
    this.#entry = entry
  }

  of(own: Report, why: string): Report {
    if (own.kind === 'check') return own
    const text = `this worker answers for itself alone: ${why}`
    if (this.#check?.message !== text) {
      this.#check = madeReport(this.#entry, 'DEGRADED', text, this.#clock.wallTime())
      this.#kept = new WeakMap()
    }
    const kept = this.#kept.get(own)
    if (kept !== undefined) return kept
    const checks = Object.assign(Object.create(null), own.checks, { [this.#entry]: this.#check })
    const report = Object.freeze({
      ...own,
      status: worse(own.status, 'DEGRADED'),
      checks: Object.freeze(checks),
    })
    this.#kept.set(own, report)
    return report
  }

  /** The entry on its own, for its own path. */
  entry(readiness: Report, check: CheckReport): Report {
    const kept = this.#entries.get(check)
    if (kept !== undefined) return kept
    const { timestamp, uptimeMs } = readiness
    const report: Report = Object.freeze({
      name: check.name,
      kind: 'check',
      status: check.status,
      application: Object.freeze({ status: 'UP' }),
      checks: Object.freeze({ [check.name]: check }),
      ...(timestamp !== undefined && { timestamp }),
      ...(uptimeMs !== undefined && { uptimeMs }),
    })
    this.#entries.set(check, report)
    return report
  }
}

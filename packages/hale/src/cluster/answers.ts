import type { Clock } from '../core/clock.ts'
import type { Report } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { combine, type View } from './combine.ts'
import type { Summary } from './summary.ts'
import type { Verdict } from './verdict.ts'

interface Kept {
  readonly own: Report
  readonly summary: Summary
  readonly standing: string | undefined
  readonly report: Report
  readonly since: number
}

/** Keeps each combined report for as long as nothing in it has changed, since its rendering is kept with it. */
export class Answers {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For names that exist: each is kept. */
  of(own: Report, verdict: Exclude<Verdict, 'this'>, view: View): Report {
    const key = `${verdict} ${own.name}`
    const kept = this.#kept.get(key)
    const standing = view.self?.standing
    if (kept?.own === own && kept.summary === view.summary && kept.standing === standing) return kept.report
    let since = 0
    const sinceOf = (status: Status): number => {
      since = kept?.report.status === status ? kept.since : this.#clock.wallTime()
      return since
    }
    const report = combine(own, verdict, view, sinceOf)
    this.#kept.set(key, { own, summary: view.summary, standing, report, since })
    return report
  }
}

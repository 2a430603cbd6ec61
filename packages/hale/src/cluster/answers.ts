import type { Clock } from '../core/clock.ts'
import type { Report } from '../core/report.ts'
import type { Status } from '../core/status.ts'
import { combine, type View } from './combine.ts'
import { dropUnknown } from './drop-unknown.ts'
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
  readonly #kept = new Map<string, Map<Verdict, Kept>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many names are kept. */
  get size(): number {
    return this.#kept.size
  }

  of(own: Report, verdict: Exclude<Verdict, 'this'>, view: View): Report {
    const byVerdict = this.#kept.get(own.name) ?? new Map<Verdict, Kept>()
    const kept = byVerdict.get(verdict)
    const standing = view.self?.standing
    if (kept?.own === own && kept.summary === view.summary && kept.standing === standing) return kept.report
    let since = 0
    const sinceOf = (status: Status): number => {
      since = kept?.report.status === status ? kept.since : this.#clock.wallTime()
      return since
    }
    const report = combine(own, verdict, view, sinceOf)
    byVerdict.set(verdict, { own, summary: view.summary, standing, report, since })
    this.#kept.set(own.name, byVerdict)
    dropUnknown(this.#kept, view.summary.names)
    return report
  }
}

import type { CheckState } from './check-state.ts'
import type { Clock } from './clock.ts'
import { deadline } from './deadline.ts'
import type { ApplicationReport, CheckReport, Report, Validity } from './report.ts'
import type { Run } from './run.ts'
import { contribution, type Status, worse } from './status.ts'

/** How a group answers; a probe is a group. */
export interface GroupPolicy {
  readonly name: string
  readonly kind: Report['kind']
  readonly budgetMs: number
  /** The service's own part of the answer. */
  readonly application: () => ApplicationReport
  /** False leaves time out of the answer, so that it changes only when something happens. */
  readonly timed: boolean
  /** True once the members no longer matter: startup, when it is complete. */
  readonly complete?: () => boolean
}

const reportAgeMs = 1000

/** Asks its members within its budget and keeps the report for as long as it says the same. */
export class Group {
  readonly policy: GroupPolicy
  readonly #clock: Clock
  readonly #createdAt: number
  readonly #reported: (report: Report, from: Status) => void
  readonly #members = new Set<CheckState>()
  #status: Status = 'UNKNOWN'
  #cached: Report | undefined
  #cachedUntil = -Infinity
  #askAgainAt = -Infinity
  #seen: { readonly of: Report; readonly report: Report } | undefined
  #late: { readonly key: string; readonly report: Report; readonly until: number } | undefined

  /** `reported` hears of each change of status. */
  constructor(
    policy: GroupPolicy,
    clock: Clock,
    createdAt: number,
    reported: (report: Report, from: Status) => void,
  ) {
    this.policy = policy
    this.#clock = clock
    this.#createdAt = createdAt
    this.#reported = reported
  }

  /** The status that was last told of. */
  get told(): Status {
    return this.#status
  }

  get memberNames(): readonly string[] {
    return [...this.#members].map((member) => member.name)
  }

  has(check: CheckState): boolean {
    return this.#members.has(check)
  }

  join(check: CheckState): void {
    this.#members.add(check)
    this.invalidate()
  }

  leave(check: CheckState): void {
    this.#members.delete(check)
    this.invalidate()
  }

  /** Something that the report shows has changed. */
  invalidate(): void {
    this.#cachedUntil = -Infinity
    this.#askAgainAt = -Infinity
    this.#late = undefined
  }

  /** The report, at once when every member's result is fresh; else when all have answered or the budget is spent. */
  ask(): Report | Promise<Report> {
    // Liveness without checks: nothing can change by time, so the clock is not even looked at.
    if (
      this.#askAgainAt === Infinity &&
      this.#cachedUntil === Infinity &&
      this.#cached?.status === this.#status
    ) {
      return this.#cached
    }
    const now = this.#clock.now()
    if (now < this.#askAgainAt || this.policy.complete?.() === true) return this.#answer(now)
    const runs = this.#runs((member) => member.ask(now))
    if (runs.size === 0) return this.#answer(now)
    // Results come in over some milliseconds and would age so too: five hundred checks would be a hundred rounds of a
    // few each second, every one of them with a report and a body of its own. Who is nearly due goes along.
    const early = this.#runs((member) => runs.get(member) ?? member.askEarly(now))
    return this.#wait(early)
  }

  #runs(of: (member: CheckState) => Run | undefined): ReadonlyMap<CheckState, Run> {
    const runs = new Map<CheckState, Run>()
    for (const member of this.#members) {
      const run = of(member)
      if (run !== undefined) runs.set(member, run)
    }
    return runs
  }

  /**
   * The report for who only looks. What only never ran since nobody asked is not DOWN there, as it is to who asks and
   * has to decide: it is UNKNOWN, or a service that runs well would be alarmed of.
   */
  seen(now: number): Report {
    const report = this.#current(now)
    // A single check says itself that it never ran.
    if (report.status !== 'DOWN' || report.kind === 'check') return report
    if (this.#seen?.of !== report) this.#seen = { of: report, report: this.#withoutUnasked(report) }
    return this.#seen.report
  }

  #withoutUnasked(report: Report): Report {
    let status: Status = report.application.status
    for (const member of this.#members) {
      const { enabled, critical, status: own } = report.checks[member.name] as CheckReport
      const unasked = !member.hasResult && member.idleUntil() !== Infinity
      if (enabled) status = worse(status, unasked && critical ? 'UNKNOWN' : contribution(own, critical))
    }
    return status === report.status ? report : Object.freeze({ ...report, status })
  }

  #current(now: number): Report {
    if (this.#cached !== undefined && now < this.#cachedUntil) return this.#cached
    const report = this.#make(now, new Map())
    const { timed } = this.policy
    this.#cachedUntil = timed ? now + reportAgeMs : Infinity
    this.#askAgainAt = Infinity
    for (const member of this.#members) {
      this.#askAgainAt = Math.min(this.#askAgainAt, member.idleUntil())
      const staleAt = member.staleAt()
      this.#cachedUntil = Math.min(this.#cachedUntil, staleAt > now ? staleAt : now + reportAgeMs)
    }
    this.#cached = report
    return report
  }

  /** For how long the current report may be served by who cannot ask. */
  validity(now: number): Validity {
    let freshMs = Infinity
    let staleMs = Infinity
    if (this.policy.complete?.() === true) return { freshMs, staleMs }
    for (const member of this.#members) {
      freshMs = Math.min(freshMs, member.idleUntil() - now)
      staleMs = Math.min(staleMs, member.staleAt() - now)
    }
    return { freshMs, staleMs }
  }

  /** Looks for a change of status without being asked, once every member has something to say. */
  evaluate(): void {
    for (const member of this.#members) if (member.enabled && !member.hasResult) return
    this.#answer(this.#clock.now())
  }

  #answer(now: number): Report {
    const report = this.#current(now)
    this.#note(report)
    return report
  }

  #wait(runs: ReadonlyMap<CheckState, Run>): Promise<Report> {
    return new Promise((resolve) => {
      let left = runs.size
      let answered = false
      const answer = (): void => {
        if (answered) return
        answered = true
        cancelBudget()
        resolve(left === 0 ? this.#answer(this.#clock.now()) : this.#withoutLate(runs))
      }
      const cancelBudget = deadline(this.#clock, this.policy.budgetMs, answer)
      const settled = (): void => {
        if (--left === 0) answer()
      }
      for (const run of runs.values()) void run.done.then(settled)
    })
  }

  /** The report for who waited in vain; shared by all who waited for the same checks. */
  #withoutLate(runs: ReadonlyMap<CheckState, Run>): Report {
    const { budgetMs } = this.policy
    const late = new Map<CheckState, CheckReport>()
    for (const [member, run] of runs)
      if (member.isWaitingFor(run)) late.set(member, member.unanswered(budgetMs))
    const now = this.#clock.now()
    if (late.size === 0) return this.#answer(now)
    const key = [...late.keys()].map((member) => member.name).join()
    if (this.#late?.key === key && now < this.#late.until) return this.#late.report
    const report = this.#make(now, late)
    this.#late = { key, report, until: now + reportAgeMs }
    this.#note(report)
    return report
  }

  #make(now: number, late: ReadonlyMap<CheckState, CheckReport>): Report {
    const { name, kind, timed, complete } = this.policy
    const application = this.policy.application()
    // Without a prototype: a check may be named "constructor", and an unknown name must not find one.
    const checks: Record<string, CheckReport> = Object.create(null)
    let status: Status = application.status
    for (const member of this.#members) {
      const report = late.get(member) ?? member.report(now)
      checks[member.name] = report
      if (kind === 'check') status = report.status
      else if (report.enabled) status = worse(status, contribution(report.status, report.critical))
    }
    if (complete?.() === true) status = application.status
    const time = timed ? { timestamp: this.#clock.wallTime(), uptimeMs: now - this.#createdAt } : {}
    return Object.freeze({ name, kind, status, application, checks: Object.freeze(checks), ...time })
  }

  #note(report: Report): void {
    const from = this.#status
    if (report.status === from) return
    this.#status = report.status
    this.#reported(report, from)
  }
}

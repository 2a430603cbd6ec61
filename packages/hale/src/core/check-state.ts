import { DisposedError } from '../errors/disposed-error.ts'
import { BeatWatch } from './beat-watch.ts'
import type { CheckFunction } from './check.ts'
import { checkDetails, notRunYet, overlaid } from './check-report.ts'
import type { CheckSettings } from './check-settings.ts'
import type { CheckCircuit } from './circuit/check-circuit.ts'
import type { Clock } from './clock.ts'
import type { Events } from './events.ts'
import { Freshness } from './freshness.ts'
import { fromResolved, type Outcome, type SafeOutcome, up } from './outcome.ts'
import { OverlapGuard } from './overlap-guard.ts'
import type { CheckReport } from './report.ts'
import { Run } from './run.ts'
import { repeat } from './schedule.ts'
import { boundText, durationText } from './text.ts'
import { Thresholds } from './thresholds.ts'

/** What a check's state needs of the registry. */
export interface CheckSurroundings {
  readonly clock: Clock
  readonly events: Events
  /** Something in the report changed, its status perhaps; called before anybody is told of it. */
  readonly changed: (check: CheckState, statusChanged: boolean) => void
}

/**
 * One check and everything known of it: the run in flight, which all who ask share, the latest result and how long
 * it may be served, and the reported status behind its thresholds.
 */
export class CheckState {
  readonly name: string
  /** Once somebody uses one. */
  circuit: CheckCircuit | undefined
  readonly #execute: CheckFunction | undefined
  readonly #around: CheckSurroundings
  readonly #now = (): number => this.#around.clock.now()
  readonly #guard: OverlapGuard
  readonly #thresholds: Thresholds
  #settings: CheckSettings
  readonly #beats: BeatWatch | undefined
  #run: Run | undefined
  readonly #fresh = new Freshness()
  #report: CheckReport
  /** Removed, or its registry disposed. */
  ended = false
  #stopRepeating: () => void = () => {}

  constructor(
    name: string,
    settings: CheckSettings,
    execute: CheckFunction | undefined,
    around: CheckSurroundings,
  ) {
    this.name = name
    this.#settings = settings
    this.#execute = execute
    this.#around = around
    this.#guard = new OverlapGuard(settings.overlapAfterMs)
    this.#thresholds = new Thresholds(settings)
    this.#report = this.#notRunYet(settings.enabled)
    if (settings.ttlMs !== undefined) {
      this.#beats = new BeatWatch(around.clock, settings.ttlMs, (ttlMs) => this.#missedBeat(ttlMs))
    }
    this.#repeat()
  }

  get settings(): CheckSettings {
    return this.#settings
  }

  /** Whether it has had a result since it was registered or enabled. */
  get hasResult(): boolean {
    return this.#fresh.hasResult
  }

  get enabled(): boolean {
    return this.#report.enabled
  }

  /** The run to wait for before this check's report is worth serving; undefined when it is already. */
  ask(now: number): Run | undefined {
    if (now < this.#fresh.until || !this.#runnable) return undefined
    return this.#run ?? this.#start(now)
  }

  /** The same a little before its time, for when others are run anyway. */
  askEarly(now: number): Run | undefined {
    if (this.settings.intervalMs !== undefined || now < this.#fresh.earlyUntil) return undefined
    return this.#run ?? this.#start(now)
  }

  /** Until when `ask` has nothing to wait for, if nothing else happens. */
  idleUntil(): number {
    if (!this.#runnable) return Infinity
    if (this.#run !== undefined) return this.#fresh.until
    return Math.max(this.#fresh.until, this.#guard.blockedUntil)
  }

  /** When its report turns UNKNOWN by age alone; only background results do. */
  staleAt(): number {
    return this.settings.intervalMs !== undefined && this.hasResult ? this.idleUntil() : Infinity
  }

  /** Whether a run that somebody waited for is still under way. */
  isWaitingFor(run: Run): boolean {
    return this.#run === run
  }

  /** The report as of now: a background result that is too old is UNKNOWN, never silently green. */
  report(now: number): CheckReport {
    if (now < this.staleAt()) return this.#report
    const error = `stale: no result for ${durationText(now - this.#fresh.since)}`
    return this.#overlay('UNKNOWN', error, this.staleAt())
  }

  /** The report for who could not wait any longer. */
  unanswered(budgetMs: number): CheckReport {
    const error = `no answer within ${durationText(budgetMs)}`
    const from = this.#run?.startedAt ?? this.#around.clock.now()
    return Object.freeze({ ...this.#overlay('DOWN', error, from), durationMs: budgetMs })
  }

  /** Runs now, or joins the run under way; the overlap guard holds all the same. */
  async runNow(): Promise<CheckReport> {
    this.circuit?.tryNow()
    await (this.#run ?? this.#start())?.done
    return this.report(this.#around.clock.now())
  }

  /** The moment from which the overlap guard lets a run start. */
  get blockedUntil(): number {
    return this.#guard.blockedUntil
  }

  /** A result from outside, as if a run had ended with it. */
  set(outcome: Outcome): void {
    this.#beats?.beat()
    if (!this.ended) this.#record(fromResolved(outcome))
  }

  beat(): void {
    const { status, message, data } = this.#report
    // An application may beat thousands of times a second: what says nothing new must not spoil rendered answers.
    if (status === 'UP' && message === undefined && data === undefined) this.#beats?.beat()
    else this.set(up())
  }

  disable(reason?: string): void {
    if (this.ended) return
    this.#cancelRun(new Error('the check was disabled'))
    const why = boundText(reason)
    this.#begin({ ...this.#notRunYet(false), message: why === undefined ? 'disabled' : `disabled: ${why}` })
  }

  enable(): void {
    if (this.enabled || this.ended) return
    this.#beats?.beat()
    this.#begin(this.#notRunYet(true))
    if (this.settings.intervalMs !== undefined) this.#start()
  }

  /** Goes on with other settings; what runs keeps those that it began with. */
  retune(settings: CheckSettings): void {
    if (this.ended) return
    const { intervalMs } = this.#settings
    const now = this.#around.clock.now()
    // Another interval runs the check at once: until that has ended, what was well is not stale for its age.
    const anew = settings.intervalMs !== intervalMs && now < this.staleAt()
    this.#settings = settings
    this.#thresholds.settings = settings
    this.#guard.overlapAfterMs = settings.overlapAfterMs
    if (settings.ttlMs !== undefined) this.#beats?.retune(settings.ttlMs)
    if (settings.intervalMs !== intervalMs) this.#repeat()
    this.#fresh.retune(settings, anew && settings.intervalMs !== undefined ? now : this.#fresh.since)
    this.#report = Object.freeze({ ...this.#report, critical: settings.critical, details: this.#details() })
    // The verdict of its groups may be another one, though its own status is the same.
    this.#around.changed(this, true)
  }

  /** Ends it: aborts what runs and stops every timer. */
  end(): void {
    this.ended = true
    this.#stopRepeating()
    this.#beats?.stop()
    this.circuit?.end()
    this.#cancelRun(new DisposedError())
  }

  #repeat(): void {
    this.#stopRepeating()
    this.#stopRepeating = repeat(this.#around.clock, this.settings.intervalMs, () => this.#start())
  }

  get #runnable(): boolean {
    return this.#execute !== undefined && this.enabled && !this.ended && this.circuit?.holds !== true
  }

  #start(now = this.#around.clock.now()): Run | undefined {
    if (this.#run !== undefined || !this.#runnable || now < this.#guard.blockedUntil) return undefined
    const { timeoutMs, retries } = this.settings
    const execute = this.#execute as CheckFunction
    this.#guard.starting()
    const { clock, events } = this.#around
    const warn = (message: string): void => events.warn(this.name, message)
    const run = new Run({ name: this.name, execute, timeoutMs, retries, clock, now: this.#now, warn }, this)
    this.#run = run
    return run.start()
  }

  #cancelRun(reason: Error): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    this.#guard.abandoned(run, this.#around.clock.now())
    run.cancel(reason)
  }

  /** Called by the run. */
  reported(run: Run, outcome: SafeOutcome, durationMs: number, thrown?: unknown): void {
    this.#run = undefined
    if (run.abandoned) this.#guard.abandoned(run, this.#around.clock.now())
    else this.#guard.lift()
    this.#record(outcome, durationMs, thrown)
  }

  /** Called by the run. */
  settledLate(run: Run): void {
    this.#guard.settledLate(run)
    this.refresh()
  }

  /** Something in the details has changed. */
  refresh(): void {
    this.#report = Object.freeze({ ...this.#report, details: this.#details() })
    this.#tell(this.#report.status)
  }

  #missedBeat(ttlMs: number): void {
    // Each missed beat counts towards the threshold, but a check that is DOWN already has nothing new to say.
    if (this.enabled && this.#report.status !== 'DOWN') {
      this.#record({ status: 'DOWN', error: `no heartbeat for ${durationText(ttlMs)}` })
    }
  }

  #record(outcome: SafeOutcome, durationMs?: number, thrown?: unknown): void {
    const { clock, events } = this.#around
    const at = clock.wallTime()
    events.run({ check: this.name, result: { ...outcome, durationMs: durationMs ?? 0, at }, thrown })
    if (!this.enabled || this.circuit?.disbelieves(outcome.status)) return
    this.#fresh.begin(clock.now(), outcome.status, this.settings)
    const shown = this.#thresholds.accepts(outcome.status, this.circuit?.holds)
    const { name, status: from, since, critical, enabled } = this.#report
    const kept = shown ? { name, since, critical, enabled, ...outcome, checkedAt: at } : this.#report
    this.circuit?.follow(kept.status, enabled, outcome.status, thrown)
    // Frozen, like all that is handed out: a listener that redacts its copy must not turn a check green.
    this.#report = Object.freeze({
      ...kept,
      ...(shown && durationMs !== undefined && { durationMs }),
      since: kept.status === from ? since : at,
      details: this.#details(),
    })
    this.#tell(from, thrown)
  }

  /** What holds for a reason that no run has reported; `from` is when that began, on the monotonic clock. */
  #overlay(status: CheckReport['status'], error: string, from: number): CheckReport {
    const { clock } = this.#around
    return overlaid(this.#report, status, error, clock.wallTime() - (clock.now() - from))
  }

  /** Begins anew with a report that says so. */
  #begin(report: CheckReport): void {
    const from = this.#report.status
    this.#fresh.reset()
    this.#thresholds.reset()
    this.circuit?.follow(report.status, report.enabled, report.status)
    this.#report = Object.freeze({ ...report, details: this.#details() })
    this.#tell(from)
  }

  #tell(from: CheckReport['status'], thrown?: unknown): void {
    const result = this.#report
    const { status: to, since: at, name: check } = result
    this.#around.changed(this, to !== from)
    this.circuit?.announce()
    if (to !== from) this.#around.events.transition({ check, from, to, at, result }, thrown)
    else if (to === 'DOWN') this.#around.events.staysDown(result, thrown)
  }

  #notRunYet(enabled: boolean): CheckReport {
    return notRunYet(this.name, this.settings, enabled, this.#around.clock.wallTime(), this.#details())
  }

  #details(): CheckReport['details'] {
    const active = this.#execute !== undefined
    const { outstanding } = this.#guard
    return checkDetails(this.settings, this.#thresholds, outstanding, active, this.circuit?.report())
  }
}

import { DisposedError } from '../errors/disposed-error.ts'
import { BeatWatch } from './beat-watch.ts'
import type { CheckFunction } from './check.ts'
import type { CheckSettings } from './check-settings.ts'
import type { Clock } from './clock.ts'
import type { Events } from './events.ts'
import { fromResolved, type Outcome, type SafeOutcome, up } from './outcome.ts'
import { OverlapGuard } from './overlap-guard.ts'
import type { CheckReport } from './report.ts'
import { Run } from './run.ts'
import { repeat } from './schedule.ts'
import { isHealthy } from './status.ts'
import { boundText, durationText } from './text.ts'
import { Thresholds } from './thresholds.ts'

/** What a check's state needs of the registry. */
export interface CheckSurroundings {
  readonly clock: Clock
  readonly events: Events
  /** Something in the report changed, its status perhaps; called before anybody is told of it. */
  readonly changed: (check: CheckState, statusChanged: boolean) => void
}

// Of the age of a result.
const earlyShare = 0.1

/**
 * One check and everything known of it: the run in flight, which all who ask share, the latest result and how long
 * it may be served, and the reported status behind its thresholds.
 */
export class CheckState {
  readonly name: string
  readonly settings: CheckSettings
  /** Whether it has had a result since it was registered or enabled. */
  hasResult = false
  readonly #execute: CheckFunction | undefined
  readonly #around: CheckSurroundings
  readonly #guard: OverlapGuard
  readonly #thresholds: Thresholds
  readonly #beats: BeatWatch | undefined
  #run: Run | undefined
  #freshUntil = -Infinity
  #lastResultAt = -Infinity
  #report: CheckReport
  #ended = false
  #stopRepeating: () => void = () => {}
  #cancelReenable: () => void = () => {}

  constructor(
    name: string,
    settings: CheckSettings,
    execute: CheckFunction | undefined,
    around: CheckSurroundings,
  ) {
    this.name = name
    this.settings = settings
    this.#execute = execute
    this.#around = around
    this.#guard = new OverlapGuard(settings.overlapAfterMs)
    this.#thresholds = new Thresholds(settings)
    this.#report = this.#notRunYet(settings.enabled)
    if (settings.ttlMs !== undefined) {
      const { ttlMs } = settings
      this.#beats = new BeatWatch(around.clock, ttlMs, () => this.#missedBeat(ttlMs))
    }
    if (settings.intervalMs !== undefined) {
      this.#stopRepeating = repeat(around.clock, settings.intervalMs, () => this.#start())
    }
  }

  get enabled(): boolean {
    return this.#report.enabled
  }

  /** The run to wait for before this check's report is worth serving; undefined when it is already. */
  ask(now: number): Run | undefined {
    if (now < this.#freshUntil || !this.#runnable) return undefined
    return this.#run ?? this.#start(now)
  }

  /** The same a little before its time, for when others are run anyway. */
  askEarly(now: number): Run | undefined {
    const early = (this.#freshUntil - this.#lastResultAt) * earlyShare
    if (this.settings.intervalMs !== undefined || now + early < this.#freshUntil || !this.#runnable)
      return undefined
    return this.#run ?? this.#start(now)
  }

  /** Until when `ask` has nothing to wait for, if nothing else happens. */
  idleUntil(): number {
    if (!this.#runnable) return Infinity
    if (this.#run !== undefined) return this.#freshUntil
    return Math.max(this.#freshUntil, this.#guard.blockedUntil)
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
    return this.#overlay(
      'UNKNOWN',
      `stale: no result for ${durationText(now - this.#lastResultAt)}`,
      this.staleAt(),
    )
  }

  /** The report for who could not wait any longer. */
  unanswered(budgetMs: number): CheckReport {
    const error = `no answer within ${durationText(budgetMs)}`
    const from = this.#run?.startedAt ?? this.#around.clock.now()
    return Object.freeze({ ...this.#overlay('DOWN', error, from), durationMs: budgetMs })
  }

  /** Runs now, or joins the run under way; the overlap guard holds all the same. */
  async runNow(): Promise<CheckReport> {
    await (this.#run ?? this.#start())?.done
    return this.report(this.#around.clock.now())
  }

  /** A result from outside, as if a run had ended with it. */
  set(outcome: Outcome): void {
    this.#beats?.beat()
    if (!this.#ended) this.#record(fromResolved(outcome))
  }

  beat(): void {
    const { status, message, data } = this.#report
    // An application may beat thousands of times a second: what says nothing new must not spoil rendered answers.
    if (status === 'UP' && message === undefined && data === undefined) this.#beats?.beat()
    else this.set(up())
  }

  disable(reason?: string, forMs?: number): void {
    if (this.#ended) return
    this.#cancelReenable()
    this.#cancelReenable =
      forMs === undefined ? () => {} : this.#around.clock.after(forMs, () => this.enable())
    this.#cancelRun(new Error('the check was disabled'))
    const why = boundText(reason)
    this.#begin({ ...this.#notRunYet(false), message: why === undefined ? 'disabled' : `disabled: ${why}` })
  }

  enable(): void {
    if (this.enabled || this.#ended) return
    this.#cancelReenable()
    this.#beats?.beat()
    this.#begin(this.#notRunYet(true))
    if (this.settings.intervalMs !== undefined) this.#start()
  }

  /** Ends it: aborts what runs and stops every timer. */
  end(): void {
    this.#ended = true
    this.#stopRepeating()
    this.#cancelReenable()
    this.#beats?.stop()
    this.#cancelRun(new DisposedError())
  }

  get #runnable(): boolean {
    return this.#execute !== undefined && this.enabled && !this.#ended
  }

  #start(now = this.#around.clock.now()): Run | undefined {
    if (this.#run !== undefined || !this.#runnable || now < this.#guard.blockedUntil) return undefined
    const { timeoutMs, retries } = this.settings
    const execute = this.#execute as CheckFunction
    this.#guard.starting()
    const run = new Run({ name: this.name, execute, timeoutMs, retries, clock: this.#around.clock }, this)
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
    this.#report = Object.freeze({ ...this.#report, details: this.#details() })
    this.#around.changed(this, false)
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
    if (!this.enabled) return
    this.#lastResultAt = clock.now()
    this.#freshUntil = this.#lastResultAt + this.#ageOf(outcome)
    this.hasResult = true
    const shown = this.#thresholds.accepts(outcome.status)
    const { name, status: from, since, critical, enabled } = this.#report
    const kept = shown ? { name, since, critical, enabled, ...outcome, checkedAt: at } : this.#report
    const changed = kept.status !== from
    // Frozen, like all that is handed out: a listener that redacts its copy must not turn a check green.
    this.#report = Object.freeze({
      ...kept,
      ...(shown && durationMs !== undefined && { durationMs }),
      since: changed ? at : since,
      details: this.#details(),
    })
    this.#tell(from, thrown)
  }

  /** What holds for a reason that no run has reported; `from` is when that began, on the monotonic clock. */
  #overlay(status: CheckReport['status'], error: string, from: number): CheckReport {
    const { name, critical, enabled, details } = this.#report
    const { clock } = this.#around
    const since = clock.wallTime() - (clock.now() - from)
    return Object.freeze({ name, status, error, since, critical, enabled, details })
  }

  /** Begins anew with a report that says so. */
  #begin(report: CheckReport): void {
    const from = this.#report.status
    this.hasResult = false
    this.#freshUntil = -Infinity
    this.#thresholds.reset()
    this.#report = Object.freeze({ ...report, details: this.#details() })
    this.#tell(from)
  }

  #tell(from: CheckReport['status'], thrown?: unknown): void {
    const result = this.#report
    this.#around.changed(this, result.status !== from)
    if (result.status === from) return
    this.#around.events.transition(
      { check: this.name, from, to: result.status, at: result.since, result },
      thrown,
    )
  }

  #ageOf({ status }: SafeOutcome): number {
    const { intervalMs, timeoutMs, maxAgeMs } = this.settings
    if (intervalMs !== undefined) return 3 * intervalMs + timeoutMs
    return isHealthy(status) ? maxAgeMs.up : maxAgeMs.down
  }

  #notRunYet(enabled: boolean): CheckReport {
    const text = enabled
      ? { error: this.settings.ttlMs === undefined ? 'has not run yet' : 'no heartbeat yet' }
      : { message: 'disabled' }
    const since = this.#around.clock.wallTime()
    const { critical } = this.settings
    const details = this.#details()
    return Object.freeze({ name: this.name, status: 'UNKNOWN', ...text, since, critical, enabled, details })
  }

  #details(): CheckReport['details'] {
    const { kind, failureThreshold, successThreshold, timeoutMs, tags } = this.settings
    const { intervalMs, componentType, runbook, impact } = this.settings
    return Object.freeze({
      kind,
      failureThreshold,
      successThreshold,
      consecutiveFailures: this.#thresholds.consecutiveFailures,
      consecutiveSuccesses: this.#thresholds.consecutiveSuccesses,
      outstandingRuns: this.#guard.outstanding,
      tags,
      ...(this.#execute !== undefined && { timeoutMs }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(componentType !== undefined && { componentType }),
      ...(runbook !== undefined && { runbook }),
      ...(impact !== undefined && { impact }),
    })
  }
}

import { CheckTimeoutError } from '../errors/check-timeout-error.ts'
import type { CheckFunction } from './check.ts'
import type { Clock } from './clock.ts'
import { deadline } from './deadline.ts'
import { causeOf, fromResolved, fromThrown, type SafeOutcome } from './outcome.ts'
import { isHealthy } from './status.ts'
import { durationText } from './text.ts'

/** What a run is given. */
export interface RunSettings {
  readonly name: string
  readonly execute: CheckFunction
  readonly timeoutMs: number
  readonly retries: number
  readonly clock: Clock
  /** The clock's, and the same function in each run of a check. */
  readonly now: () => number
  readonly warn: (message: string) => void
}

/** Who wants to hear of it. */
export interface RunObserver {
  /** Once a run, at its end or at its timeout. `thrown` is for the log only. */
  reported(run: Run, outcome: SafeOutcome, durationMs: number, thrown?: unknown): void
  /** A run that had been abandoned at its timeout has settled after all. */
  settledLate(run: Run): void
}

/**
 * One execution of a check function with its retries, bounded by its timeout. It reports exactly once; after that
 * it lets go of everything, so that a function that never settles holds no more than itself.
 */
export class Run {
  /** Resolves once the outcome has been reported; never rejects. */
  readonly done: Promise<void>
  /** Whether the timeout came first and the function has not settled yet. */
  abandoned = false
  /** Monotonic milliseconds. */
  readonly startedAt: number
  readonly #controller = new AbortController()
  readonly #settings: RunSettings
  #observer: RunObserver | undefined
  #cancelTimeout: () => void
  #resolveDone!: () => void
  #reported = false

  constructor(settings: RunSettings, observer: RunObserver) {
    this.#settings = settings
    this.#observer = observer
    this.startedAt = settings.clock.now()
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    this.#cancelTimeout = deadline(settings.clock, settings.timeoutMs, () => this.#timeOut())
  }

  /** Apart from the constructor, since a function may settle the run before the caller holds it. */
  start(): this {
    void this.#attempts()
    return this
  }

  /** Aborts the function without reporting; until it settles the run counts as abandoned. */
  cancel(reason: unknown): void {
    if (this.#reported) return
    this.abandoned = true
    this.#reported = true
    this.#release()
    this.#controller.abort(reason)
  }

  /** Forgets the observer: a late end of this run matters no longer. */
  forget(): void {
    this.#observer = undefined
  }

  async #attempts(): Promise<void> {
    const { execute, name, retries, timeoutMs, now, warn } = this.#settings
    const context = { name, timeoutMs, signal: this.#controller.signal, now, warn }
    for (let left = retries; ; left--) {
      let outcome: SafeOutcome
      let thrown: unknown
      try {
        const resolved = await execute(context)
        outcome = fromResolved(resolved)
        thrown = causeOf(resolved)
      } catch (error) {
        outcome = fromThrown(error)
        thrown = error
      }
      if (this.#reported) return this.#endLate()
      if (isHealthy(outcome.status) || left <= 0) return this.#report(outcome, thrown)
    }
  }

  #timeOut(): void {
    const { timeoutMs } = this.#settings
    this.abandoned = true
    this.#report({ status: 'DOWN', error: `timed out after ${durationText(timeoutMs)}` })
    this.#controller.abort(new CheckTimeoutError(timeoutMs))
  }

  #report(outcome: SafeOutcome, thrown?: unknown): void {
    this.#reported = true
    const durationMs = this.#settings.clock.now() - this.startedAt
    this.#observer?.reported(this, outcome, durationMs, thrown)
    this.#release()
  }

  #endLate(): void {
    this.abandoned = false
    this.#observer?.settledLate(this)
    this.#observer = undefined
  }

  #release(): void {
    this.#cancelTimeout()
    this.#resolveDone()
    if (!this.abandoned) this.#observer = undefined
  }
}

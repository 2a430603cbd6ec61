import { DependencyDownError } from '../../errors/dependency-down-error.ts'
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import { down, type Outcome } from '../outcome.ts'
import { isHealthy, type Status } from '../status.ts'
import type { CircuitChange, CircuitReason, CircuitReport, CircuitState } from './circuit.ts'
import type { CircuitSettings } from './circuit-settings.ts'

/** What a circuit needs of its check. */
export interface CircuitSubject {
  readonly name: string
  readonly settings: { readonly intervalMs?: number }
  /** The moment from which the overlap guard lets a run start. */
  readonly blockedUntil: number
  /** A result from outside; what is not good is reported at once while the circuit is open. */
  set(outcome: Outcome): void
  /** The circuit has changed, and so has the report. */
  refresh(): void
  runNow(): Promise<unknown>
}

/** Where a circuit lives. */
export interface CircuitSurroundings {
  readonly clock: Clock
  readonly events: Events
}

/**
 * The state of a check's circuit. It has no opinion of its own: the check's reported status decides, and while that is
 * DOWN the circuit decides when the check is run.
 */
export class CheckCircuit {
  readonly name: string
  settings: CircuitSettings
  state: CircuitState = 'closed'
  /** Whether calls count: not while the check is disabled, and not once it is gone. */
  watching = true
  readonly #check: CircuitSubject
  readonly #around: CircuitSurroundings
  readonly #unannounced: CircuitChange[] = []
  #newPeriod: () => void = () => {}
  #stopCalls: () => void = () => {}
  #since: number
  #closedAt = -Infinity
  #openedByCalls = false
  #failedTrials = 0
  #nextTrialAt = Infinity
  #cancelTrial: () => void = () => {}
  /** The check is gone. */
  ended = false
  #toldOfOwnCalls = false

  constructor(check: CircuitSubject, settings: CircuitSettings, around: CircuitSurroundings) {
    this.name = check.name
    this.settings = settings
    this.#check = check
    this.#around = around
    this.#since = around.clock.wallTime()
  }

  /** Who counts the calls: told when what was counted counts no more, and at the end. */
  attach(newPeriod: () => void, stop: () => void): void {
    this.#newPeriod = newPeriod
    this.#stopCalls = stop
  }

  /** Whether no run may start: between trials, whoever asks. */
  get holds(): boolean {
    return this.state === 'open'
  }

  /**
   * Whether a result of the check means nothing: a good one, when calls have opened the circuit and the check has not
   * been tried since. It comes from a run that began before, or from a beat that knows nothing of the calls.
   */
  disbelieves(status: Status): boolean {
    return this.state === 'open' && this.#openedByCalls && isHealthy(status)
  }

  /** Follows what the check now reports; `latest` is the result that led to it, before thresholds. */
  follow(reported: Status, enabled: boolean, latest: Status, thrown?: unknown): void {
    if (this.ended) return
    if (this.watching !== enabled) this.#newPeriod()
    this.watching = enabled
    if (reported !== 'DOWN') {
      if (this.state !== 'closed') this.#close(enabled ? 'recovered' : 'disabled')
    } else if (this.state === 'closed') this.#open('check')
    else if (this.state === 'half-open') this.#reopen(isHealthy(latest))
    if (thrown instanceof DependencyDownError && thrown.check === this.name) this.#tellOfOwnCalls(thrown)
  }

  /** Enough calls have failed. */
  trip(error: string): void {
    this.#open('calls')
    this.#check.set(down(error))
  }

  /** Tries the check now, if the circuit is open and the overlap guard lets it; false when that holds it back. */
  tryNow(): boolean {
    if (this.state !== 'open') return true
    const { blockedUntil } = this.#check
    if (this.#around.clock.now() < blockedUntil) return false
    this.#cancelTrial()
    this.#become('half-open', 'trial')
    this.#check.refresh()
    // A check that is passive has nothing to run: its next beat or result is the trial.
    void this.#check.runNow()
    return true
  }

  refusal(): DependencyDownError {
    const waitMs = Math.max(0, Math.round(this.#nextTrialAt - this.#around.clock.now()))
    return new DependencyDownError(this.name, this.#since, this.state === 'open' ? waitMs : 0)
  }

  report(): CircuitReport {
    const { clock } = this.#around
    return Object.freeze({
      state: this.state,
      since: this.#since,
      ...(this.state === 'open' && {
        nextTrialAt: Math.round(clock.wallTime() + this.#nextTrialAt - clock.now()),
      }),
    })
  }

  /** Tells of what changed, once the check's report says it too. */
  announce(): void {
    for (let change = this.#unannounced.shift(); change !== undefined; change = this.#unannounced.shift())
      this.#around.events.circuit(change)
  }

  /** The check is gone: nobody would find out when the dependency is back, so calls go through. */
  end(): void {
    this.ended = true
    this.watching = false
    this.state = 'closed'
    this.#cancelTrial()
    this.#stopCalls()
  }

  #open(reason: 'calls' | 'check'): void {
    const { clock } = this.#around
    // A trial that succeeds proves little when the calls fail again at once: the delays then go on where they were.
    const soon = clock.now() - this.#closedAt < this.settings.windowMs
    this.#failedTrials = soon ? this.#failedTrials + 1 : 0
    this.#openedByCalls = reason === 'calls'
    this.#since = clock.wallTime()
    this.#become('open', reason)
    this.#schedule()
  }

  /** After a trial that was not enough: a good one that `successThreshold` wants more of brings the next one soon. */
  #reopen(good: boolean): void {
    this.#failedTrials = good ? 0 : this.#failedTrials + 1
    this.#openedByCalls = false
    this.#become('open', good ? 'more-trials' : 'trial-failed')
    this.#schedule()
  }

  #close(reason: 'recovered' | 'disabled'): void {
    const { clock } = this.#around
    this.#cancelTrial()
    this.#closedAt = clock.now()
    this.#since = clock.wallTime()
    this.#newPeriod()
    this.#become('closed', reason)
  }

  #become(to: CircuitState, reason: CircuitReason): void {
    const from = this.state
    this.state = to
    this.#unannounced.push({ check: this.name, from, to, reason, at: this.#around.clock.wallTime() })
  }

  #schedule(): void {
    const { trialDelayMs, maxTrialDelayMs, jitter } = this.settings
    // A check with an interval is asked at least as often as its user wanted.
    const most = Math.min(maxTrialDelayMs, this.#check.settings.intervalMs ?? Infinity)
    const delayMs = Math.min(most, trialDelayMs * 2 ** this.#failedTrials) * (1 - jitter * Math.random())
    const { clock } = this.#around
    this.#nextTrialAt = clock.now() + delayMs
    this.#cancelTrial = clock.after(delayMs, () => {
      if (!this.tryNow()) this.#schedule()
    })
  }

  #tellOfOwnCalls(thrown: DependencyDownError): void {
    if (this.#toldOfOwnCalls) return
    this.#toldOfOwnCalls = true
    this.#around.events.complain(
      `check ${this.name} calls through its own circuit, so no trial can succeed; call the dependency itself there`,
      thrown,
    )
  }
}

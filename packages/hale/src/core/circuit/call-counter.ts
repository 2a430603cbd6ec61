import type { Call } from './call.ts'
import { CallWindow } from './call-window.ts'
import type { CheckCircuit, CircuitSurroundings } from './check-circuit.ts'
import type { CallCounts } from './circuit.ts'
import type { CircuitSettings } from './circuit-settings.ts'

/** Counts how calls end, and opens the circuit when too many end badly. */
export class CallCounter {
  /** Calls of another period than this one count for nothing: the circuit has been open since they began. */
  period = 0
  readonly #circuit: CheckCircuit
  readonly #around: CircuitSurroundings
  #window: CallWindow
  #made = 0
  #succeeded = 0
  #failed = 0
  #slow = 0
  #timedOut = 0
  #refused = 0
  #fallbacks = 0

  constructor(circuit: CheckCircuit, around: CircuitSurroundings) {
    this.#circuit = circuit
    this.#around = around
    this.#window = new CallWindow(circuit.settings.windowMs)
  }

  get counts(): CallCounts {
    return {
      made: this.#made,
      succeeded: this.#succeeded,
      failed: this.#failed,
      slow: this.#slow,
      timedOut: this.#timedOut,
      refused: this.#refused,
      fallbacks: this.#fallbacks,
    }
  }

  configure({ windowMs }: CircuitSettings): void {
    this.#window = new CallWindow(windowMs)
  }

  newPeriod(): void {
    this.period++
    this.#window.reset()
  }

  made(): void {
    this.#made++
  }

  refused(): void {
    this.#refused++
  }

  fellBack(): void {
    this.#fallbacks++
  }

  succeeded(call: Call): void {
    this.#succeeded++
    if (this.#matters(call)) this.#window.good(this.#around.clock.now())
  }

  /** A call that threw; whether that speaks against the dependency. */
  threw(call: Call, error: unknown): boolean {
    if (call.timedOut === undefined) {
      if (call.givenUp) return false
      if (!this.#isFailure(error)) {
        this.succeeded(call)
        return false
      }
    } else this.#timedOut++
    this.#failed++
    this.#bad(call)
    return true
  }

  /** A call that has taken too long already, and may never end. */
  slow(call: Call): void {
    this.#slow++
    this.#bad(call)
    call.counted = true
  }

  #matters(call: Call): boolean {
    const { state, watching } = this.#circuit
    return state === 'closed' && watching && call.period === this.period && !call.counted
  }

  #bad(call: Call): void {
    if (!this.#matters(call)) return
    const counted = this.#window
    counted.failed(this.#around.clock.now())
    const { calls, bad, badInARow } = counted
    const { consecutiveFailures, failureRate, minimumCalls, slowCallMs } = this.#circuit.settings
    const what = slowCallMs === undefined ? 'failed' : 'failed or took too long'
    if (badInARow >= consecutiveFailures) {
      const row = badInARow === 1 ? 'a call' : `${badInARow} calls in a row`
      this.#circuit.trip(`circuit open: ${row} ${what}`)
    } else if (calls >= minimumCalls && bad >= failureRate * calls) {
      this.#circuit.trip(`circuit open: ${bad} of ${calls} calls ${what}`)
    }
  }

  #isFailure(error: unknown): boolean {
    const { name, settings } = this.#circuit
    try {
      return settings.isFailure?.(error) ?? true
    } catch (thrown) {
      this.#around.events.complain(`isFailure of the circuit of ${name} failed`, thrown)
      return true
    }
  }
}

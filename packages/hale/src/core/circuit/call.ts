import { CallTimeoutError } from '../../errors/call-timeout-error.ts'
import type { CallTimer } from './call-timer.ts'
import type { CallContext } from './circuit.ts'

const nothing = (): void => {}

/** One call under way: its signal, its timeout, and whether it has been counted. */
export class Call implements CallContext {
  /** The period of the circuit in which it was made: in another one it says nothing. */
  readonly period: number
  /** Whether it has been counted already, being slow. */
  counted = false
  timedOut: CallTimeoutError | undefined
  readonly #caller: AbortSignal | undefined
  readonly #bounded: boolean
  #controller: AbortController | undefined
  #forward: (() => void) | undefined
  #reject: (error: CallTimeoutError) => void = nothing
  #cancelTimeout = nothing
  #cancelSlow = nothing
  #ended = false

  constructor(period: number, caller: AbortSignal | undefined, bounded: boolean) {
    this.period = period
    this.#caller = caller
    this.#bounded = bounded
  }

  // Made when asked for: it would be the most expensive part of a call that has no use for it.
  get signal(): AbortSignal {
    const caller = this.#caller
    if (caller !== undefined && !this.#bounded) return caller
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.timedOut !== undefined) this.#controller.abort(this.timedOut)
      else if (caller?.aborted === true) this.#controller.abort(caller.reason)
      else if (!this.#ended && caller !== undefined) this.#follow(caller)
    }
    return this.#controller.signal
  }

  /** Whether its caller has given it up for a reason that says nothing of the dependency. */
  get givenUp(): boolean {
    // A caller that gives up by timeout says that the dependency was too slow.
    return this.#caller?.aborted === true && nameOf(this.#caller.reason) !== 'TimeoutError'
  }

  watchSlow(timer: CallTimer, counter: { slow(call: Call): void }): void {
    this.#cancelSlow = timer.add(() => {
      this.#cancelSlow = nothing
      counter.slow(this)
    })
  }

  /** Before the call is made, so that what it does synchronously is within the time. */
  watchTimeout(timer: CallTimer, check: string, timeoutMs: number): void {
    this.#cancelTimeout = timer.add(() => {
      this.#cancelTimeout = nothing
      const error = new CallTimeoutError(check, timeoutMs)
      this.timedOut = error
      this.#reject(error)
      this.#controller?.abort(error)
    })
  }

  /** The answer, or the timeout if that comes first. */
  bound<T>(answer: T | PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      Promise.resolve(answer).then(resolve, reject)
    })
  }

  end(): void {
    this.#ended = true
    this.#cancelSlow()
    this.#cancelTimeout()
    if (this.#forward !== undefined) this.#caller?.removeEventListener('abort', this.#forward)
  }

  #follow(caller: AbortSignal): void {
    this.#forward = () => this.#controller?.abort(caller.reason)
    caller.addEventListener('abort', this.#forward, { once: true })
  }
}

function nameOf(reason: unknown): unknown {
  return typeof reason === 'object' && reason !== null ? (reason as { name?: unknown }).name : undefined
}

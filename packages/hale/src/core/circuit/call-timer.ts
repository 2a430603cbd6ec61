import type { Clock } from '../clock.ts'
import { deadline } from '../deadline.ts'

/** A call that is waited for. */
interface Waiting {
  readonly dueAt: number
  readonly expired: () => void
  previous: Waiting | undefined
  next: Waiting | undefined
}

/**
 * Calls back for each of many calls that has not ended after the same time. All have the same time, so they fall due
 * in the order in which they came: one timer serves the list, where one each would cost more than the circuit. It is
 * left to run when the list empties, since the next call comes soon.
 */
export class CallTimer {
  readonly #clock: Clock
  readonly #afterMs: number
  #first: Waiting | undefined
  #last: Waiting | undefined
  #cancel: (() => void) | undefined
  #stopping = false

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock
    this.#afterMs = afterMs
  }

  /** Returns what takes it off again; to be called once, and not after it has expired. */
  add(expired: () => void): () => void {
    const dueAt = this.#clock.now() + this.#afterMs
    const waiting: Waiting = { dueAt, expired, previous: this.#last, next: undefined }
    if (this.#last === undefined) this.#first = waiting
    else this.#last.next = waiting
    this.#last = waiting
    this.#cancel ??= deadline(this.#clock, this.#afterMs, () => this.#look())
    return () => this.#remove(waiting)
  }

  /** From now on no timer is left behind when the calls under way have ended. */
  stop(): void {
    this.#stopping = true
    this.#rest()
  }

  #remove({ previous, next }: Waiting): void {
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    if (this.#stopping) this.#rest()
  }

  #rest(): void {
    if (this.#first !== undefined) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #look(): void {
    this.#cancel = undefined
    const now = this.#clock.now()
    for (let first = this.#first; first !== undefined && first.dueAt <= now; first = this.#first) {
      this.#remove(first)
      first.expired()
    }
    // Whoever expired may have made the next call, and armed the timer with it.
    if (this.#first === undefined) return
    this.#cancel ??= deadline(this.#clock, Math.max(1, this.#first.dueAt - now), () => this.#look())
  }
}

import type { Clock } from '../clock.ts'
import { repeat } from '../schedule.ts'

const pollMs = 1000

/**
 * Something that is reached once. Whoever waits for it must not depend on a platform that probes, so `look` is called
 * every second for as long as somebody waits.
 */
export class Milestone {
  reached = false
  readonly #clock: Clock
  readonly #look: () => void
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  #stopLooking: () => void = () => {}

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock
    this.#look = look
  }

  wait(): Promise<void> {
    if (this.reached) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      if (this.#waiting.length === 1) this.#stopLooking = repeat(this.#clock, pollMs, this.#look)
    })
  }

  reach(): void {
    if (this.reached) return
    this.reached = true
    for (const { resolve } of this.#nobodyWaits()) resolve()
  }

  /** Tells who waits now; whoever comes later waits anew. */
  fail(error: Error): void {
    for (const { reject } of this.#nobodyWaits()) reject(error)
  }

  /** Lets go of who waits now, without a word. */
  abandon(): void {
    this.#nobodyWaits()
  }

  #nobodyWaits() {
    this.#stopLooking()
    return this.#waiting.splice(0)
  }
}

import type { Clock } from './clock.ts'

/**
 * Watches for missing beats. A beat only notes the time, so that an application may beat as often as it likes; one
 * timer looks at that note when the last beat could have run out.
 */
export class BeatWatch {
  readonly #clock: Clock
  #ttlMs: number
  readonly #missed: (ttlMs: number) => void
  #lastAt: number
  #cancel: () => void

  constructor(clock: Clock, ttlMs: number, missed: (ttlMs: number) => void) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#missed = missed
    this.#lastAt = clock.now()
    this.#cancel = clock.after(ttlMs, () => this.#look())
  }

  beat(): void {
    this.#lastAt = this.#clock.now()
  }

  /** Counts from the last beat on, with another limit. */
  retune(ttlMs: number): void {
    if (ttlMs === this.#ttlMs) return
    this.#ttlMs = ttlMs
    this.#cancel()
    this.#look()
  }

  stop(): void {
    this.#cancel()
  }

  #look(): void {
    const left = this.#lastAt + this.#ttlMs - this.#clock.now()
    if (left <= 0) {
      this.#lastAt = this.#clock.now()
      this.#missed(this.#ttlMs)
    }
    this.#cancel = this.#clock.after(left <= 0 ? this.#ttlMs : left, () => this.#look())
  }
}

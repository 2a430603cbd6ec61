import type { Clock } from '../../core/clock.ts'

/** A token bucket for everything but liveness. */
export interface RateLimitOptions {
  /** Tokens that come back each second. */
  readonly perSecond: number
  /**
   * Tokens that a full bucket holds.
   * @default perSecond, at least 1
   */
  readonly burst?: number
}

export class TokenBucket {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #filledAt: number

  constructor(clock: Clock, { perSecond, burst = Math.max(1, perSecond) }: RateLimitOptions) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#filledAt = clock.now()
  }

  /** Takes a token: 0 when there was one, else the seconds until there is. */
  take(): number {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond)
    this.#filledAt = now
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#perSecond
    this.#tokens -= 1
    return 0
  }
}

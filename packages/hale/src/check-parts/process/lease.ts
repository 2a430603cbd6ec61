/** How long something is kept after it was asked for last. */
const defaultLeaseMs = 60_000

/** What is kept while somebody asks. */
export interface Leased {
  stop(): void
}

/**
 * Keeps an observer going while a check asks for it. A definition is never told that its registry has been disposed
 * or that nobody probes it any longer, so an observer ends by itself: nothing is observed before the first run, nor a
 * minute after the last one.
 */
export class Lease<T extends Leased> {
  readonly #begin: () => T
  readonly #leaseMs: number
  #held: T | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(begin: () => T, leaseMs = defaultLeaseMs) {
    this.#begin = begin
    this.#leaseMs = leaseMs
  }

  /** What is kept; begun when it is not there. */
  use(): T {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.end(), this.#leaseMs)
    this.#timer.unref?.()
    this.#held ??= this.#begin()
    return this.#held
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#held?.stop()
    this.#held = undefined
  }
}

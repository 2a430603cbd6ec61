const buckets = 10

/**
 * Counts calls over the last `windowMs` in ten buckets of time: a call costs the same however many there are, and the
 * memory is that of the buckets. The oldest tenth leaves at once, so that the window is up to a tenth shorter than said.
 */
export class CallWindow {
  calls = 0
  bad = 0
  /** Bad calls since the last good one, however long ago. */
  badInARow = 0
  readonly #bucketMs: number
  readonly #calls: number[] = new Array(buckets).fill(0)
  readonly #bad: number[] = new Array(buckets).fill(0)
  #latest = -Infinity

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / buckets
  }

  good(now: number): void {
    this.badInARow = 0
    this.#count(now, this.#calls)
    this.calls++
  }

  failed(now: number): void {
    this.badInARow++
    this.#count(now, this.#calls)
    this.#count(now, this.#bad)
    this.calls++
    this.bad++
  }

  reset(): void {
    this.calls = 0
    this.bad = 0
    this.badInARow = 0
    this.#calls.fill(0)
    this.#bad.fill(0)
  }

  #count(now: number, into: number[]): void {
    const bucket = Math.floor(now / this.#bucketMs)
    if (bucket > this.#latest) this.#advance(bucket)
    const index = slot(bucket)
    into[index] = (into[index] as number) + 1
  }

  #advance(to: number): void {
    const from = Math.max(this.#latest + 1, to - buckets + 1)
    for (let bucket = from; bucket <= to; bucket++) {
      const index = slot(bucket)
      this.calls -= this.#calls[index] as number
      this.bad -= this.#bad[index] as number
      this.#calls[index] = 0
      this.#bad[index] = 0
    }
    this.#latest = to
  }
}

// A clock may have any origin, and count up from below zero.
function slot(bucket: number): number {
  return ((bucket % buckets) + buckets) % buckets
}

import type { Leased } from './lease.ts'

/** How often the loop is asked how late it is. Each wakes an idle process once, which is most of what it costs. */
export const sampleEveryMs = 50

/** How late the loop was, in milliseconds. */
export interface LoopDelay {
  readonly p99Ms: number
  readonly maxMs: number
}

/**
 * Samples how late a timer comes, over a window. A loop that is blocked for a second takes no samples meanwhile: those
 * that it owes are filled in, each 50 ms less late than the one before, as who had come at that moment would have
 * waited. Node's own histogram counts such a second as one sample among hundreds, and its p99 does not see it; what
 * comes between its reset and its next tick it does not count at all.
 */
export class LoopDelayWatch implements Leased {
  readonly #samples: number[] = []
  readonly #most: number
  readonly #timer: ReturnType<typeof setInterval>
  #last = performance.now()

  constructor(windowMs: number) {
    this.#most = Math.ceil(windowMs / sampleEveryMs)
    this.#timer = setInterval(() => this.#tick(), sampleEveryMs)
    this.#timer.unref?.()
  }

  /** How many samples there are. */
  get count(): number {
    return this.#samples.length
  }

  read(): LoopDelay {
    // The loop may be late right now, with the timer's turn still to come.
    if (performance.now() - this.#last >= sampleEveryMs) this.#tick()
    const sorted = this.#samples.toSorted((a, b) => a - b)
    const p99Ms = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
    return { p99Ms, maxMs: sorted.at(-1) ?? 0 }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performance.now()
    const late = now - this.#last - sampleEveryMs
    this.#last = now
    // Of a suspended machine no more is filled in than the window holds.
    const owed = Math.min(Math.max(0, Math.floor(late / sampleEveryMs)), this.#most - 1)
    for (let index = owed; index >= 0; index--) this.#samples.push(Math.max(0, late - index * sampleEveryMs))
    if (this.#samples.length > this.#most) this.#samples.splice(0, this.#samples.length - this.#most)
  }
}

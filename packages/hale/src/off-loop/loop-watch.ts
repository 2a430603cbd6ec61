import { beatMs } from './loop-beat.ts'
import { monotonicMs } from './monotonic.ts'
import type { SharedMemory } from './shared-memory.ts'

const lookMs = 250

/** Sees from the probe thread how long the main loop has not turned. */
export class LoopWatch {
  readonly #memory: SharedMemory
  readonly #timer: ReturnType<typeof setInterval>
  #lookedAt = monotonicMs()
  #watchingSince = this.#lookedAt

  constructor(memory: SharedMemory) {
    this.#memory = memory
    this.#timer = setInterval(() => this.#look(monotonicMs()), lookMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /**
   * Milliseconds since the main loop last turned. A time in which this thread did not run either is not the main
   * loop's fault: the process was stopped, or had no processor, and both begin to count anew.
   */
  silentMs(now: number): number {
    this.#look(now)
    return Math.max(0, now - Math.max(this.#memory.lastBeatMs, this.#watchingSince))
  }

  /** The worst delay of a timer in the last second, counting the one that is just being late. */
  delayMs(now: number): number {
    return Math.max(this.#memory.figures.delayMs, this.silentMs(now) - beatMs, 0)
  }

  #look(now: number): void {
    if (now - this.#lookedAt > 3 * lookMs) this.#watchingSince = now
    this.#lookedAt = now
  }
}

import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { monotonicMs } from './monotonic.ts'
import type { SharedMemory } from './shared-memory.ts'

/** How often the main loop shows that it turns. */
export const beatMs = 250

const beatsPerWindow = 4

/**
 * Shows that the main loop turns, and how well: four times a second it stores the time, once a second its worst delay
 * and its utilisation. The delay is that of its own timer; Node's histogram would wake the loop a hundred times.
 */
export class LoopBeat {
  readonly #memory: SharedMemory
  readonly #turned: (gapMs: number) => void
  readonly #timer: ReturnType<typeof setInterval>
  #last = monotonicMs()
  #beats = 0
  #worstDelayMs = 0
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()

  /** `turned` is called with each beat, and hears how long ago the last one was. */
  constructor(memory: SharedMemory, turned: (gapMs: number) => void) {
    this.#memory = memory
    this.#turned = turned
    memory.beat(this.#last)
    this.#timer = setInterval(() => this.#beat(), beatMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    const now = monotonicMs()
    const gapMs = now - this.#last
    this.#last = now
    this.#memory.beat(now)
    this.#worstDelayMs = Math.max(this.#worstDelayMs, gapMs - beatMs)
    this.#beats++
    if (this.#beats % beatsPerWindow === 0 || gapMs > beatsPerWindow * beatMs) this.#endWindow()
    this.#turned(gapMs)
  }

  #endWindow(): void {
    const total = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(total, this.#utilization)
    this.#memory.figures = { delayMs: this.#worstDelayMs, utilization: Math.min(Math.max(utilization, 0), 1) }
    this.#utilization = total
    this.#worstDelayMs = 0
  }
}

import type { HealthSource, WatchedChange } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { stateOf } from '../mirror/state.ts'
import { monotonicMs } from './monotonic.ts'
import { mostStateBytes, type SharedMemory } from './shared-memory.ts'
import { type LeftOut, stateText } from './state-text.ts'

const gatherMs = 10

/**
 * Writes the registry's state to the shared memory when something has changed. The whole state is written each time,
 * which takes the longer the more checks there are, so it is written the less often: what only confirms what is
 * known may take half a thousandth of the loop, a change of status a twentieth.
 */
export class Publisher {
  readonly #health: HealthSource
  readonly #memory: SharedMemory
  readonly #unwatch: (() => void) | undefined
  #publishedAt = -Infinity
  #tookMs = 0
  /** Within which what only confirms is written: promised with each state, so that none is taken for stale sooner. */
  #calmMs = 250
  #dueAt = Infinity
  #cancel: (() => void) | undefined
  #leftOut: LeftOut | 'everything' | undefined

  constructor(health: HealthSource, memory: SharedMemory) {
    this.#health = health
    this.#memory = memory
    this.publish()
    this.#unwatch = health.watch?.((what) => this.#changed(what))
  }

  stop(): void {
    this.#unwatch?.()
    this.#cancel?.()
  }

  publish(): void {
    try {
      this.#cancel?.()
      this.#publishedAt = monotonicMs()
      this.#calmMs = Math.max(250, Math.min(5000, 2000 * this.#tookMs))
      const timed = { state: stateOf(this.#health), takenAt: this.#publishedAt, nextWithinMs: this.#calmMs }
      const made = stateText(timed, mostStateBytes)
      if (made !== undefined) this.#memory.write(made.text)
      this.#tookMs = monotonicMs() - this.#publishedAt
      this.#note(made === undefined ? 'everything' : made.leftOut)
    } catch (error) {
      // Called from within the registry: what goes wrong here must not go wrong there.
      logSafely(this.#health.logger, 'error', 'the state could not be shown off the loop', { err: error })
    }
  }

  #changed(what: WatchedChange): void {
    // Draining, above all: whoever blocks the loop right after it has still said it.
    if (what === 'lifecycle') this.publish()
    else this.#publishAfter(what === 'result' ? this.#calmMs : this.#soonMs())
  }

  #soonMs(): number {
    return Math.max(50, 20 * this.#tookMs)
  }

  #publishAfter(gapMs: number): void {
    const now = monotonicMs()
    // What changes together, as results do that came in with one packet, is shown together.
    const dueAt = Math.max(now + gatherMs, this.#publishedAt + gapMs)
    if (dueAt >= this.#dueAt) return
    this.#cancel?.()
    const timer = setTimeout(() => this.publish(), dueAt - now)
    timer.unref()
    this.#dueAt = dueAt
    this.#cancel = () => {
      clearTimeout(timer)
      this.#dueAt = Infinity
      this.#cancel = undefined
    }
  }

  #note(leftOut: LeftOut | 'everything' | undefined): void {
    if (leftOut === this.#leftOut) return
    this.#leftOut = leftOut
    if (leftOut === undefined) return
    const effect = leftOut === 'everything' ? 'not shown any more' : `shown without ${leftOut}`
    const message = `the state is longer than ${mostStateBytes / 1024} KiB: off the loop it is ${effect}`
    logSafely(this.#health.logger, 'warn', message, {})
  }
}

import type { HealthSource, WatchedChange } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { stateOf } from '../mirror/state.ts'
import { beatMs } from './loop-beat.ts'
import { monotonicMs } from './monotonic.ts'
import { mostStateBytes, type SharedMemory } from './shared-memory.ts'
import { type LeftOut, stateText } from './state-text.ts'

const gatherMs = 10
const leastCalmMs = 1000
const mostCalmMs = 5000

/**
 * Writes the registry's state to the shared memory when something has changed. The whole state is written each time,
 * which takes the longer the more checks there are, so it is written the less often: what only confirms what is
 * known may take half a thousandth of the loop, a change of status a twentieth. What confirms also waits for a beat,
 * since waking a loop that sleeps costs as much as writing.
 */
export class Publisher {
  readonly #health: HealthSource
  readonly #memory: SharedMemory
  readonly #unwatch: (() => void) | undefined
  #publishedAt = -Infinity
  #tookMs = 0
  #calmMs = leastCalmMs
  #confirmed = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #leftOut: LeftOut | 'everything' | undefined

  constructor(health: HealthSource, memory: SharedMemory) {
    this.#health = health
    this.#memory = memory
    this.publish()
    this.#unwatch = health.watch?.((what) => this.#changed(what))
  }

  stop(): void {
    this.#unwatch?.()
    this.#cancel()
  }

  /** Called with each beat: writes what was confirmed since, when it is time. */
  confirm(): void {
    if (this.#confirmed && monotonicMs() - this.#publishedAt > this.#calmMs - beatMs / 2) this.publish()
  }

  publish(): void {
    try {
      this.#cancel()
      this.#confirmed = false
      this.#publishedAt = monotonicMs()
      this.#calmMs = Math.max(leastCalmMs, Math.min(mostCalmMs, 2000 * this.#tookMs))
      const nextWithinMs = this.#calmMs + beatMs
      const timed = { state: stateOf(this.#health), takenAt: this.#publishedAt, nextWithinMs }
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
    else if (what === 'status') this.#publishSoon()
    else this.#confirmed = true
  }

  #publishSoon(): void {
    if (this.#timer !== undefined) return
    const gapMs = Math.max(50, 20 * this.#tookMs)
    // What changes together, as results do that came in with one packet, is shown together.
    this.#timer = setTimeout(
      () => this.publish(),
      Math.max(gatherMs, this.#publishedAt + gapMs - monotonicMs()),
    )
    this.#timer.unref()
  }

  #cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
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

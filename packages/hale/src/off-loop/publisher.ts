import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { stateOf } from '../mirror/state.ts'
import { monotonicMs } from './monotonic.ts'
import { mostStateBytes, type SharedMemory } from './shared-memory.ts'
import { type LeftOut, stateText } from './state-text.ts'

const leastGapMs = 50
const gatherMs = 10

/** Writes the registry's state to the shared memory when something has changed, at most some twenty times a second. */
export class Publisher {
  readonly #health: HealthSource
  readonly #memory: SharedMemory
  readonly #unwatch: (() => void) | undefined
  #publishedAt = -Infinity
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
      this.#cancel = undefined
      this.#publishedAt = monotonicMs()
      const made = stateText({ state: stateOf(this.#health), takenAt: this.#publishedAt }, mostStateBytes)
      if (made !== undefined) this.#memory.write(made.text)
      this.#note(made === undefined ? 'everything' : made.leftOut)
    } catch (error) {
      // Called from within the registry: what goes wrong here must not go wrong there.
      logSafely(this.#health.logger, 'error', 'the state could not be shown off the loop', { err: error })
    }
  }

  #changed(what: 'check' | 'lifecycle'): void {
    // Draining, above all: whoever blocks the loop right after it has still said it.
    if (what === 'lifecycle') this.publish()
    if (this.#cancel !== undefined) return
    // What changes together, as results do that came in with one packet, is shown together.
    const waitMs = Math.max(gatherMs, this.#publishedAt + leastGapMs - monotonicMs())
    const timer = setTimeout(() => this.publish(), waitMs)
    timer.unref()
    this.#cancel = () => clearTimeout(timer)
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

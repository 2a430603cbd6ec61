import { logSafely } from '../core/logger.ts'
import { isHealthy } from '../core/status.ts'
import type { Channel } from './channel.ts'
import { envelope } from './protocol.ts'
import type { Shareable } from './shared-health.ts'
import { workerState } from './worker-state.ts'

/** No state follows the last one sooner. */
const spreadMs = 100

/** Tells the primary of this worker: that it lives, once an interval, and what it knows, whenever that changes. */
export class Reporter {
  /** Whether this worker has been ready once. */
  begun = false
  readonly #health: Shareable
  readonly #channel: Channel
  #told = ''
  #toldAt = -Infinity
  #toldLeaving = false
  #firstAnswers = false
  #asking = false
  #cancelTelling: (() => void) | undefined
  #ended = false

  constructor(health: Shareable, channel: Channel) {
    this.#health = health
    this.#channel = channel
    channel.post(envelope({ kind: 'beat' }))
  }

  /** Another sign of life; the state in its place when it has changed unnoticed, as texts and maintenance may. */
  beat(): void {
    if (!this.#tell()) this.#channel.post(envelope({ kind: 'beat' }))
  }

  begins(): void {
    if (this.begun) return
    this.begun = true
    this.tellSoon()
  }

  /** Everything anew: the primary has nothing. */
  tellAll(): void {
    this.#told = ''
    this.tellSoon()
  }

  tellSoon(): void {
    if (this.#ended || this.#cancelTelling !== undefined) return
    // One that leaves may be gone in a moment, and would be taken for dead.
    const urgent = this.#health.draining && !this.#toldLeaving
    const waitMs = urgent ? 0 : Math.max(0, this.#toldAt + spreadMs - this.#health.clock.now())
    this.#cancelTelling = this.#health.clock.after(waitMs, () => {
      this.#cancelTelling = undefined
      this.#tell()
    })
  }

  /** Asks every probe and group, as a platform would: whoever is not asked would never find out. */
  refresh(): void {
    if (this.#asking || this.#ended) return
    this.#asking = true
    const answers = this.#health.groups.map(({ name }) => this.#health.ask(name))
    void Promise.allSettled(answers).then(() => {
      this.#asking = false
      // Until here all that could be told is that nothing has been asked yet, which is DOWN.
      this.#firstAnswers = true
      this.tellSoon()
    })
  }

  end(): void {
    this.#ended = true
    this.#cancelTelling?.()
    this.#channel.post(envelope({ kind: 'bye' }))
  }

  /** Sends the state when it is another than was sent last. */
  #tell(): boolean {
    if (!this.#firstAnswers || this.#ended) return false
    const { clock, logger } = this.#health
    try {
      const ready = this.#health.latest('readiness')
      this.begun ||= ready !== undefined && isHealthy(ready.status)
      const state = workerState(this.#health, this.begun)
      const text = JSON.stringify(state)
      if (text === this.#told) return false
      // Dropped by a channel that is full it is not told: the next beat tries again.
      if (!this.#channel.post(envelope({ kind: 'state', state }))) return false
      this.#told = text
      this.#toldAt = clock.now()
      this.#toldLeaving = state.leaving
      return true
    } catch (error) {
      logSafely(logger, 'error', 'the health of this worker could not be shared', { err: error })
      return false
    }
  }
}

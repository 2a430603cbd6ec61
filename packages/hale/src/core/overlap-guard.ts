import type { Run } from './run.ts'

const mostOutstanding = 3
const replaceLostEveryMs = 60_000

/**
 * Keeps a function that never settles from piling up. While an abandoned run is unsettled no other starts for
 * `overlapAfterMs`; with three lost, one more may start each minute and the oldest is forgotten, so that a client
 * library that never settles cannot keep a recovered dependency DOWN for ever.
 */
export class OverlapGuard {
  overlapAfterMs: number
  #lost: Run[] = []
  #lastLostAt = -Infinity

  constructor(overlapAfterMs: number) {
    this.overlapAfterMs = overlapAfterMs
  }

  /** Abandoned runs that have not settled. */
  get outstanding(): number {
    return this.#lost.length
  }

  /** The moment from which another run may start; in the past when nothing is lost. */
  get blockedUntil(): number {
    if (this.#lost.length === 0) return -Infinity
    if (this.#lost.length < mostOutstanding) return this.#lastLostAt + this.overlapAfterMs
    return this.#lastLostAt + Math.max(this.overlapAfterMs, replaceLostEveryMs)
  }

  /** Another run starts: it must not be the fourth. */
  starting(): void {
    if (this.#lost.length >= mostOutstanding) this.#lost.shift()?.forget()
  }

  abandoned(run: Run, now: number): void {
    this.#lost.push(run)
    this.#lastLostAt = now
  }

  settledLate(run: Run): void {
    this.#lost = this.#lost.filter((other) => other !== run)
  }

  /** A later run has settled in time: the thing answers again, so what was lost before no longer counts. */
  lift(): void {
    for (const run of this.#lost) run.forget()
    this.#lost = []
  }
}

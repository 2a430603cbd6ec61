import type { Clock } from '../core/clock.ts'

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /**
   * Lets time pass: fires what is due, in order, and lets promises settle in between.
   */
  advance(ms: number): Promise<void>
  /** Timers that have not fired. */
  readonly pending: number
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/**
 * Makes a clock for tests: nothing in them sleeps.
 *
 * @example
 * ```ts
 * import { check, createHealth } from 'hale'
 * import { fakeClock } from 'hale/testing'
 *
 * const clock = fakeClock()
 * const health = createHealth({ clock, checks: { hanging: check(() => new Promise(() => {})) } })
 * const answer = health.readiness()
 * await clock.advance(500)
 * console.log((await answer).checks.hanging.error) // timed out after 500 ms
 * ```
 *
 * @param start Milliseconds since the epoch at which its wall time begins; 2026-01-01T00:00:00Z by default.
 */
export function fakeClock(start = 1_767_225_600_000): FakeClock {
  let elapsed = 0
  let order = 0
  const timers = new Set<Timer>()

  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.at > until) continue
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer
    }
    return first
  }

  return {
    now: () => elapsed,
    wallTime: () => start + elapsed,
    after(delayMs, callback) {
      const timer = { at: elapsed + Math.max(0, delayMs), order: order++, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer)
        elapsed = Math.max(elapsed, timer.at)
        timer.callback()
        await settle()
      }
      elapsed = until
    },
  }
}

// Promise chains of a run are a few links long; a macrotask lets all of them through, real I/O besides.
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Where time comes from. Give your own to `createHealth({ clock })` to control time in tests; `fakeClock()` in
 * `hale/testing` is one.
 */
export interface Clock {
  /** Milliseconds that only go forward, from any origin. */
  now(): number
  /** Milliseconds since the Unix epoch, for timestamps. */
  wallTime(): number
  /** Calls back once after `delayMs`; returns what cancels it. Must not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

/** setTimeout fires at once for anything longer. */
export const longestTimerMs = 2 ** 31 - 1

/** The process's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delayMs, callback) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (leftMs: number): void => {
      const now = Math.min(leftMs, longestTimerMs)
      timer = setTimeout(() => (now < leftMs ? wait(leftMs - now) : callback()), now)
      // Outside Node a timer is a number, which keeps nothing alive.
      if (typeof timer === 'object') timer.unref()
    }
    wait(delayMs)
    return () => clearTimeout(timer)
  },
}

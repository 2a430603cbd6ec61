import { setMaxListeners } from 'node:events'

/** How much an interval varies, so that many who watch do not ask at the same moment. */
const jitter = 0.1

export interface PollingOptions<Reading> {
  readonly count: number
  readonly intervalMs: number
  /** Asks one of them; never rejects. */
  ask(index: number, signal: AbortSignal): Promise<Reading>
  onReading(index: number, reading: Reading): void
  /** @default Math.random */
  readonly random?: () => number
}

export interface Polling {
  pause(): void
  resume(): void
  /** Asks all that are not being asked, paused or not. */
  now(): void
  /** Ends what is under way. */
  stop(): void
}

/** Asks each by its interval, from one start to the next, and never again before the last answer came. */
export function startPolling<Reading>(options: PollingOptions<Reading>): Polling {
  const { count, intervalMs, random = Math.random } = options
  const ended = new AbortController()
  // One listener a request under way, of which there are as many as there are to be asked: no leak to warn of.
  setMaxListeners(0, ended.signal)
  const timers = new Map<number, NodeJS.Timeout>()
  const asking = new Set<number>()
  let paused = false

  const schedule = (index: number, ms: number) => {
    clearTimeout(timers.get(index))
    timers.set(index, setTimeout(poll, ms, index))
  }
  const poll = async (index: number): Promise<void> => {
    if (asking.has(index)) return
    clearTimeout(timers.get(index))
    asking.add(index)
    const began = performance.now()
    const reading = await options.ask(index, ended.signal)
    asking.delete(index)
    if (ended.signal.aborted) return
    const wait = intervalMs * (1 + jitter * (2 * random() - 1))
    if (!paused) schedule(index, Math.max(0, wait - (performance.now() - began)))
    options.onReading(index, reading)
  }
  const all = Array.from({ length: count }, (_, index) => index)
  const now = () => {
    for (const index of all) void poll(index)
  }

  now()
  return {
    now,
    pause() {
      paused = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
    resume() {
      paused = false
      now()
    },
    stop() {
      ended.abort()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

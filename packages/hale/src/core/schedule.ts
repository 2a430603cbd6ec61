import type { Clock } from './clock.ts'

/** Calls `tick` soon and then at a fixed interval, whatever `tick` does; returns what ends it. */
export function repeat(clock: Clock, intervalMs: number, tick: () => void): () => void {
  let cancel = clock.after(0, next)
  function next(): void {
    cancel = clock.after(intervalMs, next)
    tick()
  }
  return () => cancel()
}

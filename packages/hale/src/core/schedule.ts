import type { Clock } from './clock.ts'

/** Calls `tick` soon and then at a fixed interval, if there is one, whatever `tick` does; returns what ends it. */
export function repeat(clock: Clock, intervalMs: number | undefined, tick: () => void): () => void {
  if (intervalMs === undefined) return () => {}
  const next = (): void => {
    cancel = clock.after(intervalMs, next)
    tick()
  }
  let cancel = clock.after(0, next)
  return () => cancel()
}

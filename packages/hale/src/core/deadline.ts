import type { Clock } from './clock.ts'

const lateByMs = 20

/**
 * Calls back after `delayMs`; returns what cancels it. When the loop was blocked and the timer fires late, whatever
 * has arrived meanwhile gets one turn first: timers run before I/O, and an answer that has long been in the socket's
 * buffer must not be reported as missing because the process itself was busy.
 */
export function deadline(clock: Clock, delayMs: number, callback: () => void): () => void {
  const due = clock.now() + delayMs
  let cancel = clock.after(delayMs, () => {
    if (clock.now() - due < lateByMs) callback()
    else cancel = clock.after(1, callback)
  })
  return () => cancel()
}

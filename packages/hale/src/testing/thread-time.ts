import { readFileSync } from 'node:fs'

/**
 * Monotonic milliseconds without those for which this thread stood in the queue for a processor, which on a busy machine
 * are nobody's fault here. Where the system does not tell, which is anywhere but on Linux, they are counted.
 */
export function threadTime(): number {
  return performance.now() - queuedMs()
}

/** For how long this thread has stood in the queue for a processor; 0 where that cannot be told. */
export function queuedMs(): number {
  try {
    // The second number is in nanoseconds.
    return (Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) || 0) / 1e6
  } catch {
    return 0
  }
}

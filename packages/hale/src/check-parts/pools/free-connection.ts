import type { CheckContext } from '../../core/check.ts'

const pollMs = 20

/**
 * Waits for a pool to have a free connection: one look at a bad moment says nothing, so it is given half of the
 * check's time. Polled rather than queued for: a probe must not stand in the queue of those who do the work, and few
 * pools offer a way out of it.
 */
export async function hasFreeConnection(
  isFree: () => boolean,
  { signal, timeoutMs }: CheckContext,
): Promise<boolean> {
  for (let left = timeoutMs / 2; !isFree(); left -= pollMs) {
    if (left <= 0) return false
    await new Promise<void>((resolve) => {
      setTimeout(resolve, Math.min(pollMs, left)).unref()
    })
    // Whoever goes on after this could not be called back.
    signal.throwIfAborted()
  }
  return true
}

import type { CheckContext } from '../../core/check.ts'

const pollMs = 20

/**
 * Waits for a pool to have a free connection: one look at a bad moment says nothing, so it is given half of the
 * check's time. Polled rather than queued for: a probe must not stand in the queue of those who do the work, and few
 * pools offer a way out of it.
 */
export async function hasFreeConnection(
  isFree: () => boolean,
  { signal, timeoutMs, now }: Pick<CheckContext, 'signal' | 'timeoutMs' | 'now'>,
): Promise<boolean> {
  for (let left = timeoutMs / 2; !isFree(); ) {
    if (left <= 0) return false
    const waitMs = Math.min(pollMs, left)
    const before = now()
    await new Promise<void>((resolve) => {
      setTimeout(resolve, waitMs).unref()
    })
    // Timers of a busy loop are late; the clock of a test may stand still.
    left -= Math.max(waitMs, now() - before)
    // Whoever goes on after this could not be called back.
    signal.throwIfAborted()
  }
  return true
}

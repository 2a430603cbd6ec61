import { setTimeout as delay } from 'node:timers/promises'

/** Attempts again each second until it works: a database that is a little late must not spoil the start for good. */
export async function untilItWorks(
  attempt: () => Promise<void>,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await attempt()
      return
    } catch (error) {
      if (failures === 0) console.error(`could not ${what}, trying again each second:`, error)
    }
    // Aborted, it ends at once; the loop's condition then ends the rest.
    await delay(1000, undefined, { signal }).catch(() => {})
  }
}

import type { CheckSettings } from './check-settings.ts'
import { isHealthy, type Status } from './status.ts'

// Of the age of a result.
const earlyShare = 0.1

/** How long the latest result of a check may be served. Times are the clock's milliseconds. */
export class Freshness {
  /** Whether there has been a result since the check was registered or enabled. */
  hasResult = false
  /** When the latest result came in. */
  since = -Infinity
  /** Until when it may be served. */
  until = -Infinity
  /** What it said, before thresholds. */
  #status: Status = 'UNKNOWN'

  /** A little before `until`, for when others are run anyway. */
  get earlyUntil(): number {
    return this.until - (this.until - this.since) * earlyShare
  }

  /** A result has come in. */
  begin(now: number, status: Status, settings: CheckSettings): void {
    this.hasResult = true
    this.since = now
    this.#status = status
    this.until = now + ageMs(settings, status)
  }

  /** Other settings hold; `from` is when the age is counted from. */
  retune(settings: CheckSettings, from: number): void {
    if (this.hasResult) this.until = from + ageMs(settings, this.#status)
  }

  /** What was known counts no more. */
  reset(): void {
    this.hasResult = false
    this.until = -Infinity
  }
}

function ageMs({ intervalMs, timeoutMs, maxAgeMs }: CheckSettings, status: Status): number {
  if (intervalMs !== undefined) return 3 * intervalMs + timeoutMs
  return isHealthy(status) ? maxAgeMs.up : maxAgeMs.down
}

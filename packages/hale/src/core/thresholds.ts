import { isHealthy, type Status } from './status.ts'

/** How many runs in a row must agree before the reported status follows. */
export interface ThresholdSettings {
  readonly failureThreshold: number
  readonly successThreshold: number
}

/**
 * Damps flapping. A healthy check turns unhealthy after `failureThreshold` failed runs in a row, and back after
 * `successThreshold` good ones. The first result counts as it is: there is nothing yet to hold on to.
 */
export class Thresholds {
  consecutiveFailures = 0
  consecutiveSuccesses = 0
  settings: ThresholdSettings
  #healthy: boolean | undefined

  constructor(settings: ThresholdSettings) {
    this.settings = settings
  }

  /**
   * Counts one run; true when its status is now the reported one, false while the former still holds. With `downAtOnce`
   * a failed one is, whatever came before.
   */
  accepts(status: Status, downAtOnce = false): boolean {
    const healthy = isHealthy(status)
    this.consecutiveSuccesses = healthy ? this.consecutiveSuccesses + 1 : 0
    this.consecutiveFailures = healthy ? 0 : this.consecutiveFailures + 1
    const enough = healthy
      ? this.consecutiveSuccesses >= this.settings.successThreshold
      : downAtOnce || this.consecutiveFailures >= this.settings.failureThreshold
    if (this.#healthy !== undefined && this.#healthy !== healthy && !enough) return false
    this.#healthy = healthy
    return true
  }

  /** Begins anew, as after the check was disabled. */
  reset(): void {
    this.consecutiveFailures = 0
    this.consecutiveSuccesses = 0
    this.#healthy = undefined
  }
}

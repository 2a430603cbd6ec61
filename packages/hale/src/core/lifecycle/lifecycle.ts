import { DisposedError } from '../../errors/disposed-error.ts'
import type { ApplicationReport, ApplicationState } from '../report.ts'
import { boundText } from '../text.ts'
import type { Startup } from './startup.ts'

const well: ApplicationReport = Object.freeze({ status: 'UP' })
const running: ApplicationReport = Object.freeze({ status: 'UP', state: 'running' })

/** The service's own state: starting, running, in maintenance, draining, stopped. */
export class Lifecycle {
  readonly #start: Startup
  readonly #restartOnFailure: boolean
  readonly #changed: () => void
  #maintenance: string | undefined
  #draining: string | undefined
  #stopped = false

  constructor(start: Startup, restartOnFailure: boolean, changed: () => void) {
    this.#start = start
    this.#restartOnFailure = restartOnFailure
    this.#changed = changed
  }

  /** How readiness sees the service. */
  readiness(): ApplicationReport {
    if (this.#stopped) return outOfService('stopped', '')
    const { failed } = this.#start
    if (failed !== undefined) return failed
    if (this.#draining !== undefined) return outOfService('draining', this.#draining)
    if (this.#maintenance !== undefined) return outOfService('maintenance', this.#maintenance)
    return this.#starting() ?? running
  }

  /** How startup sees it; without its checks, which the group adds. */
  startup(): ApplicationReport {
    if (this.#start.complete) return well
    return this.#start.failed ?? this.#starting() ?? well
  }

  /** How liveness sees it: well, unless a failed start is to be mended by a restart. */
  liveness(): ApplicationReport {
    if (!this.#restartOnFailure || this.#start.complete || this.draining) return well
    return this.#start.failed ?? well
  }

  /** The reason of the maintenance under way, empty when none was given; undefined when there is none. */
  get maintenance(): string | undefined {
    return this.#maintenance
  }

  get started(): boolean {
    return this.#start.complete
  }

  get draining(): boolean {
    return this.#draining !== undefined || this.#stopped
  }

  /** Whether it was told to drain, apart from being stopped. */
  get leaving(): boolean {
    return this.#draining !== undefined
  }

  outOfService(reason: string | undefined): void {
    this.#maintenance = boundText(reason) ?? ''
    this.#changed()
  }

  inService(): void {
    this.#maintenance = undefined
    this.#changed()
  }

  drain(reason: string | undefined): void {
    this.#start.leave()
    this.#draining = boundText(reason) ?? ''
    this.#changed()
  }

  stop(): void {
    this.#stopped = true
    this.#start.stop(new DisposedError())
    this.#changed()
  }

  #starting(): ApplicationReport | undefined {
    const { pending } = this.#start
    return pending === undefined ? undefined : outOfService('starting', pending)
  }
}

function outOfService(state: ApplicationState, reason: string): ApplicationReport {
  const message = reason === '' ? state : `${state}: ${reason}`
  return Object.freeze({ status: 'OUT_OF_SERVICE', state, message })
}

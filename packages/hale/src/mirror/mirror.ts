import { type Clock, systemClock } from '../core/clock.ts'
import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../core/health.ts'
import type { Logger } from '../core/logger.ts'
import type { Report, ServiceInfo } from '../core/report.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Transition } from '../core/transitions.ts'
import type { HealthState } from './state.ts'

/** A registry seen from another thread or process: answers from the last state that it was shown, and runs nothing. */
export class Mirror implements HealthSource {
  readonly clock: Clock
  readonly logger: Logger | undefined
  #state: HealthState

  constructor(state: HealthState, clock: Clock = systemClock, logger?: Logger) {
    this.#state = state
    this.clock = clock
    this.logger = logger
  }

  /** What was last shown. */
  get state(): HealthState {
    return this.#state
  }

  show(state: HealthState): void {
    this.#state = state
  }

  get service(): ServiceInfo {
    return this.#state.service
  }

  get groups(): readonly GroupInfo[] {
    return this.#state.groups
  }

  get transitions(): readonly Transition[] {
    return this.#state.transitions
  }

  ask(name: string): Report | Promise<Report> | undefined {
    return this.latest(name)
  }

  latest(name: string): Report | undefined {
    const { reports } = this.#state
    return Object.hasOwn(reports, name) ? reports[name] : undefined
  }

  hasCheck(name: string): boolean {
    return this.#state.checkNames.includes(name)
  }

  visibilityOf(name: string): Visibility | undefined {
    const { visibilities } = this.#state
    return Object.hasOwn(visibilities, name) ? visibilities[name] : undefined
  }

  snapshot(): Snapshot {
    const { service, groups, reports, checkNames, transitions } = this.#state
    const readiness = reports.readiness as Report
    const checks = Object.fromEntries(
      checkNames.flatMap((name) => {
        const check = reports[name]?.checks[name]
        return check === undefined ? [] : [[name, check]]
      }),
    )
    return {
      service,
      timestamp: readiness.timestamp ?? this.clock.wallTime(),
      uptimeMs: readiness.uptimeMs ?? 0,
      application: readiness.application,
      groups: Object.fromEntries(
        groups.flatMap(({ name }) => (reports[name] ? [[name, reports[name].status]] : [])),
      ),
      checks,
      transitions,
    }
  }
}

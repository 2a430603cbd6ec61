import { type Clock, systemClock } from '../core/clock.ts'
import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../core/health.ts'
import type { Logger } from '../core/logger.ts'
import type { CheckReport, Report, ServiceInfo } from '../core/report.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Transition } from '../core/transitions.ts'
import type { HealthState, Verdict } from './state.ts'

/** A registry seen from another thread or process: answers from the last state that it was shown, and runs nothing. */
export class Mirror implements HealthSource {
  readonly clock: Clock
  readonly logger: Logger | undefined
  #state!: HealthState
  #checks!: ReadonlyMap<string, CheckReport>
  #groups: readonly GroupInfo[] = []
  #groupsText = ''
  /** Put together when asked for; the same object for as long as the state is. */
  readonly #reports = new Map<string, Report>()

  constructor(state: HealthState, clock: Clock = systemClock, logger?: Logger) {
    this.show(state)
    this.clock = clock
    this.logger = logger
  }

  /** What was last shown. */
  get state(): HealthState {
    return this.#state
  }

  show(state: HealthState): void {
    this.#state = state
    this.#checks = new Map(state.checks.map((check) => [check.name, check]))
    this.#reports.clear()
    this.#keepGroups(state)
  }

  /** The same list for as long as it says the same, however often it is told: documents are kept with it. */
  #keepGroups({ groups, checks }: HealthState): void {
    const text = JSON.stringify([groups, checks.map(({ name }) => name)])
    if (text === this.#groupsText) return
    this.#groupsText = text
    this.#groups = groups
  }

  get service(): ServiceInfo {
    return this.#state.service
  }

  get groups(): readonly GroupInfo[] {
    return this.#groups
  }

  get transitions(): readonly Transition[] {
    return this.#state.transitions
  }

  ask(name: string): Report | Promise<Report> | undefined {
    return this.latest(name)
  }

  latest(name: string): Report | undefined {
    const kept = this.#reports.get(name)
    if (kept !== undefined) return kept
    const report = this.#ofGroup(name) ?? this.#ofCheck(name)
    if (report !== undefined) this.#reports.set(name, report)
    return report
  }

  hasCheck(name: string): boolean {
    return this.#checks.has(name)
  }

  visibilityOf(name: string): Visibility | undefined {
    const { visibilities } = this.#state
    return Object.hasOwn(visibilities, name) ? visibilities[name] : undefined
  }

  snapshot(): Snapshot {
    const { service, verdicts, timestamp, uptimeMs, transitions } = this.#state
    const { application } = verdicts.readiness as Verdict
    const groups = Object.fromEntries(Object.values(verdicts).map(({ name, status }) => [name, status]))
    const checks = Object.fromEntries(this.#checks)
    return { service, timestamp, uptimeMs, application, groups, checks, transitions }
  }

  #ofGroup(name: string): Report | undefined {
    const { groups, verdicts } = this.#state
    const verdict = Object.hasOwn(verdicts, name) ? verdicts[name] : undefined
    const members = groups.find((group) => group.name === name)?.members
    return verdict && { ...verdict, checks: this.#named(members ?? []) }
  }

  #ofCheck(name: string): Report | undefined {
    const check = this.#checks.get(name)
    if (check === undefined) return undefined
    const { timestamp, uptimeMs } = this.#state
    const checks = this.#named([name])
    const { status } = check
    return { name, kind: 'check', status, application: { status: 'UP' }, checks, timestamp, uptimeMs }
  }

  #named(names: readonly string[]): Report['checks'] {
    const checks: Record<string, CheckReport> = Object.create(null)
    for (const name of names) {
      const check = this.#checks.get(name)
      if (check !== undefined) checks[name] = check
    }
    return checks
  }
}

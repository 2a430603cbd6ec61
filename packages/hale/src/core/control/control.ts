import { Problems } from '../../errors/problems.ts'
import { RevisionError } from '../../errors/revision-error.ts'
import type { CheckDefinition } from '../check.ts'
import type { CheckState } from '../check-state.ts'
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import type { HealthControl } from '../health.ts'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import { unknownName } from '../names.ts'
import type { CheckReport } from '../report.ts'
import { boundText } from '../text.ts'
import { type CheckTuning, changedTuning, tunableSettings, tunedSettings } from './check-tuning.ts'
import { type CheckChange, type CheckControl, changesBetween, readChange } from './control-change.ts'

/** A check and what was changed of it. */
interface Controlled {
  readonly check: CheckState
  readonly definition: CheckDefinition
  tuning: CheckTuning
  reason?: string | undefined
  until?: number | undefined
  revision: number
  cancelExpiry: () => void
}

const noChanges = Object.freeze({})
const untuned: CheckTuning = Object.freeze({})

// The last moment that a Date can tell: a longer expiry is none, and could not be shown.
const latestTime = 8.64e15

/**
 * Run-time control of the checks. Every change is validated whole before any of it is applied, and told as an event.
 * Nothing of it is kept: a restart returns to configuration.
 */
export class Control implements HealthControl {
  readonly #clock: Clock
  readonly #events: Events
  readonly #lifecycle: Lifecycle
  /** Tells revisions of this process from those of the one before it. */
  readonly #epoch: string
  #revisions = 0
  readonly #controlled = new Map<string, Controlled>()

  constructor(clock: Clock, events: Events, lifecycle: Lifecycle) {
    this.#clock = clock
    this.#events = events
    this.#lifecycle = lifecycle
    this.#epoch = Math.floor(clock.wallTime()).toString(36)
  }

  add(check: CheckState, definition: CheckDefinition): void {
    // Counted over all checks: one that is removed and added anew is another one than who has seen it thinks of.
    const revision = this.#revisions++
    this.#controlled.set(check.name, { check, definition, tuning: untuned, revision, cancelExpiry: () => {} })
  }

  forget(name: string): void {
    this.#controlled.get(name)?.cancelExpiry()
    this.#controlled.delete(name)
  }

  stop(): void {
    for (const { cancelExpiry } of this.#controlled.values()) cancelExpiry()
  }

  get names(): readonly string[] {
    return [...this.#controlled.keys()]
  }

  of(name: string): CheckControl {
    return this.#view(this.#known(name))
  }

  change(name: string, change: CheckChange, by: string, revision?: string): void {
    const controlled = this.#known(name)
    const { check, definition } = controlled
    const problems = new Problems()
    const { enabled, reason, forMs, tuning: tuningChange } = readChange(check.settings.kind, change, problems)
    const tuning = changedTuning(controlled.tuning, tuningChange)
    const settings = tunedSettings(definition, tuning, problems)
    problems.throwIfAny(`change of check ${name}`)
    this.#apply(controlled, by, revision, () => {
      controlled.tuning = tuning
      if (Object.keys(tuningChange).length > 0) check.retune(settings)
      if (enabled === true) this.#enable(controlled)
      if (enabled === false) this.#disable(controlled, reason, forMs)
    })
  }

  reset(name: string, by: string, revision?: string): void {
    const controlled = this.#known(name)
    const settings = tunedSettings(controlled.definition, {}, new Problems())
    this.#apply(controlled, by, revision, () => {
      controlled.tuning = untuned
      controlled.check.retune(settings)
      if (settings.enabled) this.#enable(controlled)
      else this.#disable(controlled)
    })
  }

  run(name: string, by: string): Promise<CheckReport> {
    const { check } = this.#known(name)
    this.#events.control({ check: name, by, action: 'run', changes: noChanges, at: this.#clock.wallTime() })
    return check.runNow()
  }

  outOfService(reason: string | undefined, by: string): void {
    this.#service(by, reason, () => this.#lifecycle.outOfService(reason))
  }

  inService(by: string): void {
    this.#service(by, undefined, () => this.#lifecycle.inService())
  }

  #service(by: string, reason: string | undefined, apply: () => void): void {
    const was = this.#lifecycle.maintenance
    apply()
    const is = this.#lifecycle.maintenance
    if (was === is) return
    const changes = Object.freeze({ maintenance: Object.freeze({ from: was, to: is }) })
    const at = this.#clock.wallTime()
    const why = boundText(reason)
    this.#events.control({ by, action: 'change', ...(why !== undefined && { reason: why }), changes, at })
  }

  #known(name: string): Controlled {
    const controlled = this.#controlled.get(name)
    if (controlled === undefined) throw unknownName('check', name, this.names)
    return controlled
  }

  #view({ check, tuning, reason, until, revision }: Controlled): CheckControl {
    return Object.freeze({
      name: check.name,
      enabled: check.enabled,
      ...(reason !== undefined && { reason }),
      ...(until !== undefined && { until }),
      settings: tunableSettings(check.settings),
      tuned: tuning,
      revision: `${this.#epoch}-${revision}`,
    })
  }

  #enable(controlled: Controlled): void {
    controlled.cancelExpiry()
    controlled.reason = undefined
    controlled.until = undefined
    controlled.check.enable()
  }

  #disable(controlled: Controlled, reason?: string, forMs?: number): void {
    controlled.cancelExpiry()
    controlled.reason = boundText(reason)
    controlled.until = forMs === undefined ? undefined : Math.min(this.#clock.wallTime() + forMs, latestTime)
    const expire = (): void => this.#apply(controlled, 'expiry', undefined, () => this.#enable(controlled))
    controlled.cancelExpiry = forMs === undefined ? () => {} : this.#clock.after(forMs, expire)
    controlled.check.disable(reason)
  }

  #apply(controlled: Controlled, by: string, revision: string | undefined, apply: () => void): void {
    const before = this.#view(controlled)
    if (revision !== undefined && revision !== before.revision) throw new RevisionError(before.name)
    // Disposed: nothing runs that could be changed, and an expiry would be a timer that nobody ends.
    if (controlled.check.ended) return
    apply()
    const { name, reason, ...after } = this.#view(controlled)
    const changes = changesBetween(before, { name, ...(reason !== undefined && { reason }), ...after })
    if (Object.keys(changes).length === 0) return
    controlled.revision = this.#revisions++
    const at = this.#clock.wallTime()
    this.#events.control({
      check: name,
      by,
      action: 'change',
      ...(reason !== undefined && { reason }),
      changes,
      at,
    })
  }
}

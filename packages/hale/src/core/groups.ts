import { isProbe, probeNames } from './check.ts'
import type { CheckState } from './check-state.ts'
import type { Events } from './events.ts'
import { Group } from './group.ts'
import { terser, type Visibility } from './group-settings.ts'
import type { GroupInfo, WatchedChange } from './health.ts'
import type { HealthSettings } from './health-settings.ts'
import type { Lifecycle } from './lifecycle/lifecycle.ts'
import { unknownName } from './names.ts'
import type { ApplicationReport } from './report.ts'
import type { Status } from './status.ts'
import { Watchers } from './watchers.ts'

const well: ApplicationReport = Object.freeze({ status: 'UP' })

/** The probes, the groups, and a group of one for each check, so that one check is asked like anything else. */
export class Groups {
  readonly #settings: HealthSettings
  readonly #lifecycle: Lifecycle
  readonly #events: Events
  readonly #createdAt: number
  readonly #groups = new Map<string, Group>()
  readonly #single = new Map<string, Group>()
  readonly #visibilities = new Map<string, Visibility>()
  readonly #watchers = new Watchers((error) => this.#events.complain('a watcher failed', error))
  #evaluationDue = false
  #infos: readonly GroupInfo[] | undefined

  constructor(settings: HealthSettings, lifecycle: Lifecycle, events: Events, createdAt: number) {
    this.#settings = settings
    this.#lifecycle = lifecycle
    this.#events = events
    this.#createdAt = createdAt
    for (const [name, { visibility }] of settings.groups) {
      this.#groups.set(name, this.#group(name))
      this.#limitVisibility(name, visibility)
    }
  }

  /** As they were configured, with the members that they have now; another list when a check has come or gone. */
  get infos(): readonly GroupInfo[] {
    this.#infos ??= [...this.#settings.groups].map(([name, { visibility, statusCodes, budgetMs }]) => ({
      name,
      kind: isProbe(name) ? 'probe' : 'group',
      budgetMs,
      members: this.#groups.get(name)?.memberNames ?? [],
      ...(statusCodes !== undefined && { statusCodes }),
      ...(visibility !== undefined && { visibility }),
    }))
    return this.#infos
  }

  has(name: string): boolean {
    return this.#groups.has(name)
  }

  /** A probe, a group, or the group of one check. */
  find(name: string): Group | undefined {
    return this.#groups.get(name) ?? this.#single.get(name)
  }

  /** A probe or a group; throws when there is none of that name. */
  known(name: string): Group {
    const group = this.#groups.get(name)
    if (group !== undefined) return group
    throw unknownName('group', name, [...this.#groups.keys()])
  }

  visibilityOf(name: string): Visibility | undefined {
    return this.#visibilities.get(name)
  }

  /** Calls back at once whenever something that a report shows has changed. */
  watch(changed: (what: WatchedChange) => void): () => void {
    return this.#watchers.add(changed)
  }

  statuses(now: number): { readonly [name: string]: Status } {
    const statuses: Record<string, Status> = {}
    for (const [name, group] of this.#groups) statuses[name] = group.seen(now).status
    return statuses
  }

  /** Puts a check into every group that it belongs to. */
  join(check: CheckState): void {
    const { name } = check
    const budgetMs = this.#settings.groups.get('readiness')?.budgetMs as number
    const policy = { name, kind: 'check', budgetMs, timed: true, application: () => well } as const
    this.#infos = undefined
    const single = new Group(policy, this.#settings.clock, this.#createdAt, () => {})
    single.join(check)
    this.#single.set(name, single)
    for (const [groupName, group] of this.#groups) {
      const probe = isProbe(groupName)
      const members = probe ? check.settings.probes : this.#settings.groups.get(groupName)?.members
      if (!members?.includes(probe ? groupName : name)) continue
      group.join(check)
      this.#limitVisibility(name, this.#visibilities.get(groupName))
    }
    this.#watchers.tell('status')
  }

  leave(check: CheckState): void {
    this.#infos = undefined
    this.#single.delete(check.name)
    this.#visibilities.delete(check.name)
    for (const group of this.#groups.values()) group.leave(check)
    this.#watchers.tell('status')
    this.evaluateSoon()
  }

  /** Something that a check's report shows has changed, a status perhaps. */
  invalidate(check: CheckState, statusChanged: boolean): void {
    this.#single.get(check.name)?.invalidate()
    for (const group of this.#groups.values()) if (group.has(check)) group.invalidate()
    this.#watchers.tell(statusChanged ? 'status' : 'result')
  }

  /** The service's own state has changed. */
  lifecycleChanged(): void {
    for (const name of probeNames) this.#groups.get(name)?.invalidate()
    this.#watchers.tell('lifecycle')
    this.evaluateSoon()
  }

  /** Looks for changes of status; once for all that changes together: five hundred first results are one look. */
  evaluateSoon(): void {
    if (this.#evaluationDue) return
    this.#evaluationDue = true
    queueMicrotask(() => {
      this.#evaluationDue = false
      for (const group of this.#groups.values()) group.evaluate()
    })
  }

  #group(name: string): Group {
    const { clock, groups } = this.#settings
    const lifecycle = this.#lifecycle
    const application: Readonly<Record<string, () => ApplicationReport>> = {
      liveness: () => lifecycle.liveness(),
      readiness: () => lifecycle.readiness(),
      startup: () => lifecycle.startup(),
    }
    return new Group(
      {
        name,
        kind: isProbe(name) ? 'probe' : 'group',
        budgetMs: groups.get(name)?.budgetMs as number,
        timed: name !== 'liveness',
        application: (isProbe(name) && application[name]) || (() => well),
        ...(name === 'startup' && { complete: () => lifecycle.started }),
      },
      clock,
      this.#createdAt,
      (result, from) => {
        this.#events.transition({ probe: name, from, to: result.status, at: clock.wallTime(), result })
        this.#watchers.tell('status')
      },
    )
  }

  #limitVisibility(name: string, visibility: Visibility | undefined): void {
    const tersest = terser(this.#visibilities.get(name), visibility)
    if (tersest !== undefined) this.#visibilities.set(name, tersest)
  }
}

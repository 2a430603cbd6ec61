import { DisposedError } from '../errors/disposed-error.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { type CheckDefinition, isProbe } from './check.ts'
import { checkHandle } from './check-handle.ts'
import { CheckState } from './check-state.ts'
import type { Clock } from './clock.ts'
import { Events } from './events.ts'
import { Group } from './group.ts'
import { terser, type Visibility } from './group-settings.ts'
import type { CheckHandle, GroupInfo, HealthSource } from './health.ts'
import { addedCheck, type HealthSettings, type NamedCheck } from './health-settings.ts'
import { Lifecycle } from './lifecycle.ts'
import type { Logger } from './logger.ts'
import type { ApplicationReport, CheckReport, Report, ServiceInfo } from './report.ts'
import { repeat } from './schedule.ts'
import type { Snapshot } from './snapshot.ts'
import type { Status } from './status.ts'
import type { HealthEvents, Transition } from './transitions.ts'

const startupPollMs = 1000
const well: ApplicationReport = Object.freeze({ status: 'UP' })

/** What `createHealth` returns; the types of names are put on there. */
export class Registry implements HealthSource, AsyncDisposable {
  readonly service: ServiceInfo
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly #settings: HealthSettings
  readonly #events: Events
  readonly #lifecycle: Lifecycle
  readonly #createdAt: number
  readonly #checks = new Map<string, CheckState>()
  readonly #groups = new Map<string, Group>()
  /** A group of one for each check, so that one check is asked like anything else. */
  readonly #single = new Map<string, Group>()
  readonly #beenUp = new Set<CheckState>()
  readonly #visibilities = new Map<string, Visibility>()
  #evaluationDue = false
  #disposed = false
  #stopStartupPolls: () => void = () => {}

  constructor(settings: HealthSettings) {
    this.#settings = settings
    this.service = settings.service
    this.clock = settings.clock
    this.logger = settings.logger
    this.#createdAt = settings.clock.now()
    this.#events = new Events(settings.transitionsKept, settings.logger)
    this.#lifecycle = new Lifecycle(
      () => this.#startupChecksDone(),
      () => this.#lifecycleChanged(),
      settings.logger,
    )
    for (const [name, { visibility }] of settings.groups) {
      this.#groups.set(name, this.#group(name))
      this.#limitVisibility(name, visibility)
    }
    for (const check of settings.checks) this.#register(check)
  }

  get groups(): readonly GroupInfo[] {
    return [...this.#settings.groups].map(([name, { visibility, statusCodes, budgetMs }]) => ({
      name,
      kind: isProbe(name) ? 'probe' : 'group',
      budgetMs,
      members: this.#groups.get(name)?.memberNames ?? [],
      ...(statusCodes !== undefined && { statusCodes }),
      ...(visibility !== undefined && { visibility }),
    }))
  }

  get transitions(): readonly Transition[] {
    return this.#events.history
  }

  get draining(): boolean {
    return this.#lifecycle.draining
  }

  ask(name: string): Report | Promise<Report> | undefined {
    if (name === 'startup') this.#lifecycle.considerStarted()
    const answer = (this.#groups.get(name) ?? this.#single.get(name))?.ask()
    // Startup may become complete by the very answer that was waited for.
    if (name !== 'startup' || !(answer instanceof Promise)) return answer
    return answer.then((report) => (this.#lifecycle.started ? this.#known('startup').ask() : report))
  }

  hasCheck(name: string): boolean {
    return this.#checks.has(name)
  }

  visibilityOf(name: string): Visibility | undefined {
    return this.#visibilities.get(name)
  }

  async liveness(): Promise<Report> {
    return this.#known('liveness').ask()
  }

  async readiness(): Promise<Report> {
    return this.#known('readiness').ask()
  }

  async startup(): Promise<Report> {
    return this.ask('startup') as Report | Promise<Report>
  }

  async group(name: string): Promise<Report> {
    return this.#known(name).ask()
  }

  snapshot(): Snapshot {
    const now = this.clock.now()
    const checks: Record<string, CheckReport> = Object.create(null)
    for (const check of this.#checks.values()) checks[check.name] = check.report(now)
    const groups: Record<string, Status> = {}
    for (const [name, group] of this.#groups) groups[name] = group.current(now).status
    return {
      service: this.service,
      timestamp: this.clock.wallTime(),
      uptimeMs: now - this.#createdAt,
      application: this.#lifecycle.readiness(),
      groups,
      checks,
      transitions: this.transitions,
    }
  }

  check(name: string): CheckHandle {
    const check = this.#checks.get(name)
    if (check === undefined) {
      throw new RangeError(
        `no check is named ${JSON.stringify(name)}; known are ${[...this.#checks.keys()].join(', ')}`,
      )
    }
    return checkHandle(check, this.clock, () => this.#remove(check))
  }

  add(name: string, definition: CheckDefinition): CheckHandle {
    const taken = {
      get: (other: string) =>
        this.#groups.has(other) ? 'a group' : this.#checks.has(other) ? 'a check' : undefined,
    }
    if (this.#disposed) throw new DisposedError()
    this.#register(addedCheck(name, definition, taken))
    return this.check(name)
  }

  startupTask(name: string, task: PromiseLike<unknown>): void {
    const problems = new Problems()
    if (typeof (task as Partial<PromiseLike<unknown>> | undefined)?.then !== 'function') {
      const mend = typeof task === 'function' ? '; call it: startupTask(name, fn())' : ''
      problems.add('task', `expected a promise, got ${kindOf(task)}${mend}`)
    }
    problems.throwIfAny('health.startupTask')
    this.#lifecycle.task(name, task)
  }

  started(): Promise<void> {
    const started = this.#lifecycle.whenStarted()
    // Whoever waits must not depend on a platform that asks the startup checks.
    if (this.#lifecycle.waitedFor) {
      this.#stopStartupPolls()
      this.#stopStartupPolls = repeat(this.clock, startupPollMs, () => void this.ask('startup'))
    }
    return started
  }

  outOfService(reason?: string): void {
    this.#lifecycle.outOfService(reason)
  }

  inService(): void {
    this.#lifecycle.inService()
  }

  drain(reason?: string): void {
    this.#lifecycle.drain(reason)
  }

  on<E extends keyof HealthEvents>(event: E, listener: (event: HealthEvents[E]) => void): () => void {
    return this.#events.on(event, listener)
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    this.#stopStartupPolls()
    for (const check of this.#checks.values()) check.end()
    this.#lifecycle.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  #known(name: string): Group {
    const group = this.#groups.get(name)
    if (group !== undefined) return group
    throw new RangeError(
      `no group is named ${JSON.stringify(name)}; known are ${[...this.#groups.keys()].join(', ')}`,
    )
  }

  #group(name: string): Group {
    const budgetMs = this.#settings.groups.get(name)?.budgetMs as number
    const lifecycle = this.#lifecycle
    const application: Readonly<Record<string, () => ApplicationReport>> = {
      readiness: () => lifecycle.readiness(),
      startup: () => lifecycle.startup(),
    }
    return new Group(
      {
        name,
        kind: isProbe(name) ? 'probe' : 'group',
        budgetMs,
        timed: name !== 'liveness',
        application: (isProbe(name) && application[name]) || (() => well),
        ...(name === 'startup' && { complete: () => lifecycle.started }),
      },
      this.clock,
      this.#createdAt,
      (result, from) =>
        this.#events.transition({ probe: name, from, to: result.status, at: this.clock.wallTime(), result }),
    )
  }

  #register({ name, settings, run }: NamedCheck): void {
    const check = new CheckState(name, settings, run, {
      clock: this.clock,
      events: this.#events,
      changed: (changed, statusChanged) => this.#changed(changed, statusChanged),
    })
    this.#checks.set(name, check)
    const budgetMs = this.#settings.groups.get('readiness')?.budgetMs as number
    const policy = { name, kind: 'check', budgetMs, timed: true, application: () => well } as const
    const single = new Group(policy, this.clock, this.#createdAt, () => {})
    single.join(check)
    this.#single.set(name, single)
    for (const [groupName, group] of this.#groups) {
      const members = isProbe(groupName) ? settings.probes : this.#settings.groups.get(groupName)?.members
      if (!members?.includes(isProbe(groupName) ? groupName : name)) continue
      group.join(check)
      this.#limitVisibility(name, this.#visibilities.get(groupName))
    }
  }

  #limitVisibility(name: string, visibility: Visibility | undefined): void {
    const tersest = terser(this.#visibilities.get(name), visibility)
    if (tersest !== undefined) this.#visibilities.set(name, tersest)
  }

  #remove(check: CheckState): void {
    if (this.#checks.get(check.name) !== check) return
    check.end()
    this.#checks.delete(check.name)
    this.#single.delete(check.name)
    this.#visibilities.delete(check.name)
    for (const group of this.#groups.values()) group.leave(check)
    this.#evaluateSoon()
  }

  #changed(check: CheckState, statusChanged: boolean): void {
    this.#single.get(check.name)?.invalidate()
    for (const group of this.#groups.values()) if (group.has(check)) group.invalidate()
    if (!statusChanged) return
    if (check.report(this.clock.now()).status === 'UP' && !this.#lifecycle.started) {
      this.#beenUp.add(check)
      this.#lifecycle.considerStarted()
    }
    this.#evaluateSoon()
  }

  #lifecycleChanged(): void {
    for (const name of ['readiness', 'startup']) this.#groups.get(name)?.invalidate()
    if (!this.#lifecycle.waitedFor) this.#stopStartupPolls()
    this.#evaluateSoon()
  }

  // Once for all that changes together: five hundred first results are one look at each group.
  #evaluateSoon(): void {
    if (this.#evaluationDue) return
    this.#evaluationDue = true
    queueMicrotask(() => {
      this.#evaluationDue = false
      for (const group of this.#groups.values()) group.evaluate()
    })
  }

  #startupChecksDone(): boolean {
    for (const check of this.#checks.values()) {
      if (check.settings.probes.includes('startup') && check.enabled && !this.#beenUp.has(check)) return false
    }
    return true
  }
}

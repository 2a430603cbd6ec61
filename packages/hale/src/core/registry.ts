import { DisposedError } from '../errors/disposed-error.ts'
import type { CheckDefinition } from './check.ts'
import { checkHandle } from './check-handle.ts'
import { CheckState } from './check-state.ts'
import type { Circuit, CircuitOptions } from './circuit/circuit.ts'
import { circuitOf } from './circuit/circuit-calls.ts'
import type { Clock } from './clock.ts'
import { Control } from './control/control.ts'
import { type EnvironmentSettings, tellUnused } from './control/environment.ts'
import { Events } from './events.ts'
import type { Visibility } from './group-settings.ts'
import { Groups } from './groups.ts'
import type { CheckHandle, GroupInfo, HealthSource, WatchedChange } from './health.ts'
import { addedCheck, type HealthSettings, type NamedCheck } from './health-settings.ts'
import { Lifecycle } from './lifecycle/lifecycle.ts'
import { Milestone } from './lifecycle/milestone.ts'
import { Startup, type StartupTaskOptions } from './lifecycle/startup.ts'
import { startupTaskOptions } from './lifecycle/startup-settings.ts'
import type { Logger } from './logger.ts'
import { unknownName } from './names.ts'
import type { CheckReport, Report, ServiceInfo, Validity } from './report.ts'
import type { Snapshot } from './snapshot.ts'
import { isHealthy } from './status.ts'
import type { HealthEvents, Transition } from './transitions.ts'

/** What `createHealth` returns; the types of names are put on there. */
export class Registry implements HealthSource, AsyncDisposable {
  readonly service: ServiceInfo
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly #events: Events
  readonly #lifecycle: Lifecycle
  readonly #createdAt: number
  readonly #checks = new Map<string, CheckState>()
  readonly #groups: Groups
  readonly #beenUp = new WeakSet<CheckState>()
  readonly #startup: Startup
  readonly #firstHealthy: Milestone
  readonly control: Control
  readonly #environment: EnvironmentSettings
  #disposed = false

  constructor(settings: HealthSettings) {
    this.service = settings.service
    this.clock = settings.clock
    this.logger = settings.logger
    this.#createdAt = settings.clock.now()
    this.#events = new Events(settings.transitionsKept, settings.logger)
    this.#firstHealthy = new Milestone(settings.clock, () => {
      void this.ask('startup')
      void this.ask('readiness')
    })
    const changed = (): void => this.#lifecycleChanged()
    this.#startup = new Startup({
      ...settings.startup,
      clock: settings.clock,
      logger: settings.logger,
      checksPending: () => this.#startupChecksPending(),
      changed,
      look: () => void this.ask('startup'),
    })
    this.#lifecycle = new Lifecycle(this.#startup, settings.startup.restartOnFailure === true, changed)
    this.control = new Control(settings.clock, this.#events, this.#lifecycle)
    this.#events.on('transition', () => this.#considerHealthy())
    this.#groups = new Groups(settings, this.#lifecycle, this.#events, this.#createdAt)
    for (const check of settings.checks) this.#register(check)
    this.#environment = settings.environment
    tellUnused(settings.environment, settings.logger)
  }

  get groups(): readonly GroupInfo[] {
    return this.#groups.infos
  }

  get transitions(): readonly Transition[] {
    return this.#events.history
  }

  get draining(): boolean {
    return this.#lifecycle.draining
  }

  ask(name: string): Report | Promise<Report> | undefined {
    if (name === 'startup') this.#startup.consider()
    const answer = this.#groups.find(name)?.ask()
    // Startup may become complete by the very answer that was waited for.
    if (name !== 'startup' || !(answer instanceof Promise)) return answer
    return answer.then((report) => (this.#startup.complete ? this.#groups.known('startup').ask() : report))
  }

  latest(name: string): Report | undefined {
    return this.#groups.find(name)?.seen(this.clock.now())
  }

  validity(name: string): Validity | undefined {
    return this.#groups.find(name)?.validity(this.clock.now())
  }

  watch(changed: (what: WatchedChange) => void): () => void {
    return this.#groups.watch(changed)
  }

  hasCheck(name: string): boolean {
    return this.#checks.has(name)
  }

  visibilityOf(name: string): Visibility | undefined {
    return this.#groups.visibilityOf(name)
  }

  async liveness(): Promise<Report> {
    return this.#groups.known('liveness').ask()
  }

  async readiness(): Promise<Report> {
    return this.#groups.known('readiness').ask()
  }

  async startup(): Promise<Report> {
    return this.ask('startup') as Report | Promise<Report>
  }

  async group(name: string): Promise<Report> {
    return this.#groups.known(name).ask()
  }

  snapshot(): Snapshot {
    const now = this.clock.now()
    const checks: Record<string, CheckReport> = Object.create(null)
    for (const check of this.#checks.values()) checks[check.name] = check.report(now)
    return {
      service: this.service,
      timestamp: this.clock.wallTime(),
      uptimeMs: now - this.#createdAt,
      application: this.#lifecycle.readiness(),
      groups: this.#groups.statuses(now),
      checks,
      transitions: this.transitions,
    }
  }

  check(name: string): CheckHandle {
    const check = this.#known(name)
    return checkHandle(check, this.clock, this.control, () => this.#remove(check))
  }

  circuit(name: string, options?: CircuitOptions): Circuit {
    return circuitOf(this.#known(name), { clock: this.clock, events: this.#events }, options)
  }

  add(name: string, definition: CheckDefinition): CheckHandle {
    const taken = {
      get: (other: string) =>
        this.#groups.has(other) ? 'a group' : this.#checks.has(other) ? 'a check' : undefined,
    }
    if (this.#disposed) throw new DisposedError()
    this.#register(addedCheck(name, definition, taken, this.#environment))
    return this.check(name)
  }

  startupTask(name: string, task: PromiseLike<unknown>, options?: StartupTaskOptions): void {
    this.#startup.task(name, task, startupTaskOptions(task, options))
  }

  started(): Promise<void> {
    return this.#startup.when()
  }

  whenHealthy(): Promise<void> {
    const healthy = this.#firstHealthy.wait()
    if (this.#disposed) this.#endWaiting()
    else this.#considerHealthy()
    return healthy
  }

  outOfService(reason?: string): void {
    this.control.outOfService(reason, 'code')
  }

  inService(): void {
    this.control.inService('code')
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
    for (const check of this.#checks.values()) check.end()
    this.control.stop()
    this.#lifecycle.stop()
    this.#endWaiting()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** On the way out nobody hears of the end: as in `Startup.leave`. */
  #endWaiting(): void {
    if (this.#lifecycle.leaving) this.#firstHealthy.abandon()
    else this.#firstHealthy.fail(new DisposedError())
  }

  #known(name: string): CheckState {
    const check = this.#checks.get(name)
    if (check !== undefined) return check
    throw unknownName('check', name, [...this.#checks.keys()])
  }

  #register({ name, settings, definition }: NamedCheck): void {
    const check = new CheckState(name, settings, definition.run, {
      clock: this.clock,
      events: this.#events,
      changed: (changed, statusChanged) => this.#changed(changed, statusChanged),
    })
    this.#checks.set(name, check)
    this.control.add(check, definition)
    this.#groups.join(check)
  }

  #remove(check: CheckState): void {
    if (this.#checks.get(check.name) !== check) return
    check.end()
    this.#checks.delete(check.name)
    this.control.forget(check.name)
    this.#events.forget(check.name)
    this.#groups.leave(check)
  }

  #changed(check: CheckState, statusChanged: boolean): void {
    this.#groups.invalidate(check, statusChanged)
    if (!statusChanged) return
    if (check.report(this.clock.now()).status === 'UP' && !this.#startup.complete) {
      this.#beenUp.add(check)
      this.#startup.consider()
    }
    this.#groups.evaluateSoon()
  }

  #lifecycleChanged(): void {
    this.#groups.lifecycleChanged()
    this.#considerHealthy()
  }

  #considerHealthy(): void {
    if (this.#startup.complete && isHealthy(this.#groups.known('readiness').told)) this.#firstHealthy.reach()
  }

  #startupChecksPending(): readonly string[] {
    return [...this.#checks.values()]
      .filter(
        (check) => check.settings.probes.includes('startup') && check.enabled && !this.#beenUp.has(check),
      )
      .map(({ name }) => name)
  }
}

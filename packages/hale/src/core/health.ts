import type { CheckDefinition, ProbeName } from './check.ts'
import type { Circuit, CircuitOptions } from './circuit/circuit.ts'
import type { Clock } from './clock.ts'
import type { CheckTuningChange } from './control/check-tuning.ts'
import type { CheckChange, CheckControl } from './control/control-change.ts'
import type { Environment } from './control/environment.ts'
import type { GroupOptions, ProbeOptions, Visibility } from './group-settings.ts'
import type { StartupOptions, StartupTaskOptions } from './lifecycle/startup.ts'
import type { Logger } from './logger.ts'
import type { Outcome } from './outcome.ts'
import type { CheckReport, Report, ServiceInfo, Validity } from './report.ts'
import type { Snapshot } from './snapshot.ts'
import type { HealthEvents, Transition } from './transitions.ts'

/** Checks by name. */
export type Checks = { readonly [name: string]: CheckDefinition }

/** Groups by name; the probes' names set their visibility, status codes and budget. */
export type Groups<G, Names extends string> = {
  readonly [Name in keyof G]: Name extends ProbeName
    ? ProbeOptions
    : GroupOptions<Names> & { readonly [Misspelt in Exclude<keyof G[Name], keyof GroupOptions>]: never }
}

/** The names of the checks that belong to a probe. */
export type ProbeMembers<C extends Checks, P extends ProbeName> = {
  [Name in keyof C & string]: C[Name] extends CheckDefinition<infer Q> ? (P extends Q ? Name : never) : never
}[keyof C & string]

/** The names of the checks that belong to a group. */
export type GroupMembers<G> = G extends { readonly members: readonly (infer Name extends string)[] }
  ? Name
  : never

/** Options of `createHealth`. */
export interface HealthOptions<C extends Checks, G> {
  /** Shown in bodies. */
  readonly service?: ServiceInfo
  readonly checks: C
  /** Groups of your own, and settings of the probes under their names. */
  readonly groups?: G
  /**
   * Milliseconds within which a probe answers, whatever its checks do. Below the kubelet's default of 1 s.
   * @default 800
   */
  readonly budgetMs?: number
  /**
   * Where time comes from.
   * @default the process's own clock
   */
  readonly clock?: Clock
  /**
   * Where transitions are logged, and each further reason while a check stays DOWN; `console` is one.
   * @default nowhere
   */
  readonly logger?: Logger
  /**
   * How many transitions are kept in memory.
   * @default 50
   */
  readonly transitionsKept?: number
  /**
   * Where settings are read from that stand over those in the code, usually `process.env`:
   * `HALE_CHECK_DATABASE_TIMEOUT_MS=200`, `HALE_CHECK_PAYMENTS_ENABLED=false`, `HALE_GROUP_READINESS_BUDGET_MS=500`,
   * `HALE_BUDGET_MS`. Bad values throw with the rest; names that fit nothing are logged.
   * @default nowhere
   */
  readonly environment?: Environment
  /** How long the start may take, and what happens when it fails. */
  readonly startup?: StartupOptions
}

/** A probe or group as it was configured. */
export interface GroupInfo extends ProbeOptions {
  readonly name: string
  readonly kind: 'probe' | 'group'
  readonly budgetMs: number
  readonly members: readonly string[]
}

/** Run-time control of one check. */
export interface CheckHandle<Name extends string = string> {
  readonly name: Name
  /** What is reported now; runs nothing. */
  report(): CheckReport<Name>
  /** Runs the check now, or joins the run under way, and resolves with what is reported then. */
  run(): Promise<CheckReport<Name>>
  /** A heartbeat's beat; on any other check a good result from outside. */
  beat(): void
  /** A result from outside, made by `up`, `degraded` or `down`, as if a run had ended with it. */
  set(outcome: Outcome): void
  /** What is in force, and what of it was changed since the service began. */
  control(): CheckControl
  /** Changes settings until the next restart; `null` returns one to configuration. */
  tune(tuning: CheckTuningChange): void
  /** Returns everything to configuration, enabled or not included. */
  reset(): void
  /** Puts a disabled check back; its results count anew. */
  enable(): void
  /** Takes the check out of its groups' verdict; with `forMs` only for so long. Whatever runs is aborted. */
  disable(reason?: string, options?: { readonly forMs?: number }): void
  /** Removes the check. */
  [Symbol.dispose](): void
}

/** Run-time control by name, for endpoints and consoles; `by` says in the event who did it. */
export interface HealthControl {
  /** The checks. */
  readonly names: readonly string[]
  /** What is in force for a check. All of these throw a `RangeError` when there is none of that name. */
  of(name: string): CheckControl
  /**
   * Changes a check, all of it or nothing.
   *
   * @param revision The revision that the change was made for; any when not given.
   * @throws ConfigurationError with every problem of the change; RevisionError when somebody else was faster.
   */
  change(name: string, change: CheckChange, by: string, revision?: string): void
  /** Returns a check to configuration. */
  reset(name: string, by: string, revision?: string): void
  /** Maintenance of the whole service: readiness is OUT_OF_SERVICE until `inService`. */
  outOfService(reason: string | undefined, by: string): void
  /** Ends maintenance. */
  inService(by: string): void
  /** Runs a check now, or joins the run under way. */
  run(name: string, by: string): Promise<CheckReport>
}

/**
 * What changed: a check's `'result'` that left every status as it was; a `'status'`, of a check or of a group that
 * was asked, for which checks that come, go or are retuned count too; or the service's own `'lifecycle'`.
 */
export type WatchedChange = 'result' | 'status' | 'lifecycle'

/** What an endpoint needs of a registry; adapters, formats and publishers take this. */
export interface HealthSource {
  readonly service: ServiceInfo
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** The probes and groups, in the order they were configured; the same list until a check comes or goes. */
  readonly groups: readonly GroupInfo[]
  /** The newest last; a new list whenever there is one more. */
  readonly transitions: readonly Transition[]
  /**
   * Asks a probe, group or check by name: the report itself when nothing has to run, so that a fresh one costs no
   * turn of the loop; undefined when there is none of that name. The same object is returned for as long as nothing
   * in it has changed. `workers` is the verdict that a request asked for (`?workers=worst`), for sources that answer
   * for several processes; a word that a source does not know changes nothing.
   */
  ask(name: string, workers?: string): Report | Promise<Report> | undefined
  /** The report of what is known now, likewise by name; runs nothing. */
  latest(name: string): Report | undefined
  /** For how long what `latest` returns may be served without asking; a source that cannot tell has it not. */
  validity?(name: string): Validity | undefined
  /**
   * Calls back at once whenever what `latest` returns has changed other than by time. For who shows it elsewhere.
   * Returns what ends it.
   */
  watch?(changed: (what: WatchedChange) => void): () => void
  /** Whether a check of this name is registered. */
  hasCheck(name: string): boolean
  /** The visibility set for a probe or group; for a check the tersest of those that it belongs to. */
  visibilityOf(name: string): Visibility | undefined
  /** The latest of everything; runs nothing. */
  snapshot(): Snapshot
}

/** A registry of checks: what a service knows about its own health. Made by `createHealth`. */
export interface Health<C extends Checks = Checks, G = { readonly [name: string]: GroupOptions }>
  extends HealthSource,
    AsyncDisposable {
  /** Restart me? Self checks only. */
  liveness(): Promise<Report<ProbeMembers<C, 'liveness'>>>
  /** Send me traffic? */
  readiness(): Promise<Report<ProbeMembers<C, 'readiness'>>>
  /** Have I begun? */
  startup(): Promise<Report<ProbeMembers<C, 'startup'>>>
  /** A group of your own. */
  group<Name extends keyof G & string>(name: Name): Promise<Report<GroupMembers<G[Name]>>>
  /** The latest of everything; runs nothing. */
  snapshot(): Snapshot<keyof C & string>
  /** The handle of a check; throws when there is none of that name. */
  check<Name extends keyof C & string>(name: Name): CheckHandle<Name>
  /**
   * The circuit of a check, always the same one; made when it is first asked for. Throws when there is no check of
   * that name, or when options were given before and these are others.
   */
  circuit<Name extends keyof C & string>(name: Name, options?: CircuitOptions): Circuit<Name>
  /** Registers another check, with the same validation; disposing the handle removes it. */
  add<const Name extends string>(name: Name, definition: CheckDefinition): CheckHandle<Name>
  /**
   * Holds startup and readiness back until the promise has settled; if it rejects or takes too long, both are DOWN
   * with the reason. Liveness stays UP, unless `startup.restartOnFailure` says otherwise.
   *
   * @example
   * ```ts
   * let done = 0
   * const loading = Promise.all(models.map((load) => load().then(() => done++)))
   * const progress = () => ({ done, total: models.length })
   * health.startupTask('loading models', loading, { timeoutMs: 60_000, progress })
   * // readiness meanwhile: OUT_OF_SERVICE, "starting: loading models 3/7"
   * ```
   */
  startupTask(name: string, task: PromiseLike<unknown>, options?: StartupTaskOptions): void
  /**
   * Resolves once every startup task and startup check is done; rejects with a `StartupError` when a task failed or
   * the whole start took too long. From `drain()` on it hears only of success: a start that is cut short is no error.
   */
  started(): Promise<void>
  /**
   * Resolves once, when startup is complete and readiness is healthy for the first time: the moment to register with
   * a registry or to tell a process manager. The checks are asked for as long as somebody waits.
   */
  whenHealthy(): Promise<void>
  /** Changes checks while the service runs. */
  readonly control: HealthControl
  /** Maintenance: readiness is OUT_OF_SERVICE until `inService()`. */
  outOfService(reason?: string): void
  /** Ends maintenance. */
  inService(): void
  /** The way out, for good: readiness is OUT_OF_SERVICE from now on, liveness stays UP. */
  drain(reason?: string): void
  /** Whether `drain` was called, or the registry disposed. */
  readonly draining: boolean
  /** Listens; returns what stops it. A listener that throws is logged and hurts nobody. */
  on<E extends keyof HealthEvents>(event: E, listener: (event: HealthEvents[E]) => void): () => void
  /** Aborts what runs and stops every timer; readiness is OUT_OF_SERVICE from then on. */
  dispose(): Promise<void>
}

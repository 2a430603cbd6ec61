import type { CheckDefinition, ProbeName } from './check.ts'
import type { Clock } from './clock.ts'
import type { GroupOptions, ProbeOptions, Visibility } from './group-settings.ts'
import type { Logger } from './logger.ts'
import type { Outcome } from './outcome.ts'
import type { CheckReport, Report, ServiceInfo } from './report.ts'
import type { Snapshot } from './snapshot.ts'
import type { StartupOptions, StartupTaskOptions } from './startup.ts'
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
   * Where transitions are logged; `console` is one.
   * @default nowhere
   */
  readonly logger?: Logger
  /**
   * How many transitions are kept in memory.
   * @default 50
   */
  readonly transitionsKept?: number
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
  enable(): void
  /** Takes the check out of its groups' verdict; with `forMs` only for so long. Whatever runs is aborted. */
  disable(reason?: string, options?: { readonly forMs?: number }): void
  /** Removes the check. */
  [Symbol.dispose](): void
}

/** What an endpoint needs of a registry; adapters, formats and publishers take this. */
export interface HealthSource {
  readonly service: ServiceInfo
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** The probes and groups, in the order they were configured. */
  readonly groups: readonly GroupInfo[]
  /** The newest last; a new list whenever there is one more. */
  readonly transitions: readonly Transition[]
  /**
   * Asks a probe, group or check by name: the report itself when nothing has to run, so that a fresh one costs no
   * turn of the loop; undefined when there is none of that name. The same object is returned for as long as nothing
   * in it has changed.
   */
  ask(name: string): Report | Promise<Report> | undefined
  /** The report of what is known now, likewise by name; runs nothing. */
  latest(name: string): Report | undefined
  /** Whether a check of this name is registered. */
  hasCheck(name: string): boolean
  /** The visibility set for a probe or group; for a check the tersest of those that it belongs to. */
  visibilityOf(name: string): Visibility | undefined
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
  /** Registers another check, with the same validation; disposing the handle removes it. */
  add<const Name extends string>(name: Name, definition: CheckDefinition): CheckHandle<Name>
  /**
   * Holds startup and readiness back until the promise has settled; if it rejects or takes too long, both are DOWN
   * with the reason. Liveness stays UP, unless `startup.restartOnFailure` says otherwise.
   *
   * @example
   * ```ts
   * let done = 0
   * const loading = loadModels(() => done++)
   * health.startupTask('loading models', loading, { timeoutMs: 60_000, progress: () => ({ done, total: 7 }) })
   * // readiness meanwhile: OUT_OF_SERVICE, "starting: loading models 3/7"
   * ```
   */
  startupTask(name: string, task: PromiseLike<unknown>, options?: StartupTaskOptions): void
  /** Resolves once every startup task and startup check is done; rejects with a `StartupError` when a task failed. */
  started(): Promise<void>
  /**
   * Resolves once, when startup is complete and readiness is healthy for the first time: the moment to register with
   * a registry or to tell a process manager. The checks are asked for as long as somebody waits.
   */
  whenHealthy(): Promise<void>
  /** Maintenance: readiness is OUT_OF_SERVICE until `inService()`. */
  outOfService(reason?: string): void
  inService(): void
  /** The way out, for good: readiness is OUT_OF_SERVICE from now on, liveness stays UP. */
  drain(reason?: string): void
  readonly draining: boolean
  /** Listens; returns what stops it. A listener that throws is logged and hurts nobody. */
  on<E extends keyof HealthEvents>(event: E, listener: (event: HealthEvents[E]) => void): () => void
  /** Aborts what runs and stops every timer; readiness is OUT_OF_SERVICE from then on. */
  dispose(): Promise<void>
}

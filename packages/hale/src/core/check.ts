/** A question that the platform asks: restart me, send me traffic, have I begun? */
export type ProbeName = 'liveness' | 'readiness' | 'startup'

/** The probes in the order of a service's life. */
export const probeNames: readonly ProbeName[] = ['startup', 'liveness', 'readiness']

/** Whether a group's name is that of a probe. */
export function isProbe(name: string): name is ProbeName {
  return (probeNames as readonly string[]).includes(name)
}

/** What a check function is given. */
export interface CheckContext {
  /** Aborted when the run times out or the registry is disposed. Hand it to whatever you await. */
  readonly signal: AbortSignal
  /** The name under which the check was registered. */
  readonly name: string
  /** Milliseconds that the whole run may take, retries included. */
  readonly timeoutMs: number
  /** Monotonic milliseconds of the registry's clock. */
  now(): number
  /**
   * Tells the registry's logger, as a warning, what a developer should mend although the check has its answer, such as
   * a client that nobody listens to. The same text is told once. It goes to the log alone: what an answer says is what
   * the function returns.
   */
  warn(message: string): void
}

/**
 * Asks one question about one thing. Resolves: UP, or what `up`, `degraded` or `down` say. Throws: DOWN, with a text
 * of the fixed vocabulary in place of the error. What says no counts as thrown: `false`, an `Error`, an answer of
 * fetch that is not `ok`. Any other value is UP, and ignored.
 */
export type CheckFunction = (context: CheckContext) => unknown

/** Of `timeoutMs`. */
export const defaultTimeoutMs = 500

/** Options of every check. Durations are milliseconds. */
export interface CheckOptions {
  /**
   * What the whole run may take, retries included. Past it the run is aborted and counts as DOWN.
   * @default 500
   */
  readonly timeoutMs?: number
  /**
   * How long no second run starts while one that timed out has not settled.
   * @default 10000
   */
  readonly overlapAfterMs?: number
  /**
   * How often a failed run is repeated at once, within `timeoutMs`.
   * @default 0
   */
  readonly retries?: number
  /**
   * Whether its failure takes the probe DOWN (true) or makes it DEGRADED (false).
   * @default true
   */
  readonly critical?: boolean
  /**
   * How long a result is served from memory: `up` for UP and DEGRADED, `down` for the others. Not used with
   * `intervalMs`.
   * @default { up: 1000, down: 1000 }
   */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
  /** Runs the check in the background at this interval, in place of when asked. Stale after three missed runs. */
  readonly intervalMs?: number
  /**
   * Consecutive failed runs before a healthy check is reported as not healthy.
   * @default 1
   */
  readonly failureThreshold?: number
  /**
   * Consecutive good runs before a failed check is reported as healthy.
   * @default 1
   */
  readonly successThreshold?: number
  /**
   * False registers the check without running it; `health.check(name).enable()` starts it.
   * @default true
   */
  readonly enabled?: boolean
  /** Words for those who select checks, shown at visibility `'debug'`. */
  readonly tags?: readonly string[]
  /** `'component'`, `'datastore'`, `'system'` or your own word (the term of application/health+json). */
  readonly componentType?: string
  /** A URL for whoever is called at night, shown at visibility `'debug'`. */
  readonly runbook?: string
  /** One sentence: what users notice when this fails. Shown while it does. */
  readonly impact?: string
}

/** Options of a check that looks outward. It cannot be a member of liveness or startup: see `dangerouslyRestartOnFailure`. */
export interface DependencyCheckOptions extends CheckOptions {
  /**
   * The probes it belongs to; an empty list leaves it to your own groups.
   * @default ['readiness']
   */
  readonly probes?: readonly 'readiness'[]
  readonly dangerouslyRestartOnFailure?: false
}

/** Options of a dependency check that may take the process down with its dependency, if you really mean it. */
export interface RestartingCheckOptions<P extends ProbeName = ProbeName> extends CheckOptions {
  readonly probes?: readonly P[]
  /** Lets a dependency check into liveness and startup: an outage of the dependency then restarts every replica. */
  readonly dangerouslyRestartOnFailure: true
}

/** Options of a check that looks inward. */
export interface SelfCheckOptions<P extends ProbeName = ProbeName> extends CheckOptions {
  /**
   * The probes it belongs to.
   * @default ['readiness']
   */
  readonly probes?: readonly P[]
}

/** Options of a heartbeat. It is passive: nothing runs, so timeouts, ages and intervals do not apply. */
export interface HeartbeatOptions<P extends ProbeName = ProbeName>
  extends Omit<SelfCheckOptions<P>, 'timeoutMs' | 'overlapAfterMs' | 'retries' | 'maxAgeMs' | 'intervalMs'> {
  /** How long a beat lasts; past it the check is DOWN. */
  readonly ttlMs: number
}

declare const probesOf: unique symbol

/** A check before it has a name; `P` are the probes it belongs to. Made by `check`, `selfCheck` and the factories. */
export interface CheckDefinition<P extends ProbeName = ProbeName> {
  readonly kind: 'dependency' | 'self' | 'heartbeat'
  /** Absent when passive. */
  readonly run?: CheckFunction
  /** As given: `createHealth` validates them, with the check's name in what it says. */
  readonly options: object
  /** The options that the factory takes beside those of every check; for who misspells one. */
  readonly ownOptions?: readonly string[]
  /** What the factory found wrong with its own options, each beginning with the field's name. */
  readonly problems?: readonly string[]
  readonly [probesOf]?: P
}

/**
 * A check that looks outward: a database, an API, a queue.
 *
 * @example
 * ```ts
 * import { check, createHealth, degraded } from 'hale'
 *
 * const health = createHealth({
 *   checks: {
 *     queue: check(async ({ signal }) => {
 *       const response = await fetch('http://127.0.0.1:15672/depth', { signal })
 *       const depth = Number(await response.text())
 *       if (depth > 1000) return degraded('the queue is long', { depth })
 *     }, { timeoutMs: 200, critical: false }),
 *   },
 * })
 * ```
 */
export function check(run: CheckFunction, options?: DependencyCheckOptions): CheckDefinition<'readiness'>
/**
 * A check that looks outward, and that may take the process down with its dependency, if you really mean it: an
 * outage then restarts every replica.
 *
 * @example
 * ```ts
 * import { check, createHealth } from 'hale'
 *
 * const license = check(() => fetch('http://127.0.0.1:7070/license'), {
 *   dangerouslyRestartOnFailure: true,
 *   probes: ['liveness'],
 * })
 * const health = createHealth({ checks: { license } })
 * ```
 */
export function check<const P extends ProbeName = 'readiness'>(
  run: CheckFunction,
  options: RestartingCheckOptions<P>,
): CheckDefinition<P>
export function check(run: CheckFunction, options: object = {}): CheckDefinition {
  return { kind: 'dependency', run, options }
}

/**
 * A check that looks inward: memory, event loop, disk. It may belong to liveness and startup.
 *
 * @example
 * ```ts
 * import { createHealth, down, selfCheck } from 'hale'
 *
 * const health = createHealth({
 *   checks: {
 *     heap: selfCheck(() => {
 *       const { heapUsed } = process.memoryUsage()
 *       if (heapUsed > 1_500_000_000) return down('heap almost full', { heapUsed })
 *     }, { probes: ['liveness'] }),
 *   },
 * })
 * ```
 */
export function selfCheck<const P extends ProbeName = 'readiness'>(
  run: CheckFunction,
  options: SelfCheckOptions<P> = {},
): CheckDefinition<P> {
  return { kind: 'self', run, options }
}

/**
 * A passive check: the application beats, and the check goes DOWN when it has not beaten for `ttlMs`. Before the
 * first beat it is UNKNOWN for `ttlMs`, then DOWN.
 *
 * @example
 * ```ts
 * import { createHealth, heartbeat } from 'hale'
 *
 * const health = createHealth({ checks: { consumer: heartbeat({ ttlMs: 30_000 }) } })
 * health.check('consumer').beat()
 * ```
 */
export function heartbeat<const P extends ProbeName = 'readiness'>(
  options: HeartbeatOptions<P>,
): CheckDefinition<P> {
  return { kind: 'heartbeat', options }
}

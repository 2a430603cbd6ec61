/** Closed lets calls through, open fails them at once, half-open does too while the check is tried. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/**
 * Why a circuit changed. To open: `calls` failed, the `check` itself said DOWN, the `trial-failed`, or it was good but
 * `more-trials` are wanted by the check's `successThreshold`. To half-open: a `trial` of the check began. To closed: it
 * has `recovered`, or the check was `disabled`.
 */
export type CircuitReason =
  | 'calls'
  | 'check'
  | 'trial-failed'
  | 'more-trials'
  | 'trial'
  | 'recovered'
  | 'disabled'

/** A circuit changed its state. */
export interface CircuitChange {
  /** The check's name. */
  readonly check: string
  readonly from: CircuitState
  readonly to: CircuitState
  readonly reason: CircuitReason
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What a check's report says of its circuit. */
export interface CircuitReport {
  readonly state: CircuitState
  /** When it opened or closed, in milliseconds since the epoch; a trial changes nothing in it. */
  readonly since: number
  /** When the check is tried next, in milliseconds since the epoch; only while open. */
  readonly nextTrialAt?: number
}

/** Options of a circuit. Durations are milliseconds. */
export interface CircuitOptions {
  /**
   * How many calls in a row must be bad, failed or slow, to open it.
   * @default 5
   */
  readonly consecutiveFailures?: number
  /**
   * Which share of the calls in the window must be bad to open it, once there are `minimumCalls`.
   * @default 0.5
   */
  readonly failureRate?: number
  /**
   * Below so many calls in the window the rate says nothing.
   * @default 20
   */
  readonly minimumCalls?: number
  /**
   * How far back the rate looks.
   * @default 10000
   */
  readonly windowMs?: number
  /**
   * A call that takes so long is bad, however it ends; it is counted at that moment, so that calls which never settle
   * count too.
   * @default none
   */
  readonly slowCallMs?: number
  /**
   * Past it a call rejects with a `CallTimeoutError`, its signal is aborted, and it has failed.
   * @default none
   */
  readonly timeoutMs?: number
  /**
   * Whether what a call threw speaks against the dependency. An HTTP 404 usually does not. Not asked for timeouts.
   * @default every error does
   */
  readonly isFailure?: (error: unknown) => boolean
  /**
   * How long after it opened the check is tried. Doubles with each failed trial.
   * @default 1000
   */
  readonly trialDelayMs?: number
  /**
   * What that doubling ends at.
   * @default 30000
   */
  readonly maxTrialDelayMs?: number
  /**
   * The share of each delay that is left to chance, so that replicas do not try together. A trial comes earlier by up
   * to this share, never later.
   * @default 0.2
   */
  readonly jitter?: number
}

/** What a call is given. */
export interface CallContext {
  /** Aborted when the circuit's `timeoutMs` has passed or the caller's own signal is; never because it opened. */
  readonly signal: AbortSignal
}

/** Options of one call. */
export interface CallOptions {
  /** The caller's own. What a call throws once it is aborted counts for nothing, unless it aborts by timeout. */
  readonly signal?: AbortSignal
}

/** What stands in for the answer when no call was made or the call has failed: a value, or what makes one. */
export interface Fallback<F> {
  /**
   * Not used for errors that `isFailure` excuses and for calls that their caller has aborted: those reject. A function
   * is given the error, a `DependencyDownError` when no call was made.
   */
  readonly fallback: F | ((error: unknown) => F | PromiseLike<F>)
}

/** What a circuit has seen since it was made. Each counter only grows. */
export interface CallCounts {
  /** Calls that were made. */
  readonly made: number
  readonly succeeded: number
  /** Calls that failed, timeouts among them. */
  readonly failed: number
  /** Calls that took `slowCallMs` or longer. */
  readonly slow: number
  readonly timedOut: number
  /** Calls that were not made, because it was not closed. */
  readonly refused: number
  /** How often a fallback stood in. */
  readonly fallbacks: number
}

/**
 * Guards the calls to what a check asks. Its state is the check's: DOWN is open. Failing calls take the check DOWN;
 * trials of the check, never a user's request, find out when it is back. Once the check is removed or the registry
 * disposed nobody watches any more: calls go through.
 *
 * @example
 * ```ts
 * const payments = health.circuit('payments', { timeoutMs: 2000 })
 * const receipt = await payments.run(
 *   async ({ signal }) => (await fetch('https://payments.internal/charge', { method: 'POST', signal })).json(),
 *   { fallback: { status: 'queued' } },
 * )
 * ```
 */
export interface Circuit<Name extends string = string> {
  /** The check's name. */
  readonly name: Name
  /** Closed lets calls through; open and half-open do not. */
  readonly state: CircuitState
  /** What it has seen since it was made. */
  readonly counts: CallCounts
  /**
   * Calls when closed. When not, rejects at once with a `DependencyDownError` or answers with the fallback. A
   * synchronous throw is a rejection like any other.
   */
  run<T, F>(
    call: (context: CallContext) => T | PromiseLike<T>,
    options: CallOptions & Fallback<F>,
  ): Promise<T | F>
  /** The same without a fallback. */
  run<T>(call: (context: CallContext) => T | PromiseLike<T>, options?: CallOptions): Promise<T>
  /** The same function behind the circuit. It has no signal of the circuit's: its arguments are the caller's. */
  wrap<A extends readonly unknown[], T, F>(
    call: (...args: A) => T | PromiseLike<T>,
    options: Fallback<F>,
  ): (...args: A) => Promise<T | F>
  /** The same without a fallback. */
  wrap<A extends readonly unknown[], T>(call: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T>
}

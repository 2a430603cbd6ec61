import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { breakerCheck, type FollowedHealth, followCheck } from '../core/circuit/breaker-bridge.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { FollowedHealth }

/** A circuit breaker of opossum, as far as it is used. */
export interface OpossumBreaker {
  readonly opened: boolean
  readonly halfOpen: boolean
  readonly isShutdown?: boolean
  /** Of the breaker's rolling window. */
  readonly stats: {
    readonly successes: number
    readonly failures: number
    readonly timeouts: number
    readonly rejects: number
    readonly fallbacks: number
  }
  open(): void
  close(): void
  on(event: 'halfOpen', listener: () => void): unknown
  removeListener(event: 'halfOpen', listener: () => void): unknown
}

/** Options of `opossum`. */
export interface OpossumCheckOptions extends DependencyCheckOptions {
  /**
   * A breaker is closed by a call that succeeds. A service that is out of rotation gets none, so an open breaker makes
   * its probe DEGRADED unless you say otherwise.
   * @default false
   */
  readonly critical?: boolean
}

/**
 * Shows a breaker of opossum: open is DOWN `circuit open`, half-open is DEGRADED `circuit half-open`, closed is UP.
 * Data: `successes`, `failures`, `timeouts`, `rejects`, `fallbacks` of the breaker's window. Nothing is called.
 *
 * @example
 * ```ts
 * import CircuitBreaker from 'opossum'
 * import { createHealth } from 'hale'
 * import { opossum } from 'hale/circuits/opossum'
 *
 * const breaker = new CircuitBreaker(async () => fetch('https://payments.internal/charge', { method: 'POST' }))
 * const health = createHealth({ checks: { payments: opossum(breaker) } })
 * ```
 */
export function opossum(
  breaker: OpossumBreaker,
  options: OpossumCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  mustBeBreaker(breaker, problems)
  return breakerCheck(breaker, options, problems, () => outcomeOf(breaker))
}

/**
 * Opens a breaker while a check is DOWN and closes it when the check is back, so that calls fail at once and no user's
 * request finds out. While the check is DOWN the breaker is opened again whenever its own timer lets a call through.
 * Throws a `ConfigurationError` when the check shows this very breaker: it would hold itself open.
 *
 * @returns What ends it; a breaker that it has opened is closed.
 *
 * @example
 * ```ts
 * import CircuitBreaker from 'opossum'
 * import { followHealth } from 'hale/circuits/opossum'
 *
 * const breaker = new CircuitBreaker(async () => fetch('https://payments.internal/charge', { method: 'POST' }))
 * const stop = followHealth(health, 'payments', breaker)
 * ```
 */
export function followHealth<Name extends string>(
  health: FollowedHealth<Name>,
  name: Name,
  breaker: OpossumBreaker,
): () => void {
  const problems = new Problems()
  mustBeBreaker(breaker, problems)
  problems.throwIfAny('followHealth')
  let held = false
  // Its own timer would let a user's call find out.
  const holdOn = (): void => {
    if (held) breaker.open()
  }
  const stop = followCheck(health, name, breaker, (hold) => {
    held = hold
    if (breaker.isShutdown === true) return
    if (hold) breaker.open()
    else breaker.close()
  })
  breaker.on('halfOpen', holdOn)
  return () => {
    stop()
    breaker.removeListener('halfOpen', holdOn)
  }
}

function outcomeOf(breaker: OpossumBreaker): Outcome {
  const { successes, failures, timeouts, rejects, fallbacks } = breaker.stats
  const data = { successes, failures, timeouts, rejects, fallbacks }
  if (breaker.isShutdown === true) return down('circuit shut down', data)
  if (breaker.opened) return down('circuit open', data)
  return breaker.halfOpen ? degraded('circuit half-open', data) : up('circuit closed', data)
}

function mustBeBreaker(breaker: OpossumBreaker, problems: Problems): void {
  const given = (breaker ?? {}) as Partial<OpossumBreaker>
  if (typeof given.open === 'function' && typeof given.opened === 'boolean' && given.stats !== undefined)
    return
  problems.add('breaker', `expected a CircuitBreaker of opossum, got ${kindOf(breaker)}`)
}

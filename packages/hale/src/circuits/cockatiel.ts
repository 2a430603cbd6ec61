import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { breakerCheck, type FollowedHealth, followCheck } from '../core/circuit/breaker-bridge.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { FollowedHealth }

/** What `circuitBreaker(…)` of cockatiel makes, as far as it is used. A policy wrapped around it has no state. */
export interface CockatielPolicy {
  /** cockatiel's `CircuitState`: 0 closed, 1 open, 2 half-open, 3 isolated. */
  readonly state: number
  isolate(): { dispose(): void }
}

/** Options of `cockatiel`. */
export interface CockatielCheckOptions extends DependencyCheckOptions {
  /**
   * Only a call lets cockatiel try again. A service that is out of rotation gets none and would stay so for ever: an
   * open circuit makes its probe DEGRADED unless you say otherwise.
   * @default false
   */
  readonly critical?: boolean
}

/**
 * Shows a circuit breaker of cockatiel: open is DOWN `circuit open`, isolated DOWN `circuit isolated`, half-open is
 * DEGRADED `circuit half-open`, closed is UP. No data. Nothing is called.
 *
 * @example
 * ```ts
 * import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
 * import { createHealth } from 'hale'
 * import { cockatiel } from 'hale/circuits/cockatiel'
 *
 * const breaker = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) })
 * const health = createHealth({ checks: { payments: cockatiel(breaker) } })
 * ```
 */
export function cockatiel(
  policy: CockatielPolicy,
  options: CockatielCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  mustBePolicy(policy, problems)
  return breakerCheck(policy, options, problems, () => outcomeOf(policy.state))
}

/**
 * Isolates a circuit breaker while a check is DOWN and releases it when the check is back, so that calls fail at once
 * and no user's request finds out. Throws a `ConfigurationError` when the check shows this very breaker: it would hold
 * itself open.
 *
 * @returns What ends it, and releases the breaker.
 *
 * @example
 * ```ts
 * import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'
 * import { followHealth } from 'hale/circuits/cockatiel'
 *
 * const breaker = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) })
 * const stop = followHealth(health, 'payments', breaker)
 * ```
 */
export function followHealth<Name extends string>(
  health: FollowedHealth<Name>,
  name: Name,
  policy: CockatielPolicy,
): () => void {
  const problems = new Problems()
  mustBePolicy(policy, problems)
  problems.throwIfAny('followHealth')
  let isolation: { dispose(): void } | undefined
  return followCheck(health, name, policy, (hold) => {
    if (hold) isolation = policy.isolate()
    else isolation?.dispose()
  })
}

function outcomeOf(state: number): Outcome {
  switch (state) {
    case 0:
      return up('circuit closed')
    case 2:
      return degraded('circuit half-open')
    case 3:
      return down('circuit isolated')
    default:
      return down('circuit open')
  }
}

function mustBePolicy(policy: CockatielPolicy, problems: Problems): void {
  const given = (policy ?? {}) as Partial<CockatielPolicy>
  if (typeof given.isolate === 'function' && typeof given.state === 'number') return
  const mend = '; give the circuit breaker itself, not what it is wrapped in'
  problems.add('policy', `expected a circuitBreaker of cockatiel, got ${kindOf(policy)}${mend}`)
}

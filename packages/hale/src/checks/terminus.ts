import { isCallable, kindGiven } from '../check-parts/asking/class-given.ts'
import { type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { Problems } from '../errors/problems.ts'

/** A health check of @godaddy/terminus. */
export type TerminusHealthCheck = (given: { state: { isShuttingDown: boolean } }) => unknown

/** Options of `terminus`: those of every check. */
export interface TerminusCheckOptions extends DependencyCheckOptions {}

/**
 * Takes a health check written for @godaddy/terminus as it is: it resolves (UP) or rejects (DOWN).
 *
 * What it resolves with, and the `causes` of a `HealthCheckError`, are not shown, since terminus puts them into its
 * answer unread: DOWN has a text of the fixed vocabulary, also for what is among the causes. No data. The state that
 * it is given never says that the process is shutting down: hale's readiness says that without asking.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { terminus } from 'hale/checks/terminus'
 *
 * const onHealthCheck = async () => {
 *   await pool.query('SELECT 1')
 * }
 * const health = createHealth({ checks: { database: terminus(onHealthCheck) } })
 * ```
 */
export function terminus(
  healthCheck: TerminusHealthCheck,
  options: TerminusCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options)
  if (!isCallable(healthCheck))
    problems.add('healthCheck', `expected a function, got ${kindGiven(healthCheck)}`)
  const run = async (): Promise<void> => {
    try {
      await healthCheck({ state: { isShuttingDown: false } })
    } catch (error) {
      throw withCauses(error)
    }
  }
  return { ...check(run, given), ownOptions: [], problems: problems.found }
}

/** Puts the causes of a HealthCheckError where the vocabulary looks for them. */
function withCauses(error: unknown): unknown {
  const causes =
    typeof error === 'object' && error !== null ? (error as { causes?: unknown }).causes : undefined
  if (causes === undefined || causes === null) return error
  const list = Array.isArray(causes) ? causes : causes instanceof Error ? [causes] : Object.values(causes)
  // The causes first: the error's own statusCode is what terminus is to answer, not what went wrong.
  return new AggregateError([...list, error], 'health check failed')
}

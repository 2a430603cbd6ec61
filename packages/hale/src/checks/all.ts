import { compositeCheck } from '../check-parts/composite.ts'
import { graded } from '../check-parts/judging/thresholds.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import type { Checks } from '../core/health.ts'
import { isHealthy } from '../core/status.ts'
import { Problems } from '../errors/problems.ts'

export type { Checks }

/** Options of `all`: those of every check; `timeoutMs` is by default a little more than the longest of its children. */
export interface AllCheckOptions extends DependencyCheckOptions {}

/**
 * Are all of them well? One check made of others, each with its own timeout, age, retries and thresholds.
 *
 * UP `3 of 3 up`. DEGRADED when one is DEGRADED, or one that is not critical is DOWN. DOWN `2 of 3 up`. Data: `up`,
 * `total`, and `checks`: status and text of each by its name.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { all } from 'hale/checks/all'
 * import { http } from 'hale/checks/http'
 *
 * const health = createHealth({
 *   checks: {
 *     checkout: all({
 *       payments: http('https://payments.internal/health'),
 *       // Its result may be a minute old.
 *       tax: http('https://tax.internal/health', { maxAgeMs: { up: 60_000 }, critical: false }),
 *     }),
 *   },
 * })
 * ```
 */
export function all(checks: Checks, options: AllCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  return compositeCheck({
    checks,
    problems,
    options: problems.object('options', options),
    ownOptions: [],
    judge({ children, text, data }) {
      const failed = children.some(({ status, critical }) => critical && !isHealthy(status))
      const well = children.every(({ status }) => status === 'UP')
      return graded(failed ? 'DOWN' : well ? 'UP' : 'DEGRADED', text, data)
    },
  })
}

import { compositeCheck, enoughUp, type PartlyOptions } from '../check-parts/composite.ts'
import { graded } from '../check-parts/judging/thresholds.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import type { Checks } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'

export type { Checks, PartlyOptions }

/** Options of `any`; `timeoutMs` is by default a little more than the longest of its children. */
export interface AnyCheckOptions extends DependencyCheckOptions, PartlyOptions {}

/**
 * Is at least one of them well? For what has a stand-in: two suppliers, a primary and its replica. Whether a child is
 * critical plays no part.
 *
 * UP `2 of 2 up`. DEGRADED (or UP, see `someDownAs`) `1 of 2 up`. DOWN `0 of 2 up`. Data: `up`, `total`, and `checks`:
 * status and text of each by its name.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { any } from 'hale/checks/any'
 * import { http } from 'hale/checks/http'
 *
 * const health = createHealth({
 *   checks: {
 *     rates: any({ first: http('https://rates.internal/'), second: http('https://other-rates.internal/') }),
 *   },
 * })
 * ```
 */
export function any(checks: Checks, options: AnyCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { someDownAs, ...rest } = problems.object('options', options) as AnyCheckOptions
  const judgement = enoughUp(1, { ...(someDownAs !== undefined && { someDownAs }) }, problems)
  return compositeCheck({
    checks,
    problems,
    options: rest,
    ownOptions: ['someDownAs'],
    judge: (tally) => graded(judgement(tally), tally.text, tally.data),
  })
}

import { compositeCheck, enoughUp, type PartlyOptions } from '../check-parts/composite.ts'
import { graded } from '../check-parts/judging/thresholds.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import type { Checks } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'

export type { Checks, PartlyOptions }

/** Options of `quorum`; `timeoutMs` is by default a little more than the longest of its children. */
export interface QuorumCheckOptions extends DependencyCheckOptions, PartlyOptions {
  /**
   * How many must be up.
   * @default more than half of those that are enabled
   */
  readonly needed?: number
}

/**
 * Are enough of them well? For members of one cluster, of which the most must agree. Whether a child is critical plays
 * no part.
 *
 * UP `3 of 3 up`. DEGRADED (or UP, see `someDownAs`) `2 of 3 up`. DOWN `1 of 3 up`. Data: `up`, `needed`, `total`, and
 * `checks`: status and text of each by its name.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { http } from 'hale/checks/http'
 * import { quorum } from 'hale/checks/quorum'
 *
 * const health = createHealth({
 *   checks: {
 *     store: quorum({
 *       a: http('http://store-a.internal:2379/health'),
 *       b: http('http://store-b.internal:2379/health'),
 *       c: http('http://store-c.internal:2379/health'),
 *     }),
 *   },
 * })
 * ```
 */
export function quorum(checks: Checks, options: QuorumCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { someDownAs, needed, ...rest } = problems.object('options', options) as QuorumCheckOptions
  // What is wrong with them is told where they are made.
  const total = Object.keys(new Problems().object('checks', checks)).length
  const least = problems.number('needed', needed, 1, { integer: true, min: 1, max: Math.max(1, total) })
  const partly = { ...(someDownAs !== undefined && { someDownAs }) }
  enoughUp(least, partly, problems)
  return compositeCheck({
    checks,
    problems,
    options: rest,
    ownOptions: ['someDownAs', 'needed'],
    judge(tally) {
      const count = needed === undefined ? Math.floor(tally.children.length / 2) + 1 : least
      const grade = enoughUp(count, partly, new Problems())(tally)
      return graded(grade, tally.text, { ...tally.data, needed: count })
    },
  })
}

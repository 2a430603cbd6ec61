import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { safeFailure } from '../errors/safe-message.ts'

/** The indicator functions that `HealthCheckService.check` of @nestjs/terminus takes, and what its builders make. */
export type NestIndicator = (context: CheckContext) => unknown

/** Options of `nestIndicator`: those of every check. */
export interface NestIndicatorCheckOptions extends DependencyCheckOptions {}

const statuses = ['up', 'degraded', 'down'] as const

/**
 * Takes a health indicator of @nestjs/terminus, as `HealthCheckService.check([…])` does: a function that returns a
 * result such as `{ database: { status: 'up' } }`, or throws.
 *
 * UP, DEGRADED, DOWN as the worst entry of the result says; DOWN `not a result of a health indicator` for anything
 * else. What an entry holds beside its status is not shown, since that is often an address or the message of an error;
 * of one that is down a known error code or HTTP status is, in the words of the fixed vocabulary. No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { nestIndicator } from 'hale/checks/nest-indicator'
 *
 * const redisIndicator = { isHealthy: async (key: string) => ({ [key]: { status: 'up' as const } }) }
 * const health = createHealth({ checks: { cache: nestIndicator(() => redisIndicator.isHealthy('cache')) } })
 * ```
 */
export function nestIndicator(
  indicator: NestIndicator,
  options: NestIndicatorCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options)
  if (typeof indicator !== 'function')
    problems.add(
      'indicator',
      `expected a function that returns an indicator's result, got ${kindOf(indicator)}`,
    )
  const run = async (context: CheckContext): Promise<Outcome> => judged(await indicator(context))
  return { ...check(run, given), ownOptions: [], problems: problems.found }
}

function judged(result: unknown): Outcome {
  const entries = typeof result === 'object' && result !== null ? Object.values(result) : []
  const found = entries.map((entry) => statusOf(entry))
  if (found.length === 0 || found.includes(undefined)) return down('not a result of a health indicator')
  if (found.includes('down')) {
    const { message } = safeFailure(new AggregateError(entries.filter((entry) => statusOf(entry) === 'down')))
    return down(message)
  }
  return found.includes('degraded') ? degraded() : up()
}

function statusOf(entry: unknown): (typeof statuses)[number] | undefined {
  const status =
    typeof entry === 'object' && entry !== null ? (entry as { status?: unknown }).status : undefined
  return statuses.find((known) => known === status)
}

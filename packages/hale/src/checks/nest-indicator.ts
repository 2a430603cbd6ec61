import { hasMethod } from '../check-parts/asking/structure.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'
import { safeFailure } from '../errors/safe-message.ts'

/** The indicator functions that `HealthCheckService.check` of @nestjs/terminus takes. */
export type NestIndicator = (context: CheckContext) => unknown

/** What `HealthIndicatorService.check(key).attempt(fn)` makes: it is asked anew whenever it is awaited. */
export interface NestAttempt extends PromiseLike<unknown> {
  withTimeout(ms: number): unknown
}

/** Options of `nestIndicator`: those of every check. */
export interface NestIndicatorCheckOptions extends DependencyCheckOptions {}

const statuses = ['up', 'degraded', 'down'] as const

/**
 * Takes a health indicator of @nestjs/terminus, as `HealthCheckService.check([…])` does: a function that returns a
 * result such as `{ database: { status: 'up' } }` or throws, or an attempt. What `HealthCheckService.check` itself
 * returns is taken too.
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
  indicator: NestIndicator | NestAttempt,
  options: NestIndicatorCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options)
  // A promise has no timeout: it has one result for all time.
  if (typeof indicator !== 'function' && !hasMethod(indicator, 'then', 'withTimeout'))
    problems.add(
      'indicator',
      `expected a function that returns an indicator's result, or an attempt, got ${kindOf(indicator)}`,
    )
  const run = async (context: CheckContext): Promise<Outcome> => {
    try {
      return judged(await (typeof indicator === 'function' ? indicator(context) : indicator))
    } catch (error) {
      const failed = failedWhole(error)
      if (failed === undefined) throw error
      return judged(failed)
    }
  }
  return { ...check(run, given), ownOptions: [], problems: problems.found }
}

function judged(result: unknown): Outcome {
  const { status, details } = (result ?? {}) as Whole
  // Of the whole of HealthCheckService the details are what its indicators have returned.
  const given = typeof status === 'string' ? details : result
  const entries = typeof given === 'object' && given !== null ? Object.values(given) : []
  const found = entries.map((entry) => statusOf(entry))
  if (found.length === 0 || found.includes(undefined)) return down('not a result of a health indicator')
  if (found.includes('down')) {
    const failed = entries.filter((entry) => statusOf(entry) === 'down')
    return down(safeFailure(new AggregateError(failed), textOfMessages(failed)).message)
  }
  return found.includes('degraded') ? degraded() : up()
}

function statusOf(entry: unknown): (typeof statuses)[number] | undefined {
  const status =
    typeof entry === 'object' && entry !== null ? (entry as { status?: unknown }).status : undefined
  return statuses.find((known) => known === status)
}

interface Whole {
  readonly status?: unknown
  readonly details?: unknown
}

/** What HealthCheckService throws for indicators that are down; with `shutting_down` they may all be up. */
function failedWhole(error: unknown): Whole | undefined {
  if (!hasMethod(error, 'getResponse')) return undefined
  const response: unknown = (error as { getResponse(): unknown }).getResponse()
  if (typeof response !== 'object' || response === null) return undefined
  return (response as Whole).status === 'error' && 'details' in response ? response : undefined
}

/** The messages that terminus itself puts in place of an error, and with it of its code. */
const messages: readonly (readonly [RegExp, string])[] = [
  [/^timeout of \d+ms exceeded$/, 'timed out'],
  [/^Not connected to database$/, 'not connected'],
  [/^Used [a-z ]{1,20} exceeded the set threshold$/, 'past its threshold'],
]

function textOfMessages(entries: readonly unknown[]): string | undefined {
  const texts = entries.map((entry) => String((entry as { message?: unknown }).message))
  return messages.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1]
}

import { isCallable, kindGiven } from '../check-parts/asking/class-given.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { type Status, worse } from '../core/status.ts'
import { Problems } from '../errors/problems.ts'
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
 * of one that is down a known error code or HTTP status is, in the words of the fixed vocabulary, or else `down`. Data,
 * where there are several: `components`, the status of each by its name.
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
  if (!isCallable(indicator) && !hasMethod(indicator, 'then', 'withTimeout'))
    problems.add(
      'indicator',
      `expected a function that returns an indicator's result, or an attempt, got ${kindGiven(indicator)}`,
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
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : []
  const found = entries.map(([, entry]) => statusOf(entry))
  if (found.length === 0 || found.includes(undefined)) return down('not a result of a health indicator')
  const data = entries.length > 1 ? { components: componentsOf(entries) } : undefined
  if (found.includes('down')) {
    const failed = entries.map(([, entry]) => entry).filter((entry) => statusOf(entry) === 'down')
    const { message } = safeFailure(new AggregateError(failed), textOfMessages(failed) ?? 'down')
    return down(message, data)
  }
  return found.includes('degraded') ? degraded(undefined, data) : up(undefined, data)
}

const mostComponents = 64

/** By the names of those that look like names: what else a key may hold is not known. */
function componentsOf(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, Status>> {
  const components: Record<string, Status> = {}
  for (const [key, entry] of entries.slice(0, mostComponents)) {
    const name = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(key) ? key : 'unnamed'
    const status = (statusOf(entry) ?? 'down').toUpperCase() as Status
    components[name] = worse(Object.hasOwn(components, name) ? (components[name] as Status) : 'UP', status)
  }
  return components
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

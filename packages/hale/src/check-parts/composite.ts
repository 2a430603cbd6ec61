import { type CheckContext, type CheckDefinition, check, defaultTimeoutMs } from '../core/check.ts'
import { overlaid } from '../core/check-report.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { deadline } from '../core/deadline.ts'
import type { Checks, HealthSource } from '../core/health.ts'
import { degraded, down, type Outcome } from '../core/outcome.ts'
import type { CheckReport } from '../core/report.ts'
import { isHealthy } from '../core/status.ts'
import { durationText } from '../core/text.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { Problems } from '../errors/problems.ts'

/** What its children say. */
export interface Tally {
  /** Those that are enabled. */
  readonly children: readonly CheckReport[]
  /** How many of them are UP or DEGRADED. */
  readonly up: number
  /** Such as `2 of 3 up`. */
  readonly text: string
  readonly data: object
}

/** A check that is made of others. */
export interface Composite {
  readonly checks: unknown
  readonly problems: Problems
  /** The options of every check. */
  readonly options: object
  readonly ownOptions: readonly string[]
  readonly judge: (tally: Tally) => Outcome
}

/** So much before the composite's own timeout it says what it knows. */
const slackMs = 50

/**
 * Makes the definition of a composite. Its children live in a registry of their own, so that each has all that a
 * check has: its timeout, its age, its retries and thresholds, one run for all who ask, and the guard against runs
 * that hang. Nothing of that registry runs but what the composite asks for.
 */
export function compositeCheck(parts: Composite): CheckDefinition<'readiness'> {
  const { checks, problems, options, ownOptions, judge } = parts
  const children = childrenOf(checks, problems)
  const names = Object.keys(children)
  const { timeoutMs = longestOf(children) + 2 * slackMs } = options as { readonly timeoutMs?: number }
  registryOf(children, problems, systemClock)
  // One for each place where the definition is registered: known by its time, in which the children's results age.
  const registries = new WeakMap<CheckContext['now'], ChildRegistry>()
  const run = async (context: CheckContext): Promise<Outcome> => {
    const { signal, now } = context
    // Its timers a run does not know.
    const clock = { ...systemClock, now }
    const registry = registries.get(now) ?? (registryOf(children, new Problems(), clock) as ChildRegistry)
    registries.set(now, registry)
    const { health, thrown } = registry
    const onAbort = (): void => {
      // Not at a timeout: its children end by their own.
      if ((signal.reason as { name?: unknown } | undefined)?.name !== 'DisposedError') return
      void health[Symbol.asyncDispose]()
      registries.delete(now)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      // That of the run, which may have been set anew since.
      const withinMs = Math.max(1, context.timeoutMs - slackMs)
      const answers = await answersWithin(health, names, withinMs)
      return withCause(judge(tallyOf(answers)), [...thrown.values()])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
  return { ...check(run, { ...options, timeoutMs }), ownOptions, problems: problems.found }
}

/** What each child says; one that has not answered by then is DOWN, whatever it said before. */
async function answersWithin(
  health: HealthSource,
  names: readonly string[],
  withinMs: number,
): Promise<readonly CheckReport[]> {
  let cancel = (): void => {}
  const late = new Promise<undefined>((resolve) => {
    cancel = deadline(systemClock, withinMs, () => resolve(undefined))
  })
  const answerOf = async (name: string): Promise<CheckReport> => {
    const answer = await Promise.race([health.ask(name), late])
    const report = (answer ?? health.latest(name))?.checks[name] as CheckReport
    const error = `no answer within ${durationText(withinMs)}`
    return answer === undefined ? overlaid(report, 'DOWN', error, systemClock.wallTime()) : report
  }
  try {
    return await Promise.all(names.map(answerOf))
  } finally {
    cancel()
  }
}

function childrenOf(checks: unknown, problems: Problems): Checks {
  const given = problems.object('checks', checks)
  if (checks === undefined || Object.keys(given).length === 0)
    problems.add('checks', `expected at least one check, got ${checks === undefined ? 'undefined' : 'none'}`)
  const children: Record<string, CheckDefinition> = {}
  for (const [name, definition] of Object.entries(given)) {
    const { kind, options, run } = (definition ?? {}) as Partial<CheckDefinition>
    const { intervalMs, probes, ...own } = (options ?? {}) as {
      readonly intervalMs?: unknown
      readonly probes?: unknown
    }
    // Nobody would ever end a timer of theirs: a definition is not told when its registry is disposed.
    if (kind === 'heartbeat') {
      problems.add(`checks.${name}`, 'a heartbeat cannot be part of another check')
      continue
    }
    if (intervalMs !== undefined)
      problems.add(`checks.${name}.intervalMs`, 'runs only when the whole does; set it on the whole')
    if (Array.isArray(probes) && probes.some((probe) => probe !== 'readiness'))
      problems.add(`checks.${name}.probes`, 'belongs to the probes of the whole; set them there')
    children[name] =
      typeof run === 'function'
        ? { ...(definition as CheckDefinition), options: { ...own, probes: ['readiness'] } }
        : (definition as CheckDefinition)
  }
  return children
}

function longestOf(children: Checks): number {
  const times = Object.values(children).map((child) => {
    const { timeoutMs } = (child?.options ?? {}) as { readonly timeoutMs?: unknown }
    return typeof timeoutMs === 'number' ? timeoutMs : defaultTimeoutMs
  })
  return Math.max(defaultTimeoutMs, ...times)
}

interface ChildRegistry {
  readonly health: HealthSource & AsyncDisposable
  /** What the last run of each child has thrown. */
  readonly thrown: ReadonlyMap<string, unknown>
}

function registryOf(checks: Checks, problems: Problems, clock: Clock): ChildRegistry | undefined {
  try {
    const thrown = new Map<string, unknown>()
    // Each child ends by its own timeout, and the composite does not wait for all of them.
    const health = createHealth({ checks, clock, budgetMs: Number.MAX_SAFE_INTEGER })
    health.on('run', ({ check: name, thrown: error }) => {
      if (error === undefined) thrown.delete(name)
      else thrown.set(name, error)
    })
    return { health, thrown }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    problems.found.push(...error.problems)
    return undefined
  }
}

/** Raw errors are for the log, and the children's registry has none. */
function withCause(outcome: Outcome, thrown: readonly unknown[]): Outcome {
  const { status, text, data } = outcome
  if (status === 'UP' || thrown.length === 0) return outcome
  return (status === 'DOWN' ? down : degraded)(
    text,
    data,
    thrown.length > 1 ? new AggregateError(thrown) : thrown[0],
  )
}

function tallyOf(all: readonly CheckReport[]): Tally {
  const children = all.filter(({ enabled }) => enabled)
  const up = children.filter(({ status }) => isHealthy(status)).length
  const total = children.length
  const checks = Object.fromEntries(
    children.map(({ name, status, message, error }) => [
      name,
      { status, ...(message !== undefined && { message }), ...(error !== undefined && { error }) },
    ]),
  )
  return { children, up, text: `${up} of ${total} up`, data: { up, total, checks } }
}

/** The option of those composites that are well with a part of their children. */
export interface PartlyOptions {
  /**
   * What it counts as when enough are up, but not all.
   * @default 'DEGRADED'
   */
  readonly someDownAs?: 'DEGRADED' | 'UP'
}

/** Says whether enough are up. */
export function enoughUp(
  needed: number,
  { someDownAs }: PartlyOptions,
  problems: Problems,
): (tally: Tally) => 'UP' | 'DEGRADED' | 'DOWN' {
  const partly = problems.oneOf('someDownAs', someDownAs, ['DEGRADED', 'UP']) ?? 'DEGRADED'
  return ({ up, children }) => {
    if (up < needed) return 'DOWN'
    return children.every(({ status }) => status === 'UP') ? 'UP' : partly
  }
}

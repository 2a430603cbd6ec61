import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { lastErrorOf } from '../check-parts/asking/last-error.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds, worstGrade } from '../check-parts/judging/thresholds.ts'
import { hasFreeConnection } from '../check-parts/pools/free-connection.ts'
import { redisText, withoutCommand } from '../check-parts/redis/redis-errors.ts'
import { RedisNodes } from '../check-parts/redis/redis-node.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'

/** A `Queue` of BullMQ, known by its structure. */
export interface BullmqQueue {
  getJobCounts(...types: never[]): PromiseLike<Readonly<Record<string, number>>>
  getJobs(
    types: never[],
    start: number,
    end: number,
    oldestFirst: boolean,
  ): PromiseLike<readonly { readonly processedOn?: number | undefined }[]>
  getWorkersCount(): PromiseLike<number>
}

/** Options of `bullmq`. Durations are milliseconds. */
export interface BullmqCheckOptions extends DependencyCheckOptions {
  /** How many jobs may wait: those in line, with or without a priority, paused ones included. */
  readonly waiting?: Thresholds
  /** How many failed jobs the queue may hold; those that it removes (`removeOnFail`) are not among them. */
  readonly failed?: Thresholds
  /** How many jobs may be delayed. */
  readonly delayed?: Thresholds
  /**
   * For how long the oldest active job may have been at work, in milliseconds: longer ones have stalled, or hang. It
   * compares this machine's clock with that of the worker. Reads that job, data included.
   */
  readonly activeForMs?: Thresholds
  /** How few workers the queue may have, from this number downwards. Needs the right to run CLIENT LIST. */
  readonly workers?: Thresholds
}

/** What is graded: by option, its text, and what it is measured in. */
const measures = {
  waiting: { text: 'too many jobs waiting', unit: 'jobs' },
  failed: { text: 'too many failed jobs', unit: 'jobs' },
  delayed: { text: 'too many delayed jobs', unit: 'jobs' },
  activeForMs: { text: 'a job takes too long', unit: 'milliseconds' },
  workers: { text: 'too few workers', unit: 'workers', worse: 'less' },
} as const

type Measured = keyof typeof measures

const names = Object.keys(measures) as readonly Measured[]

/**
 * Does the queue keep up? Takes the `Queue` of BullMQ that the application has, or a function that returns it. A
 * `Worker` is no queue: a `Queue` beside it shares its connection when that is given as a client.
 *
 * UP `connected`. DEGRADED or DOWN past the thresholds: `too many jobs waiting`, `too many failed jobs`,
 * `too many delayed jobs`, `a job takes too long`, `too few workers`. DOWN `not connected` or with what the client last
 * said while it has no connection to Redis, or with another text of the fixed vocabulary (`authentication failed`,
 * `timed out after 500 ms` …). Data: `waiting`, `active`, `delayed` and `failed`; `activeForMs` and `workers` where they
 * are asked for.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { bullmq } from 'hale/checks/bullmq'
 * import { Queue } from 'bullmq'
 *
 * const queue = new Queue('orders', { connection: { host: 'redis.internal' } })
 * const health = createHealth({
 *   checks: {
 *     orders: bullmq(queue, { waiting: { degradedAt: 1_000 }, activeForMs: { degradedAt: 60_000 }, workers: { downAt: 0 } }),
 *   },
 * })
 * ```
 */
export function bullmq(
  queue: ClientOf<BullmqQueue>,
  options: BullmqCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as BullmqCheckOptions
  const { waiting, failed, delayed, activeForMs, workers, ...rest } = given
  const pairs = { waiting, failed, delayed, activeForMs, workers }
  const limits = Object.fromEntries(
    names.map((name) => [name, limitsOf(problems, name, pairs[name], measures[name])]),
  ) as Readonly<Record<Measured, Limits>>
  const clients = new QueueClients()
  const redises = new RedisNodes()
  const owed = new OneQuestion<Outcome>()
  return clientCheck<BullmqQueue>({
    client: queue,
    parameter: 'queue',
    expected: 'a Queue of BullMQ',
    isClient,
    problems,
    options: rest,
    ownOptions: names,
    textOf: redisText,
    toLog: withoutCommand,
    ask: async (current, context) => {
      if ((current as { readonly closing?: unknown }).closing !== undefined) return down('queue closed')
      const client = await clients.of(current, context)
      const error = lastErrorOf(current)
      if (client === undefined && error !== undefined) throw error
      if (client === undefined) return down('not connected')
      const absent = await redises.absence(client, context)
      return absent === undefined ? owed.ask(current, context, () => judged(current, limits)) : down(absent)
    },
  })
}

async function judged(queue: BullmqQueue, limits: Readonly<Record<Measured, Limits>>): Promise<Outcome> {
  const types = ['waiting', 'paused', 'prioritized', 'active', 'delayed', 'failed']
  const [counts, oldest, workers] = await Promise.all([
    queue.getJobCounts(...(types as never[])),
    limits.activeForMs.any ? queue.getJobs(['active'] as never[], 0, 0, true) : undefined,
    limits.workers.any ? queue.getWorkersCount() : undefined,
  ])
  const { waiting = 0, paused = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts
  const since = oldest?.[0]?.processedOn
  const data = {
    waiting: waiting + paused + prioritized,
    active,
    delayed,
    failed,
    ...(oldest !== undefined && { activeForMs: since === undefined ? 0 : Math.max(0, Date.now() - since) }),
    ...(workers !== undefined && { workers }),
  }
  const grades = names.map((name) => {
    const value = data[name]
    return {
      text: measures[name].text,
      grade: value === undefined ? 'UP' : limits[name].grade(value),
    } as const
  })
  const worst = worstGrade(grades.map(({ grade }) => grade))
  if (worst === 'UP') return up('connected', data)
  return graded(worst, grades.find(({ grade }) => grade === worst)?.text ?? '', data)
}

/** What the promise of a client has come to. */
interface Arrival {
  settled: boolean
  client?: unknown
  error?: unknown
}

/**
 * The clients of Redis beneath the queues, through which their state is known. A queue gives its client only once it has
 * been connected, and waits for that as long as it takes: it is waited for once, not by each probe anew.
 */
class QueueClients {
  readonly #arrivals = new WeakMap<object, Arrival>()

  /** Undefined when it is not there within half of the check's time. */
  async of(queue: BullmqQueue, context: CheckContext): Promise<object | undefined> {
    const { client: own, getBackend } = queue as {
      readonly client?: unknown
      getBackend?(): { client?: unknown }
    }
    // BullMQ 5 has it itself, BullMQ 6 in its backend.
    const given = own ?? getBackend?.call(queue).client ?? queue
    const arrival = hasMethod(given, 'then')
      ? this.#arrivalOf(given as PromiseLike<unknown>)
      : { settled: true, client: given }
    await hasFreeConnection(() => arrival.settled, context)
    if (arrival.error !== undefined) throw arrival.error
    const { client } = arrival
    return typeof client === 'object' && client !== null ? client : undefined
  }

  #arrivalOf(promise: PromiseLike<unknown>): Arrival {
    const known = this.#arrivals.get(promise)
    if (known !== undefined) return known
    const arrival: Arrival = { settled: false }
    this.#arrivals.set(promise, arrival)
    promise.then(
      (client) => Object.assign(arrival, { settled: true, client }),
      (error) => Object.assign(arrival, { settled: true, error }),
    )
    return arrival
  }
}

function isClient(value: unknown): value is BullmqQueue {
  return hasMethod(value, 'getJobCounts', 'getJobs', 'getWorkersCount')
}

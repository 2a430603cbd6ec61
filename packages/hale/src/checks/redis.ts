import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type NeededNodes, neededNodes, needing } from '../check-parts/nodes/needed-nodes.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import { isCluster, isRedisClient, type RedisClient } from '../check-parts/redis/redis-client.ts'
import { RedisClusters } from '../check-parts/redis/redis-cluster.ts'
import { redisText, withoutCommand } from '../check-parts/redis/redis-errors.ts'
import { type RedisAnswer, RedisNodes } from '../check-parts/redis/redis-node.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'
export type { NeededNodes } from '../check-parts/nodes/needed-nodes.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'
export type {
  IoredisCluster,
  NodeRedisCluster,
  NodeRedisNode,
  RedisClient,
  RedisConnection,
} from '../check-parts/redis/redis-client.ts'

/** Options of `redis`. Durations are milliseconds. */
export interface RedisCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * How many nodes of a cluster must be up, lest the check be DOWN: all, more than half, or one. DEGRADED while it is
   * enough of them, but not all.
   * @default 'quorum'
   */
  readonly nodes?: NeededNodes
  /**
   * What the server must be: a replica where a master is expected is DOWN (`read-only replica`), as after a failover
   * that a proxy or a DNS entry has not followed; a replica that has lost its master is DEGRADED. Needs the right to
   * run INFO. Not asked by default.
   */
  readonly role?: 'master' | 'replica'
  /** The share of `maxmemory` in use, from 0 to 1. Needs the right to run INFO. Not asked by default. */
  readonly memory?: Thresholds
}

const writesRefused = 'writes refused: saving to disk failed'

/**
 * Does Redis or Valkey answer PING? Takes the client that the application has: ioredis `Redis` (standalone or through
 * sentinels) and `Cluster`, the clients, pools, clusters and sentinels of node-redis, or a function that returns the
 * current one.
 *
 * UP `connected`. DEGRADED when a cluster lacks some nodes (`2 of 3 nodes are up`), saving to disk has failed and
 * writes are refused, or a threshold is passed. DOWN with a text of the fixed vocabulary: `connection refused`,
 * `authentication failed`, `loading its data`, `cluster down`, `timed out after 500 ms` … Data of a cluster: `nodes`
 * and `up`, which are those that answer; with `memory` the share in use.
 *
 * While ioredis misses a primary of a cluster whose slots are all served, its table of slots is read again by each run,
 * at most twice a second.
 *
 * A probe never stands in the client's offline queue: while the client reconnects, the check is DOWN at once with the
 * last error of the client. One PING is owed at a time for each connection, however long a server stays frozen.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { redis } from 'hale/checks/redis'
 * import { Redis } from 'ioredis'
 *
 * const client = new Redis({ host: '127.0.0.1' })
 * client.on('error', (error) => console.error(error.message))
 * const health = createHealth({ checks: { cache: redis(client, { critical: false }) } })
 * ```
 */
export function redis(
  client: ClientOf<RedisClient>,
  options: RedisCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as RedisCheckOptions
  const { nodes: policy, role, memory, saturatedAs, saturatedForMs, ...rest } = given
  const needed = problems.oneOf('nodes', policy, neededNodes) ?? 'quorum'
  const wantedRole = problems.oneOf('role', role, ['master', 'replica'])
  const limits = limitsOf(problems, 'memory', memory, { unit: 'share' })
  const saturation = new Saturation(problems, given)
  const questions = { memory: limits.any, replication: wantedRole !== undefined }
  const redises = new RedisNodes()
  const clusters = new RedisClusters(redises)
  return clientCheck<RedisClient>({
    client,
    expected: 'an ioredis or redis client',
    isClient: isRedisClient,
    problems,
    options: rest,
    ownOptions: ['nodes', 'role', 'memory', ...saturationOptions],
    textOf: redisText,
    toLog: withoutCommand,
    ask: async (current, context) => {
      // ioredis writes to the console what nobody listens to.
      if ('isOpen' in current) warnOfUnheardErrors(context, current, 'client')
      if (isCluster(current)) {
        const absent = await redises.absence(current, context)
        if (absent !== undefined) return down(absent)
        const { outcome, answers } = await clusters.ask(current, { memory: limits.any }, context)
        return outcome.status === 'UP' ? judged(answers, limits, outcome.data) : needing(needed, outcome)
      }
      const answer = await redises.ask(current, questions, context)
      if (answer.absent !== undefined) return down(answer.absent)
      if (answer.saturated === true) return saturation.outcome(context)
      saturation.end()
      return roleOutcome(answer, wantedRole) ?? judged([answer], limits)
    },
  })
}

function roleOutcome(
  { role, linked }: RedisAnswer,
  wanted: 'master' | 'replica' | undefined,
): Outcome | undefined {
  // INFO still calls a replica a slave.
  if (wanted === 'master' && role !== 'master') return down('read-only replica')
  if (wanted === 'replica' && linked === false) return degraded('replication link down')
  return undefined
}

/** What those say that have answered: whether they write, and how full the fullest of them is. */
function judged(answers: readonly RedisAnswer[], limits: Limits, nodes?: unknown): Outcome {
  const used = answers.flatMap(({ memory }) => memory ?? [])
  const fullest = Math.max(0, ...used)
  const data = { ...(nodes as object | undefined), ...(used.length > 0 && { memory: rounded(fullest, 3) }) }
  const shown = Object.keys(data).length > 0 ? data : undefined
  const grade = limits.grade(fullest)
  if (grade === 'DOWN') return graded(grade, 'memory almost full', shown)
  if (answers.some(({ refusesWrites }) => refusesWrites)) return degraded(writesRefused, shown)
  return graded(grade, grade === 'UP' ? 'connected' : 'memory almost full', shown)
}

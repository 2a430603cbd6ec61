import type { CheckContext } from '../../core/check.ts'
import { down, type Outcome, up } from '../../core/outcome.ts'
import { settlesWithin } from '../asking/one-question.ts'
import { hasMethod } from '../asking/structure.ts'
import { askNodes } from '../nodes/nodes.ts'
import { type ClusterNode, clusterNodes } from './cluster-nodes.ts'
import type { IoredisCluster, NodeRedisCluster, RedisConnection } from './redis-client.ts'
import { withoutCommand } from './redis-errors.ts'
import { clusterDown, type RedisAnswer, type RedisNodes, type RedisQuestions } from './redis-node.ts'

/** What a cluster has said. */
export interface ClusterAnswer {
  /** With the numbers `nodes` and `up`; DEGRADED while some nodes are missing. */
  readonly outcome: Outcome
  /** Of those nodes that are up. */
  readonly answers: readonly RedisAnswer[]
}

interface Round extends ClusterAnswer {
  /** The client lacks a primary, while each of the others knows somebody who serves its slots. */
  readonly isOutOfDate: boolean
}

/** Shares of a run's time: when it is too late for a second round, how long the table may take, and the round. */
const times = { tooLate: 0.4, table: 0.2, secondRound: 0.4 } as const

/** Less than any sensible age of a result, so that each run may, and many that come at once may not. */
const readAtMostEveryMs = 500

/** Asks the nodes of clusters. */
export class RedisClusters {
  readonly #nodes: RedisNodes
  readonly #readAt = new WeakMap<object, number>()

  constructor(nodes: RedisNodes) {
    this.#nodes = nodes
  }

  /**
   * ioredis reads the table of slots again, and connects to a node that it has lost, only when a command has gone wrong:
   * without any it would miss a primary long after it came back, or after a replica has taken over for it. node-redis
   * looks for both by itself.
   */
  async ask(
    cluster: IoredisCluster | NodeRedisCluster,
    questions: RedisQuestions,
    context: CheckContext,
  ): Promise<ClusterAnswer> {
    const startedAt = context.now()
    const first = await this.#askEach(cluster, questions, context)
    const table = first.isOutOfDate ? this.#readTable(cluster, context) : undefined
    const { timeoutMs } = context
    const isLate = context.now() - startedAt > timeoutMs * times.tooLate
    if (table === undefined || isLate || !(await settlesWithin(table, timeoutMs * times.table))) return first
    const rest = { ...context, timeoutMs: timeoutMs * times.secondRound }
    return this.#askEach(cluster, questions, rest)
  }

  async #askEach(
    cluster: IoredisCluster | NodeRedisCluster,
    questions: RedisQuestions,
    context: CheckContext,
  ): Promise<Round> {
    const nodes = clusterNodes(cluster)
    const lost = new Set(nodes.filter(({ isPrimary }) => isPrimary))
    const answers: RedisAnswer[] = []
    let refusing = 0
    const ask = async (node: ClusterNode, part: CheckContext): Promise<Outcome> => {
      const answer = await this.#askNode(node, { ...questions, cluster: true }, part)
      if (answer.absent === clusterDown) refusing++
      if (answer.absent !== undefined) return down(answer.absent)
      answers.push(answer)
      lost.delete(node)
      return up()
    }
    // That they refuse every command says more than why the others do not answer.
    const areRefusing = (): boolean => refusing > 0 && answers.length === 0
    const refused = (cause?: unknown): Outcome =>
      down(clusterDown, { nodes: nodes.length, up: refusing }, cause)
    let outcome: Outcome
    try {
      const found = await askNodes(nodes, context, ask)
      outcome = areRefusing() ? refused() : found
    } catch (error) {
      if (!areRefusing()) throw error
      outcome = refused(withoutCommand(error))
    }
    const isServed = answers.length > 0 && answers.every(({ slotsServed }) => slotsServed)
    return { outcome, answers, isOutOfDate: lost.size > 0 && isServed }
  }

  async #askNode(
    { key, connection, open }: ClusterNode,
    questions: RedisQuestions,
    context: CheckContext,
  ): Promise<RedisAnswer> {
    if (connection !== undefined) return this.#nodes.ask(connection, questions, context)
    if (open === undefined) return { absent: 'not connected' }
    return this.#nodes.late(key, open as () => PromiseLike<RedisConnection>, questions, context)
  }

  /** Costs ioredis a connection, which it closes at once. Undefined where there is nothing to read, or too early. */
  #readTable(cluster: object, { now }: CheckContext): Promise<unknown> | undefined {
    const before = this.#readAt.get(cluster) ?? -Infinity
    if (!hasMethod(cluster, 'refreshSlotsCache') || now() - before < readAtMostEveryMs) return undefined
    this.#readAt.set(cluster, now())
    return new Promise((resolve) => {
      ;(cluster as { refreshSlotsCache(callback: (error: unknown) => void): void }).refreshSlotsCache(resolve)
    })
  }
}

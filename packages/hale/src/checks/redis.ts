import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type NeededNodes, neededNodes, needing } from '../check-parts/nodes/needed-nodes.ts'
import { askNodes } from '../check-parts/nodes/nodes.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import { redisText, withoutCommand } from '../check-parts/redis/redis-errors.ts'
import { type RedisAnswer, RedisNodes } from '../check-parts/redis/redis-node.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'
export type { NeededNodes } from '../check-parts/nodes/needed-nodes.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** A client of ioredis or node-redis, one found through sentinels or a pool of them included. */
export interface RedisConnection {
  ping(): PromiseLike<unknown>
  expire(...parameters: never[]): unknown
}

/** An ioredis `Cluster`. */
export interface IoredisCluster extends RedisConnection {
  nodes(): readonly RedisConnection[]
  readonly slots?: readonly (readonly string[])[]
  readonly options?: { readonly scaleReads?: unknown }
}

/** A node of a cluster of node-redis. */
export interface NodeRedisNode {
  readonly client?: RedisConnection
}

/** A cluster of node-redis. */
export interface NodeRedisCluster {
  readonly masters: readonly NodeRedisNode[]
  readonly replicas: readonly NodeRedisNode[]
  nodeClient(node: NodeRedisNode): PromiseLike<RedisConnection>
}

/** A client that the application has, known by its structure. */
export type RedisClient = RedisConnection | IoredisCluster | NodeRedisCluster

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
 * and `up`; with `memory` the share in use.
 *
 * While ioredis misses a primary of a cluster whose slots are all served, its table of slots is read again, once in five
 * seconds.
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
  const tables = new SlotTables()
  return clientCheck<RedisClient>({
    client,
    expected: 'an ioredis or redis client',
    isClient,
    problems,
    options: rest,
    ownOptions: ['nodes', 'role', 'memory', ...saturationOptions],
    textOf: redisText,
    toLog: withoutCommand,
    ask: async (current, context) => {
      if (isCluster(current)) return askCluster(current, context)
      const answer = await redises.ask(current, questions, context)
      if (answer.absent !== undefined) return down(answer.absent)
      if (answer.saturated === true) return saturation.outcome(context)
      saturation.end()
      return roleOutcome(answer, wantedRole) ?? judged([answer], limits)
    },
  })

  async function askCluster(
    cluster: IoredisCluster | NodeRedisCluster,
    context: CheckContext,
  ): Promise<Outcome> {
    const absent = await redises.absence(cluster, context)
    if (absent !== undefined) return down(absent)
    const answers: RedisAnswer[] = []
    const ofNode = { ...questions, replication: false, cluster: true }
    const nodes = 'nodeClient' in cluster ? nodesOfNodeRedis(cluster) : nodesOfIoredis(cluster)
    const lost = new Set(nodes.filter(({ isPrimary }) => isPrimary))
    const outcome = await askNodes(nodes, context, async (node, part) => {
      const { key, connection, open } = node
      if (connection === undefined && open === undefined) return down('not connected')
      const answer =
        connection === undefined
          ? await redises.late(key, open as () => PromiseLike<RedisConnection>, ofNode, part)
          : await redises.ask(connection, ofNode, part)
      if (answer.absent !== undefined) return down(answer.absent)
      answers.push(answer)
      lost.delete(node)
      return up()
    })
    const isServed = answers.length > 0 && answers.every(({ slotsServed }) => slotsServed)
    if (lost.size > 0 && isServed) tables.refresh(cluster, context)
    return outcome.status === 'UP' ? judged(answers, limits, outcome.data) : needing(needed, outcome)
  }
}

const refreshedAtMostEveryMs = 5_000

/**
 * ioredis reads the table of slots again only when a command has gone to the wrong node: without any, it would miss a
 * primary long after a replica has taken over for it. node-redis looks again by itself, five seconds after it has lost a
 * node.
 */
class SlotTables {
  readonly #refreshedAt = new WeakMap<object, number>()

  /** Costs ioredis a connection, which it closes at once. */
  refresh(cluster: object, { now }: CheckContext): void {
    const before = this.#refreshedAt.get(cluster) ?? -Infinity
    if (!hasMethod(cluster, 'refreshSlotsCache') || now() - before < refreshedAtMostEveryMs) return
    this.#refreshedAt.set(cluster, now())
    ;(cluster as { refreshSlotsCache(): void }).refreshSlotsCache()
  }
}

/** A node that must be there: its connection, or how the client opens one when it first needs it, or neither. */
interface ClusterNode {
  readonly key: object
  readonly isPrimary?: boolean
  readonly connection?: RedisConnection | undefined
  readonly open?: () => PromiseLike<RedisConnection>
}

/**
 * ioredis forgets a node as soon as its connection ends; that one is missing shows only in its table of slots. A
 * replica from which the application never reads has no connection, and gets none for the check's sake.
 */
function nodesOfIoredis(cluster: IoredisCluster): readonly ClusterNode[] {
  const { scaleReads = 'master' } = cluster.options ?? {}
  const connections = new Map(cluster.nodes().map((connection) => [keyOf(connection), connection]))
  const keys = new Set<string>()
  const primaries = new Set<string>()
  let last: readonly string[] | undefined
  for (const slot of cluster.slots ?? []) {
    // The slots of a range share one list.
    if (slot === undefined || slot === last) continue
    last = slot
    for (const key of slot.slice(0, 1)) primaries.add(key)
    for (const key of scaleReads === 'master' ? slot.slice(0, 1) : slot) keys.add(key)
  }
  return [...keys].map((key) => {
    const connection = connections.get(key)
    return { key: connection ?? cluster, isPrimary: primaries.has(key), connection }
  })
}

function keyOf(connection: RedisConnection): string {
  const { host, port } = (connection as { options?: { host?: unknown; port?: unknown } }).options ?? {}
  return `${host}:${port}`
}

function nodesOfNodeRedis(cluster: NodeRedisCluster): readonly ClusterNode[] {
  const nodeOf = (node: NodeRedisNode): ClusterNode =>
    node.client === undefined
      ? { key: node, open: () => cluster.nodeClient(node) }
      : { key: node.client, connection: node.client }
  return [...cluster.masters, ...cluster.replicas.filter(({ client }) => client !== undefined)].map(nodeOf)
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

function isClient(value: unknown): value is RedisClient {
  return (
    hasMethod(value, 'ping', 'expire') ||
    (hasMethod(value, 'nodeClient') && Array.isArray((value as NodeRedisCluster).masters))
  )
}

function isCluster(client: RedisClient): client is IoredisCluster | NodeRedisCluster {
  return hasMethod(client, 'nodes') || hasMethod(client, 'nodeClient')
}

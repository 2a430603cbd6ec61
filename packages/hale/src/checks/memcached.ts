import { type ClientOf, clientCheck, textOfMessages } from '../check-parts/asking/client-check.ts'
import { unlessAborted } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type NeededNodes, neededNodes, needing } from '../check-parts/nodes/needed-nodes.ts'
import { askNodes } from '../check-parts/nodes/nodes.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'
export type { NeededNodes } from '../check-parts/nodes/needed-nodes.ts'

/** What a server tells of itself, by name. */
export type Stats = Readonly<Record<string, string>>

/** A memjs `Client`. */
export interface MemcachedClient {
  readonly servers: readonly object[]
  /** Calls back once for each server. */
  stats(callback: (error: Error | null, server: string, stats: Stats | null) => void): void
}

/** Options of `memcached`. Durations are milliseconds. */
export interface MemcachedCheckOptions extends DependencyCheckOptions {
  /**
   * How many of several servers must be up, lest the check be DOWN: all, more than half, or one. DEGRADED while it is
   * enough of them, but not all: the keys of the others are missed.
   * @default 'any'
   */
  readonly nodes?: NeededNodes
  /** The share of `max_connections` in use at the fullest server, from 0 to 1. Not judged by default. */
  readonly connections?: Thresholds
}

/** Questions that a client may owe an answer to, and for how long, in milliseconds. */
const mostOwed = 3
const forgottenAfterMs = 10_000

const noAnswer = 'timed out waiting for an answer'

const textOf = textOfMessages({
  'socket timed out connecting to server.': 'connection timed out',
  'socket timed out waiting on response.': noAnswer,
  'Memcached server authentication failed!': 'authentication failed',
  'MemJS STATS (): Authentication error': 'authentication required',
  'MemJS STATS (): Unknown command': 'query rejected',
})

/**
 * Do the Memcached servers answer? Takes the memjs `Client` that the application has, or a function that returns the
 * current one, and asks each of its servers for STATS, which reads no key and counts as no miss.
 *
 * UP `connected`. DEGRADED while some servers are missing (`1 of 2 nodes are up`) or the threshold is passed. DOWN when
 * too many are, with a text of the fixed vocabulary when it is all of them. Data: `nodes`, `up`, and as `connections`
 * the share of its connections that the fullest server has in use.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { memcached } from 'hale/checks/memcached'
 * import { Client } from 'memjs'
 *
 * const client = Client.create('127.0.0.1:11211')
 * const health = createHealth({ checks: { cache: memcached(client, { critical: false }) } })
 * ```
 */
export function memcached(
  client: ClientOf<MemcachedClient>,
  options: MemcachedCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as MemcachedCheckOptions
  const { nodes, connections, ...rest } = given
  const needed = problems.oneOf('nodes', nodes, neededNodes) ?? 'any'
  const limits = limitsOf(problems, 'connections', connections, { unit: 'share' })
  const owed = new OwedAnswers()
  return clientCheck<MemcachedClient>({
    client,
    expected: 'a memjs Client',
    isClient,
    problems,
    options: rest,
    ownOptions: ['nodes', 'connections'],
    textOf,
    ask: async (current, context) => {
      const answers = owed.ask(current, context)
      if (answers === undefined) return down(noAnswer)
      const found: Stats[] = []
      const outcome = await askNodes(answers, context, async (answer, { signal }) => {
        found.push(await unlessAborted(answer, signal))
        return up()
      })
      return outcome.status === 'UP' ? judged(found, limits, outcome) : needing(needed, outcome)
    },
  })
}

interface Call {
  readonly since: number
  left: number
  /** On which connections it was put. */
  on: readonly unknown[]
}

/**
 * memjs asks all servers at once. What it owes is counted, so that a frozen server with a long timeout finds a few
 * questions and not one of each probe, and is given up in time. For one that closed its connection in good order it may
 * never call back: what was put on a connection that has been replaced since is not waited for.
 */
class OwedAnswers {
  readonly #calls = new WeakMap<object, Call[]>()

  /** One promise for each server, in the order in which they answer; undefined while too much is owed. */
  ask(client: MemcachedClient, { now }: CheckContext): readonly Promise<Stats>[] | undefined {
    const before = this.#calls.get(client) ?? []
    const current = connectionsOf(client)
    const isOwed = ({ since, left, on }: Call): boolean =>
      left > 0 && now() - since < forgottenAfterMs && on.every((each, index) => each === current[index])
    const calls = before.filter(isOwed)
    this.#calls.set(client, calls)
    if (calls.length >= mostOwed) return undefined
    const call: Call = { since: now(), left: client.servers.length, on: [] }
    calls.push(call)
    const settlers: ((error: unknown, stats: Stats | null) => void)[] = []
    const answers = client.servers.map(
      () =>
        new Promise<Stats>((resolve, reject) => {
          settlers.push((error, stats) => (error === null ? resolve(stats ?? {}) : reject(asError(error))))
        }),
    )
    client.stats((error, _server, stats) => {
      call.left--
      settlers.shift()?.(error, stats)
    })
    // Where there was none they have been begun just now.
    call.on = connectionsOf(client)
    return answers
  }
}

// No part of what memjs promises: where it is not there, what is owed is forgotten in time.
function connectionsOf({ servers }: MemcachedClient): readonly unknown[] {
  return servers.map((server) => (server as { readonly _socket?: unknown })._socket)
}

// memjs says with a string that it could not log in.
function asError(error: unknown): unknown {
  return typeof error === 'string' ? new Error(error) : error
}

function judged(found: readonly Stats[], limits: Limits, { data }: Outcome): Outcome {
  const shares = found.flatMap((stats) => {
    const share = Number(stats.curr_connections) / Number(stats.max_connections)
    return Number.isFinite(share) ? share : []
  })
  const fullest = Math.max(0, ...shares)
  const grade = limits.grade(fullest)
  const shown = { ...(data as object), ...(shares.length > 0 && { connections: rounded(fullest, 3) }) }
  return graded(grade, grade === 'UP' ? 'connected' : 'connections almost used up', shown)
}

// Those of the package `memcached` are strings, and it calls back once for all of them.
function isClient(value: unknown): value is MemcachedClient {
  if (!hasMethod(value, 'stats')) return false
  const { servers } = value as { readonly servers?: unknown }
  return Array.isArray(servers) && servers.every((server) => typeof server === 'object' && server !== null)
}

import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { textOfCode } from '../errors/vocabulary.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** The `Client` of cassandra-driver. */
export interface CassandraClient {
  execute(query: string, parameters: readonly unknown[], options: object): PromiseLike<unknown>
  getState(): unknown
}

/** Options of `cassandra`. Durations are milliseconds. */
export interface CassandraCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * What is asked. It must read and never write.
   * @default 'SELECT key FROM system.local'
   */
  readonly query?: string
  /**
   * How many nodes may be down, as the driver knows them. Not judged by default: replicas stand in for them.
   */
  readonly nodesDown?: Thresholds
}

const overloaded = 'overloaded'

/** What the server refuses with, by the codes of the native protocol. */
const refusals: Readonly<Record<number, string>> = {
  256: 'authentication failed',
  4096: 'not enough replicas',
  4097: overloaded,
  4098: 'node being bootstrapped',
  4608: 'not enough replicas',
  8192: 'query rejected',
  8448: 'permission denied',
  8704: 'query rejected',
}

/**
 * Does Cassandra answer a query? Takes the `Client` of cassandra-driver that the application has, for Cassandra or what
 * speaks its protocol, or a function that returns the current one. One that has not connected yet does so with the
 * first probe, as it would with any query.
 *
 * UP `connected`: one node has answered from its own memory. DEGRADED `overloaded`, `no free connection` while each
 * connection has as many queries under way as the driver allows (DOWN past `saturatedForMs`), or with more nodes down
 * than `nodesDown` allows. DOWN `no node can be reached`, `authentication failed`, or another text of the fixed vocabulary.
 * Data: `nodes` that the driver knows of and how many of them are `up`.
 *
 * The driver cannot call a query back: one is owed at a time, however long a node stays frozen.
 *
 * @example
 * ```ts
 * import { Client } from 'cassandra-driver'
 * import { createHealth } from 'hale'
 * import { cassandra } from 'hale/checks/cassandra'
 *
 * const client = new Client({ contactPoints: ['10.0.0.1'], localDataCenter: 'dc1' })
 * const health = createHealth({ checks: { database: cassandra(client, { nodesDown: { degradedAt: 2 } }) } })
 * ```
 */
export function cassandra(
  client: ClientOf<CassandraClient>,
  options: CassandraCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as CassandraCheckOptions
  const { query = 'SELECT key FROM system.local', nodesDown, saturatedAs, saturatedForMs, ...rest } = given
  if (problems.string('query', query) === '') problems.add('query', 'expected CQL, got an empty string')
  const limits = limitsOf(problems, 'nodesDown', nodesDown, { unit: 'nodes' })
  const saturation = new Saturation(problems, given)
  const owed = new OneQuestion<unknown>()
  return clientCheck<CassandraClient>({
    client,
    expected: 'a Client of cassandra-driver',
    isClient,
    problems,
    options: rest,
    ownOptions: ['query', 'nodesDown', ...saturationOptions],
    textOf,
    ask: async (current, context) => {
      if ((current as { isShuttingDown?: unknown }).isShuttingDown === true) return down('client closed')
      try {
        await owed.ask(current, context, () => current.execute(query, [], { isIdempotent: true }))
      } catch (error) {
        if (isBusy(error)) return saturation.outcome(context, nodesOf(current))
        if (textOf(error) !== overloaded) throw error
        return degraded(overloaded, nodesOf(current))
      }
      saturation.end()
      return judged(nodesOf(current), limits)
    },
  })
}

function judged(nodes: { readonly nodes: number; readonly up: number } | undefined, limits: Limits): Outcome {
  const grade = nodes === undefined ? 'UP' : limits.grade(nodes.nodes - nodes.up)
  return graded(grade, grade === 'UP' ? 'connected' : `${nodes?.up} of ${nodes?.nodes} nodes are up`, nodes)
}

function nodesOf(client: CassandraClient): { readonly nodes: number; readonly up: number } | undefined {
  const { hosts } = client as { hosts?: unknown }
  if (!hasMethod(hosts, 'values')) return undefined
  const all = [...(hosts as { values(): Iterable<{ isUp?(): unknown }> }).values()]
  return { nodes: all.length, up: all.filter((host) => host.isUp?.() === true).length }
}

/** Whether a node is there and each connection to it has all that it may have under way. */
function isBusy(error: unknown): boolean {
  return Object.values(innerErrorsOf(error)).some(
    (inner) => (inner as { name?: unknown } | null)?.name === 'BusyConnectionError',
  )
}

/** By the address of each node. */
function innerErrorsOf(error: unknown): Readonly<Record<string, unknown>> {
  const { innerErrors } = Object(error) as { innerErrors?: unknown }
  return (innerErrors ?? {}) as Readonly<Record<string, unknown>>
}

function textOf(error: unknown): string | undefined {
  const { name, code } = (error ?? {}) as Readonly<Record<string, unknown>>
  if (typeof code === 'number') return Object.hasOwn(refusals, code) ? refusals[code] : undefined
  if (name === 'AuthenticationError') return 'authentication failed'
  if (name === 'OperationTimedOutError') return 'timed out waiting for an answer'
  if (name === 'DriverError' && messageOf(error) === 'Socket was closed') return 'connection closed'
  if (name !== 'NoHostAvailableError') return undefined
  // What the first node has said stands for all.
  const [first] = Object.values(innerErrorsOf(error))
  const firstCode = (first as { code?: unknown } | undefined)?.code
  const text = typeof firstCode === 'string' ? textOfCode(firstCode) : textOf(first)
  return text ?? 'no node can be reached'
}

function isClient(value: unknown): value is CassandraClient {
  return hasMethod(value, 'execute', 'getState')
}

import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { unlessAborted } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { graded } from '../check-parts/judging/thresholds.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { textOfCode } from '../errors/vocabulary.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

/** The client of @elastic/elasticsearch or @opensearch-project/opensearch. */
export interface ElasticsearchClient {
  readonly cluster: { health(parameters: object, options: object): PromiseLike<unknown> }
}

/** Options of `elasticsearch`. Durations are milliseconds. */
export interface ElasticsearchCheckOptions extends DependencyCheckOptions {
  /**
   * The indices, data streams or aliases whose colour counts, wildcards allowed; without it that of the whole cluster,
   * which may be red for an index of somebody else.
   */
  readonly index?: string | readonly string[]
  /**
   * What yellow counts as: every primary shard is there, some replica is not. Always so on a single node.
   * @default 'DEGRADED'
   */
  readonly yellowAs?: 'UP' | 'DEGRADED' | 'DOWN'
  /**
   * What red counts as: some primary shard is missing, and what it holds cannot be found.
   * @default 'DOWN'
   */
  readonly redAs?: 'DEGRADED' | 'DOWN'
}

const statusTexts: Readonly<Record<number, string>> = {
  401: 'authentication failed',
  403: 'permission denied',
  404: 'index not found',
  429: 'too many requests',
}

/**
 * What colour is the cluster of Elasticsearch or OpenSearch? Takes the client that the application has, or a function
 * that returns the current one.
 *
 * UP `green`. DEGRADED `yellow`. DOWN `red`, `no master elected`, or a text of the fixed vocabulary. Data: `nodes`,
 * `shards` (active ones), `unassigned` and `relocating` shards, and `tasks` that wait for the master.
 *
 * It needs the privilege `monitor` of the cluster. A request is aborted when the check times out, which does not count
 * against a node in the client's own book-keeping, and repeated once on another node when a connection fails.
 *
 * @example
 * ```ts
 * import { Client } from '@elastic/elasticsearch'
 * import { createHealth } from 'hale'
 * import { elasticsearch } from 'hale/checks/elasticsearch'
 *
 * const client = new Client({ node: 'https://search.internal:9200' })
 * const health = createHealth({ checks: { search: elasticsearch(client, { index: 'orders-*' }) } })
 * ```
 */
export function elasticsearch(
  client: ClientOf<ElasticsearchClient>,
  options: ElasticsearchCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as ElasticsearchCheckOptions
  const { index, yellowAs, redAs, ...rest } = given
  const colours: Readonly<Record<string, Outcome['status']>> = {
    green: 'UP',
    yellow: problems.oneOf('yellowAs', yellowAs, ['UP', 'DEGRADED', 'DOWN']) ?? 'DEGRADED',
    red: problems.oneOf('redAs', redAs, ['DEGRADED', 'DOWN']) ?? 'DOWN',
  }
  const indices = indicesOf(index, problems)
  return clientCheck<ElasticsearchClient>({
    client,
    expected: 'a client of @elastic/elasticsearch or @opensearch-project/opensearch',
    isClient,
    problems,
    options: rest,
    ownOptions: ['index', 'yellowAs', 'redAs'],
    textOf,
    ask: async (current, context) => {
      const health = await healthOf(current, indices, context)
      const colour = String(health.status)
      const status = Object.hasOwn(colours, colour) ? colours[colour] : undefined
      return status === undefined ? down('answer not as expected') : graded(status, colour, dataOf(health))
    },
  })
}

type Health = Readonly<Record<string, unknown>>

async function healthOf(
  { cluster }: ElasticsearchClient,
  index: string | undefined,
  { signal, timeoutMs }: CheckContext,
): Promise<Health> {
  const parameters = {
    ...(index !== undefined && { index }),
    // Else a cluster without a master keeps the request for 30 s. OpenSearch takes the old name too.
    master_timeout: `${Math.ceil(timeoutMs / 2)}ms`,
  }
  // A retry of @elastic/elasticsearch would wait for seconds. Its own timeout would mark the connection as dead.
  const request = cluster.health(parameters, { signal, maxRetries: 1, retryBackoff: () => 0 })
  try {
    const answer = (await unlessAborted(request, signal)) as Health | undefined
    const body = answer !== undefined && 'body' in answer ? answer.body : answer
    return typeof body === 'object' && body !== null ? (body as Health) : {}
  } finally {
    // The client of OpenSearch knows no signal.
    if (signal.aborted && hasMethod(request, 'abort')) (request as unknown as { abort(): void }).abort()
  }
}

const numbers = {
  nodes: 'number_of_nodes',
  shards: 'active_shards',
  unassigned: 'unassigned_shards',
  relocating: 'relocating_shards',
  tasks: 'number_of_pending_tasks',
} as const

/** Those that were told: a proxy or another version may leave some out. */
function dataOf(health: Health): object | undefined {
  const told = Object.entries(numbers).filter(([, field]) => typeof health[field] === 'number')
  return told.length === 0
    ? undefined
    : Object.fromEntries(told.map(([name, field]) => [name, health[field]]))
}

function textOf(error: unknown): string | undefined {
  const { name, statusCode } = (error ?? {}) as { name?: unknown; statusCode?: unknown }
  const message = messageOf(error)
  if (/^(master|cluster_manager)_not_discovered_exception\b/.test(message)) return 'no master elected'
  if (typeof statusCode === 'number' && Object.hasOwn(statusTexts, statusCode)) return statusTexts[statusCode]
  // Something else answers, such as a proxy with a page of its own.
  if (name === 'DeserializationError' || name === 'ProductNotSupportedError') return 'answer not as expected'
  // Both clients keep of a failed connection no more than its message, which begins as Node's do.
  const code = /\b(?:connect|read|write|getaddrinfo) (E[A-Z_]{3,30})\b/.exec(message)?.[1]
  if (code !== undefined) return textOfCode(code)
  if (message.startsWith('There are no living connections')) return 'no node can be reached'
  return message.startsWith('other side closed') || message === 'socket hang up'
    ? 'connection closed'
    : undefined
}

function indicesOf(index: unknown, problems: Problems): string | undefined {
  if (index === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(index) ? index : [index]
  const isName = (name: unknown) => typeof name === 'string' && name !== ''
  if (list.length === 0 || !list.every(isName)) problems.add('index', 'expected names of indices')
  return list.join(',')
}

function isClient(value: unknown): value is ElasticsearchClient {
  const { cluster } = (value ?? {}) as { cluster?: unknown }
  return hasMethod(cluster, 'health')
}

import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

/** The client of node-zookeeper-client, known by its structure. */
export interface ZookeeperClient {
  getState(): { readonly name: string }
  exists(path: string, callback: (error: unknown, stat: unknown) => void): void
}

/** Options of `zookeeper`. Durations are milliseconds. */
export interface ZookeeperCheckOptions extends DependencyCheckOptions {}

/** Why nothing is asked; what is not here is a connection that serves. */
const states: Readonly<Record<string, string>> = {
  DISCONNECTED: 'not connected',
  EXPIRED: 'session expired',
  AUTH_FAILED: 'authentication failed',
}

/** Where a client ends: it does not connect again. */
const ends = ['EXPIRED', 'AUTH_FAILED']

/** Error codes of ZooKeeper. */
const errors: Readonly<Record<number, string>> = {
  [-4]: 'connection closed',
  [-7]: 'timed out waiting for an answer',
  [-102]: 'permission denied',
  [-112]: 'session expired',
  [-115]: 'authentication failed',
}

/**
 * Does ZooKeeper answer, and has it a quorum? Takes the client of node-zookeeper-client that the application has, or a
 * function that returns the current one: a session that has expired is not made anew.
 *
 * It asks for the root node, which each ensemble has and everybody may see. A member without a quorum ends its
 * connections, unless both it and the client allow reading without. UP `connected`. DEGRADED `read-only` on such a
 * connection. DOWN `not connected`, `session expired` or `authentication failed` at once when the client says so, or
 * another text of the fixed vocabulary. No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { zookeeper } from 'hale/checks/zookeeper'
 * import { createClient } from 'node-zookeeper-client'
 *
 * const client = createClient('zookeeper.internal:2181')
 * client.connect()
 * const health = createHealth({ checks: { zookeeper: zookeeper(client) } })
 * ```
 */
export function zookeeper(
  client: ClientOf<ZookeeperClient>,
  options: ZookeeperCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const owed = new OneQuestion<void>()
  return clientCheck<ZookeeperClient>({
    client,
    expected: 'a client of node-zookeeper-client',
    isClient,
    problems,
    options: problems.object('options', options),
    ownOptions: [],
    textOf,
    ask: async (current, context) => {
      // Without a connection the question would wait in the client for the next one.
      const state = stateOf(current)
      if (Object.hasOwn(states, state)) return down(states[state])
      await owed.ask(current, context, () => rootOf(current))
      return state === 'CONNECTED_READ_ONLY' ? degraded('read-only') : up('connected')
    },
  })
}

/** The last state of a client but DISCONNECTED, with one listener for each, however many checks of it are made. */
const memories = new WeakMap<object, { state: string }>()

/** The state of a client. It says for a moment how it ended, and from then on only that it is not connected. */
function stateOf(client: ZookeeperClient): string {
  const { name } = client.getState()
  const { state } = memories.get(client) ?? watched(client, name)
  return name === 'DISCONNECTED' && ends.includes(state) ? state : name
}

function watched(client: ZookeeperClient, now: string): { state: string } {
  const memory = { state: now }
  memories.set(client, memory)
  if (!isEmitter(client)) return memory
  client.on('state', ({ name }) => {
    if (name !== 'DISCONNECTED') memory.state = name
  })
  return memory
}

function isEmitter(
  client: object,
): client is { on(event: 'state', listener: (state: { readonly name: string }) => void): unknown } {
  return hasMethod(client, 'on')
}

function rootOf(client: ZookeeperClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.exists('/', (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}

function textOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'number' && Object.hasOwn(errors, code) ? errors[code] : undefined
}

function isClient(value: unknown): value is ZookeeperClient {
  return hasMethod(value, 'getState', 'exists')
}

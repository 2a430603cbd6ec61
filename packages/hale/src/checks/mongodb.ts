import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { settlesWithin, unlessAborted } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { hasFreeConnection } from '../check-parts/pools/free-connection.ts'
import { Saturation, type SaturationOptions, saturationOptions } from '../check-parts/pools/saturation.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { SaturationOptions } from '../check-parts/pools/saturation.ts'

/** The `Db` of the driver. */
export interface MongodbDatabase {
  command(command: object, options: object): PromiseLike<unknown>
  collection(name: string): unknown
}

/** The `MongoClient` of the driver. */
export interface MongodbClient {
  db(name?: string): MongodbDatabase
  startSession(): unknown
}

/** A connection of Mongoose, such as `mongoose.connection`. */
export interface MongooseConnection {
  readonly readyState: number
  readonly db?: unknown
  getClient(): unknown
}

/** A client that the application has, known by its structure. */
export type MongodbSource = MongodbClient | MongodbDatabase | MongooseConnection

/** Options of `mongodb`. Durations are milliseconds. */
export interface MongodbCheckOptions extends DependencyCheckOptions, SaturationOptions {
  /**
   * Which member must answer: with `'primary'` a replica set that has none is DOWN, since nothing can be written; with
   * `'primaryPreferred'` it is DEGRADED as long as a secondary answers.
   * @default 'primary'
   */
  readonly readPreference?: 'primary' | 'primaryPreferred' | 'secondary' | 'secondaryPreferred' | 'nearest'
}

const preferences = ['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'] as const

/** By the name that MongoDB gives to its error codes. */
const codeNames: Readonly<Record<string, string>> = {
  AuthenticationFailed: 'authentication failed',
  Unauthorized: 'permission denied',
  InterruptedAtShutdown: 'server shutting down',
  ShutdownInProgress: 'server shutting down',
  NotWritablePrimary: 'no primary elected',
  NotPrimaryNoSecondaryOk: 'no primary elected',
  NotPrimaryOrSecondary: 'no primary elected',
  PrimarySteppedDown: 'no primary elected',
  InterruptedDueToReplStateChange: 'no primary elected',
}

/** By the name of an error that the driver itself makes. */
const errorNames: Readonly<Record<string, string>> = {
  MongoNotConnectedError: 'not connected',
  MongoTopologyClosedError: 'client closed',
  MongoClientClosedError: 'client closed',
  MongoPoolClosedError: 'client closed',
  MongoNetworkTimeoutError: 'connection timed out',
  MongoServerSelectionError: 'no server can be reached',
}

/**
 * Does MongoDB answer a ping? Takes the driver's `MongoClient` or `Db`, or a connection of Mongoose, that the application
 * has, or a function that returns the current one. A `MongoClient` that has not connected yet does so with the first
 * probe, as it would with any operation.
 *
 * UP `connected`. DEGRADED `no free connection` while the pool is saturated (DOWN past `saturatedForMs`), or `no primary
 * elected` where a secondary will do. DOWN `no primary elected`, `authentication failed`, `connection refused`, or another
 * text of the fixed vocabulary. Data: `nodes` that the client knows of and how many of them are `up`.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { mongodb } from 'hale/checks/mongodb'
 * import { MongoClient } from 'mongodb'
 *
 * const client = new MongoClient('mongodb://127.0.0.1/orders')
 * const health = createHealth({ checks: { database: mongodb(client) } })
 * ```
 */
export function mongodb(
  client: ClientOf<MongodbSource>,
  options: MongodbCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as MongodbCheckOptions
  const { readPreference, saturatedAs, saturatedForMs, ...rest } = given
  const preference = problems.oneOf('readPreference', readPreference, preferences) ?? 'primary'
  const saturation = new Saturation(problems, given)
  return clientCheck<MongodbSource>({
    client,
    expected: 'a MongoClient, a Db or a connection of Mongoose',
    isClient,
    problems,
    options: rest,
    ownOptions: ['readPreference', ...saturationOptions],
    textOf,
    ask: async (current, context) => {
      const source = await connectedSource(current, context)
      return typeof source === 'string' ? down(source) : ask(source, preference, saturation, context)
    },
  })
}

/** Mongoose has no client until it has connected for the first time; a lost connection is the driver's to mend. */
async function connectedSource(
  source: MongodbSource,
  context: CheckContext,
): Promise<MongodbClient | MongodbDatabase | string> {
  if (!isMongoose(source)) return source
  const isThere = () => source.db !== undefined && source.db !== null
  if (source.readyState === 2) await hasFreeConnection(isThere, context)
  if (!isThere() || source.readyState === 3) return 'not connected'
  const client = source.getClient()
  return hasMethod(client, 'db') ? (client as MongodbClient) : 'not connected'
}

async function ask(
  source: MongodbClient | MongodbDatabase,
  readPreference: string,
  saturation: Saturation,
  context: CheckContext,
): Promise<Outcome> {
  const giveUp = new AbortController()
  const abort = (): void => giveUp.abort(context.signal.reason)
  context.signal.addEventListener('abort', abort, { once: true })
  const database = 'command' in source ? source : source.db('admin')
  const view = new DriverView(source)
  let settled = false
  try {
    const answer = unlessAborted(
      database.command({ ping: 1 }, { readPreference, signal: giveUp.signal }),
      giveUp.signal,
    )
    // The driver selects a server, or waits for a connection, for 30 s: half of the time tells which it is.
    settled = await settlesWithin(answer, context.timeoutMs / 2)
    if (!settled) {
      if (view.isSaturated()) return saturation.outcome(context, view.data())
      const lack = view.lack()
      if (typeof lack === 'string') return down(lack, view.data())
      if (lack !== undefined) throw lack.error
    }
    await answer
    settled = true
    saturation.end()
    const alone = readPreference === 'primaryPreferred' && view.type() === 'ReplicaSetNoPrimary'
    return (alone ? degraded : up)(alone ? noPrimary : 'connected', view.data())
  } finally {
    // Else the ping would go on to wait for a server, and the driver to look for one every half second.
    if (!settled) giveUp.abort(new DOMException('given up', 'AbortError'))
    context.signal.removeEventListener('abort', abort)
  }
}

const noPrimary = 'no primary elected'

interface ServerState {
  readonly type?: unknown
  readonly error?: unknown
}

interface Pool {
  readonly waitQueueSize?: unknown
  readonly availableConnectionCount?: unknown
}

interface Topology {
  readonly description?: { readonly type?: unknown; readonly servers?: ReadonlyMap<string, ServerState> }
  readonly s?: { readonly servers?: ReadonlyMap<string, { readonly pool?: Pool }> }
}

/** What the driver knows, as far as its structure shows it. Without it the check tells less, and still works. */
class DriverView {
  readonly #client: { readonly topology?: Topology }

  constructor(source: MongodbClient | MongodbDatabase) {
    const { client } = source as { client?: unknown }
    this.#client = (hasMethod(client, 'db') ? client : source) as { topology?: Topology }
  }

  type(): unknown {
    return this.#client.topology?.description?.type
  }

  /** Why no server can be selected: that there is no primary, or the error of the first server; undefined otherwise. */
  lack(): string | { readonly error: unknown } | undefined {
    const servers = this.#servers()
    if (servers.some(({ type }) => type !== 'Unknown'))
      return this.type() === 'ReplicaSetNoPrimary' ? noPrimary : undefined
    const error = servers.find((server) => server.error !== undefined && server.error !== null)?.error
    return error === undefined ? undefined : { error }
  }

  /** Whether operations wait for a connection of a pool that has none left. */
  isSaturated(): boolean {
    const servers = this.#client.topology?.s?.servers
    if (!(servers instanceof Map)) return false
    return [...servers.values()].some(({ pool }: { pool?: Pool }) => {
      const { waitQueueSize, availableConnectionCount } = pool ?? {}
      return Number(waitQueueSize) > 0 && availableConnectionCount === 0 && isFull(pool as object)
    })
  }

  data(): object | undefined {
    const servers = this.#servers()
    if (servers.length === 0) return undefined
    return { nodes: servers.length, up: servers.filter(({ type }) => type !== 'Unknown').length }
  }

  #servers(): readonly ServerState[] {
    const servers = this.#client.topology?.description?.servers
    return servers instanceof Map ? [...servers.values()] : []
  }
}

function isFull(pool: object): boolean {
  const { currentCheckedOutCount, options } = pool as {
    currentCheckedOutCount?: unknown
    options?: { maxPoolSize?: unknown }
  }
  const most = Number(options?.maxPoolSize)
  return most > 0 && Number(currentCheckedOutCount) >= most
}

function textOf(error: unknown): string | undefined {
  const { name, codeName } = (error ?? {}) as { name?: unknown; codeName?: unknown }
  if (typeof codeName === 'string' && Object.hasOwn(codeNames, codeName)) return codeNames[codeName]
  // A cause says more than the name of what wraps it, and is the engine's to look for.
  const hasCause = (error as { cause?: unknown } | undefined)?.cause !== undefined
  if (typeof name === 'string' && Object.hasOwn(errorNames, name) && !hasCause) return errorNames[name]
  return /^connection \d+ to .* closed$/.test(messageOf(error)) ? 'connection closed' : undefined
}

function isMongoose(value: unknown): value is MongooseConnection {
  return hasMethod(value, 'getClient') && typeof (value as MongooseConnection).readyState === 'number'
}

function isClient(value: unknown): value is MongodbSource {
  // The clients of Redis too have `command`.
  return (
    hasMethod(value, 'db', 'startSession') || hasMethod(value, 'command', 'collection') || isMongoose(value)
  )
}

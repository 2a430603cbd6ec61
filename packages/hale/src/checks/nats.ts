import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { lastRefusalOf } from '../check-parts/nats/last-refusal.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'

/** A `NatsConnection`. */
export interface NatsConnection {
  rtt(): PromiseLike<number>
  isClosed(): boolean
  isDraining(): boolean
}

/** A `JetStreamManager`. */
export interface NatsJetStream {
  readonly streams: object
  getAccountInfo(): PromiseLike<JetStreamAccount>
}

/** What an account has and may have of JetStream; a limit below 1 is none. */
export interface JetStreamUsage {
  readonly memory: number
  readonly storage: number
  readonly streams: number
  readonly consumers: number
  readonly limits: {
    readonly max_memory: number
    readonly max_storage: number
    readonly max_streams: number
    readonly max_consumers: number
  }
}

/** An account, by its replication tiers where it has them. */
export interface JetStreamAccount extends JetStreamUsage {
  readonly tiers?: { readonly [tier: string]: JetStreamUsage | undefined }
}

/** A client that the application has, known by its structure. */
export type NatsClient = NatsConnection | NatsJetStream

/** Options of `nats`. Durations are milliseconds. */
export interface NatsCheckOptions extends DependencyCheckOptions {
  /**
   * How much of its limits the account may use of JetStream, as a share between 0 and 1: the fullest of storage,
   * memory, streams and consumers counts. At 1 nothing more is stored.
   * @default { degradedAt: 0.9 }
   */
  readonly usage?: Thresholds
}

const texts: Readonly<Record<string, string>> = {
  ClosedConnectionError: 'connection closed',
  DrainingConnectionError: 'connection draining',
  AuthorizationError: 'authentication failed',
  UserAuthenticationExpiredError: 'authentication failed',
  PermissionViolationError: 'permission denied',
  JetStreamNotEnabled: 'JetStream not available',
  JetStreamApiError: 'JetStream not available',
}

/**
 * Does NATS answer, and has JetStream room? Takes the `NatsConnection` of @nats-io/transport-node (or of its WebSocket
 * kin), or the `JetStreamManager` of @nats-io/jetstream that the application has, or a function that returns it.
 *
 * UP `connected`. DEGRADED or DOWN `JetStream almost full` past the thresholds of `usage`. DOWN `not connected` at
 * once while the client reconnects, `authentication failed` when its login is refused meanwhile, `connection closed`,
 * `connection draining`, `JetStream not available`, or another text of the fixed vocabulary. Data of a
 * `JetStreamManager`: `streams`, `consumers`, `storageBytes`, `memoryBytes`, and `share`, how much of the account's
 * limits is used, where it has any.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { nats } from 'hale/checks/nats'
 * import { jetstreamManager } from '@nats-io/jetstream'
 * import { connect } from '@nats-io/transport-node'
 *
 * const connection = await connect({ servers: 'nats.internal' })
 * const streams = await jetstreamManager(connection)
 * const health = createHealth({
 *   checks: { nats: nats(connection), streams: nats(streams, { usage: { degradedAt: 0.8, downAt: 0.98 } }) },
 * })
 * ```
 */
export function nats(
  client: ClientOf<NatsClient>,
  options: NatsCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { usage, ...rest } = problems.object('options', options) as NatsCheckOptions
  const limits = limitsOf(problems, 'usage', usage, {
    unit: 'share',
    defaults: { degradedAt: 0.9 },
  })
  if (usage !== undefined && isConnection(client))
    problems.add('usage', 'expected the JetStreamManager as the client rather than the connection')
  return clientCheck<NatsClient>({
    client,
    expected: 'a NatsConnection or a JetStreamManager',
    isClient,
    problems,
    options: rest,
    ownOptions: ['usage'],
    textOf,
    ask: async (current) => {
      // A request is kept for the next connection while there is none, rtt() says so at once.
      const connection = isConnection(current) ? current : connectionOf(current)
      const absent = connection === undefined ? undefined : await absence(connection)
      if (absent !== undefined) return down(absent)
      if (isConnection(current)) return up('connected')
      const account = await current.getAccountInfo()
      const share = fullest(account)
      const { streams, consumers, storage, memory } = account
      const data = { streams, consumers, storageBytes: storage, memoryBytes: memory }
      if (share === undefined) return up('connected', data)
      const grade = limits.grade(share)
      const shown = { ...data, share: rounded(share) }
      return graded(grade, grade === 'UP' ? 'connected' : 'JetStream almost full', shown)
    },
  })
}

/** Why a connection does not answer, if its client says so in place of the server. */
async function absence(connection: NatsConnection): Promise<string | undefined> {
  const refusal = lastRefusalOf(connection)
  if (connection.isClosed()) {
    if (refusal !== undefined) throw refusal
    return 'connection closed'
  }
  if (connection.isDraining()) return 'connection draining'
  try {
    await connection.rtt()
    return undefined
  } catch (error) {
    throw isDisconnected(error) ? (lastRefusalOf(connection) ?? error) : error
  }
}

function fullest(account: JetStreamAccount): number | undefined {
  const shares = [account, ...Object.values(account.tiers ?? {})].flatMap((tier) => {
    const { limits, storage, memory, streams, consumers } = tier ?? account
    return [
      storage / limits.max_storage,
      memory / limits.max_memory,
      streams / limits.max_streams,
      consumers / limits.max_consumers,
    ]
  })
  // A limit of -1 or 0 is none.
  const limited = shares.filter((share) => Number.isFinite(share) && share >= 0 && !Object.is(share, -0))
  return limited.length === 0 ? undefined : Math.max(...limited)
}

function connectionOf(manager: NatsJetStream): NatsConnection | undefined {
  const { nc } = manager as { readonly nc?: unknown }
  return isConnection(nc) ? nc : undefined
}

function isConnection(value: unknown): value is NatsConnection {
  return hasMethod(value, 'rtt', 'isClosed', 'isDraining')
}

function isClient(value: unknown): value is NatsClient {
  if (isConnection(value)) return true
  if (!hasMethod(value, 'getAccountInfo')) return false
  // Clients of ledgers and exchanges have accounts too.
  return typeof (value as { readonly streams?: unknown }).streams === 'object'
}

function isDisconnected(error: unknown): boolean {
  return messageOf(error) === 'connection disconnected'
}

// The errors have no codes; of a request the cause says why.
function textOf(error: unknown): string | undefined {
  if (isDisconnected(error)) return 'not connected'
  const { name, cause } = Object(error) as { readonly name?: unknown; readonly cause?: unknown }
  for (const known of [name, Object(cause).name])
    if (typeof known === 'string' && Object.hasOwn(texts, known)) return texts[known]
  return undefined
}

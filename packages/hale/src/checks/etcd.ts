import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Limits, type Thresholds } from '../check-parts/judging/thresholds.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'

/** The client of etcd3, known by its structure. */
export interface EtcdClient {
  get(key: string): { exec(): PromiseLike<unknown> }
  readonly maintenance: { status(): PromiseLike<EtcdStatus> }
}

/** What a member says of itself. */
export interface EtcdStatus {
  readonly leader: string
  readonly dbSize: string
  readonly dbSizeInUse: string
  readonly errors: readonly string[]
}

/** Options of `etcd`. Durations are milliseconds. */
export interface EtcdCheckOptions extends DependencyCheckOptions {
  /** How large the database of the member may be, in bytes; past its quota, 2 GB by default, etcd refuses writes. */
  readonly sizeBytes?: Thresholds
}

const texts: Readonly<Record<string, string>> = {
  BrokenCircuitError: 'not connected',
  ClientClosedError: 'client closed',
  GRPCUnavailableError: 'connection failed',
  GRPCConnectFailedError: 'connection failed',
  GRPCDeadlineExceededError: 'timed out waiting for an answer',
  GRPCUnauthenticatedError: 'authentication failed',
  GRPCPermissionDeniedError: 'permission denied',
  GRPCCancelledError: 'connection closed',
  EtcdAuthenticationFailedError: 'authentication failed',
  EtcdInvalidAuthTokenError: 'authentication failed',
  EtcdRoleNotFoundError: 'authentication failed',
  EtcdRoleNotGrantedError: 'permission denied',
  EtcdPermissionDeniedError: 'permission denied',
  EtcdNoLeaderError: 'no leader',
}

/**
 * Has the etcd cluster a quorum? Takes the client of etcd3 that the application has, or a function that returns it.
 *
 * It reads one key through the quorum (`health`, which need not exist and may be forbidden: refusing needs a quorum
 * too), and asks the member for its status. UP `connected`. DEGRADED `no space left` when the database has reached its
 * quota and writes are refused, `database large` past the thresholds. DOWN `no leader`, `not connected` while the client
 * waits to try again, `database corrupt`, or another text of the fixed vocabulary. Data: `sizeBytes` and `usedBytes` of
 * the member asked.
 *
 * No deadline is given to the client: etcd3 takes a passed one for a broken host, and would make no call of the
 * application to it for 5 s. In its place at most one read and one question for the status are owed by each client.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { etcd } from 'hale/checks/etcd'
 * import { Etcd3 } from 'etcd3'
 *
 * const client = new Etcd3({ hosts: 'https://etcd.internal:2379' })
 * const health = createHealth({ checks: { etcd: etcd(client, { sizeBytes: { degradedAt: 1.5e9 } }) } })
 * ```
 */
export function etcd(
  client: ClientOf<EtcdClient>,
  options: EtcdCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { sizeBytes, ...rest } = problems.object('options', options) as EtcdCheckOptions
  const limits = limitsOf(problems, 'sizeBytes', sizeBytes, { unit: 'bytes' })
  // Apart: without a leader a read waits for one, for ever, while a member goes on telling of itself.
  const reads = new OneQuestion<unknown>()
  const states = new OneQuestion<EtcdStatus | undefined>()
  return clientCheck<EtcdClient>({
    client,
    expected: 'a client of etcd3',
    isClient,
    problems,
    options: rest,
    ownOptions: ['sizeBytes'],
    textOf,
    ask: async (current, context) => {
      const read = reads.ask(current, context, () => unlessForbidden(current.get('health').exec()))
      // Awaited second: it may fail before the status is there.
      read.catch(() => {})
      const status = await states.ask(current, context, () => unlessForbidden(current.maintenance.status()))
      if (status?.leader === '0') return down('no leader')
      await read
      return judged(status, limits)
    },
  })
}

function judged(status: EtcdStatus | undefined, limits: Limits): Outcome {
  if (status === undefined) return up('connected')
  const data = { sizeBytes: Number(status.dbSize), usedBytes: Number(status.dbSizeInUse) }
  const alarms = status.errors.join(' ')
  if (/\bCORRUPT\b/.test(alarms)) return down('database corrupt', data)
  if (/\bNOSPACE\b/.test(alarms)) return degraded('no space left', data)
  const grade = limits.grade(data.sizeBytes)
  return graded(grade, grade === 'UP' ? 'connected' : 'database large', data)
}

async function unlessForbidden<T>(answer: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (nameOf(error) === 'EtcdPermissionDeniedError') return undefined
    throw error
  }
}

/** Its errors are told apart by their classes alone. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : ''
}

function textOf(error: unknown): string | undefined {
  // Of a client that has credentials, which it hands over before anything else.
  if (messageOf(error).endsWith('etcdserver: authentication is not enabled'))
    return 'authentication not enabled'
  const name = nameOf(error)
  return Object.hasOwn(texts, name) ? texts[name] : undefined
}

function isClient(value: unknown): value is EtcdClient {
  return hasMethod(value, 'get') && hasMethod((value as { maintenance?: unknown }).maintenance, 'status')
}

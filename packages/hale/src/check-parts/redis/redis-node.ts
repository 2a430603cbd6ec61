import type { CheckContext } from '../../core/check.ts'
import { messageOf } from '../asking/client-check.ts'
import { forgetErrorOf, lastErrorOf } from '../asking/last-error.ts'
import { OneQuestion, settlesWithin } from '../asking/one-question.ts'
import { hasMethod } from '../asking/structure.ts'
import { hasFreeConnection } from '../pools/free-connection.ts'
import { isPoolTimeout, knowsLess } from './redis-errors.ts'

/** What one Redis has said, or its client in its place. */
export interface RedisAnswer {
  /** Why it was not asked, in a safe text. */
  readonly absent?: string
  /** All connections of a pool of clients are in use. */
  readonly saturated?: boolean
  /** It reads but does not write, because its last save failed. */
  readonly refusesWrites?: boolean
  readonly role?: string | undefined
  /** Whether a node of a cluster knows of somebody who serves each slot. */
  readonly slotsServed?: boolean
  /** Whether a replica has its master. */
  readonly linked?: boolean
  /** The share of `maxmemory` in use; undefined without a limit. */
  readonly memory?: number | undefined
}

/** What is asked beside PING. */
export interface RedisQuestions {
  readonly replication?: boolean
  readonly memory?: boolean
  readonly cluster?: boolean
}

/** The parts of ioredis, node-redis and its pool that tell their state, where they are there. */
interface ClientState {
  readonly status?: unknown
  readonly isOpen?: unknown
  readonly isReady?: unknown
  readonly tasksQueueLength?: unknown
}

interface Commands {
  ping(): PromiseLike<unknown>
  info(section: string): PromiseLike<unknown>
  cluster(subcommand: string): PromiseLike<unknown>
  clusterInfo(): PromiseLike<unknown>
}

/** Said for a node of a cluster that refuses every command, because nobody serves some of the slots. */
export const clusterDown = 'cluster down'

type State = 'ready' | 'connecting' | 'reconnecting' | 'client closed' | 'not connected'

/** Asks single connections, and remembers what is still owed and what went wrong. */
export class RedisNodes {
  readonly #owed = new OneQuestion<RedisAnswer>()
  readonly #loading = new OneQuestion<unknown>()

  /** @throws what the server or the client says when it does not answer */
  async ask(connection: object, questions: RedisQuestions, context: CheckContext): Promise<RedisAnswer> {
    const absent = await this.absence(connection, context)
    if (absent !== undefined) return { absent }
    const answer = this.#owed.ask(connection, context, () => inquire(connection as Commands, questions))
    return isPool(connection) ? answerOfPool(connection, answer, context) : answer
  }

  /** Asks one whose connection the client opens when it is first needed. */
  late(
    node: object,
    open: () => PromiseLike<object>,
    questions: RedisQuestions,
    context: CheckContext,
  ): Promise<RedisAnswer> {
    return this.#owed.ask(node, context, async () => inquire((await open()) as Commands, questions))
  }

  /**
   * Why commands would wait in the client's offline queue, if they would. A client that is just connecting is given
   * half of the check's time.
   */
  async absence(client: object, context: CheckContext): Promise<string | undefined> {
    if (stateOf(client) === 'ready') {
      // A pool is ready whether its clients are connected or not.
      if (isPool(client)) lastErrorOf(client)
      else forgetErrorOf(client)
      return undefined
    }
    if (lastErrorOf(client) === undefined)
      await hasFreeConnection(() => stateOf(client) !== 'connecting', context)
    const state = stateOf(client)
    if (state === 'ready') return undefined
    const error = lastErrorOf(client)
    if (error !== undefined) throw error
    // ioredis, connected, waits for a server that loads its data; INFO is what it would let through.
    if ((client as ClientState).status === 'connect' && hasMethod(client, 'info')) {
      const info = await this.#loading.ask(client, context, () => (client as Commands).info('persistence'))
      if (fieldOf(info, 'loading') === '1') return 'loading its data'
    }
    return state === 'connecting' ? 'not connected' : state
  }
}

function isPool(client: object): boolean {
  return typeof (client as ClientState).tasksQueueLength === 'number'
}

/** Of its run's time, what is left to the answer before a pool is judged by what its clients have said last. */
const patience = 0.9

/**
 * Its clients connect and log in by themselves, and a command waits for that as long as it takes: why it does is told by
 * the errors they emit, until one is answered again.
 */
async function answerOfPool(
  pool: object,
  answer: Promise<RedisAnswer>,
  context: CheckContext,
): Promise<RedisAnswer> {
  const until = context.now() + context.timeoutMs * patience
  let settled = false
  const settle = (): void => {
    settled = true
  }
  answer.then(settle, settle)
  const isTaken = (): boolean => settled || (pool as ClientState).tasksQueueLength === 0
  if (!(await hasFreeConnection(isTaken, context))) return { saturated: true }
  const told = lastErrorOf(pool)
  if (told !== undefined && !(await settlesWithin(answer, Math.max(0, until - context.now())))) throw told
  try {
    const given = await answer
    forgetErrorOf(pool)
    return given
  } catch (error) {
    if (isPoolTimeout(error)) return { saturated: true }
    throw knowsLess(error) ? (lastErrorOf(pool) ?? error) : error
  }
}

function stateOf(client: object): State {
  const { status, isOpen, isReady } = client as ClientState
  if (typeof status === 'string') {
    // `wait` is a client that connects with its first command: nothing else would ever make it.
    if (status === 'connecting' || status === 'connect') return 'connecting'
    if (status === 'reconnecting' || status === 'close') return 'reconnecting'
    return status === 'end' || status === 'disconnecting' ? 'client closed' : 'ready'
  }
  if (isOpen === false) return 'not connected'
  return isReady === false ? 'connecting' : 'ready'
}

async function inquire(connection: Commands, questions: RedisQuestions): Promise<RedisAnswer> {
  const { replication = false, memory = false, cluster = false } = questions
  const info = (wanted: boolean, section: string) => (wanted ? connection.info(section) : undefined)
  const [refusesWrites, clusterInfo, replicationInfo, memoryInfo] = await Promise.all([
    refuses(connection),
    cluster ? clusterInfoOf(connection) : undefined,
    info(replication, 'replication'),
    info(memory, 'memory'),
  ])
  if (fieldOf(clusterInfo, 'cluster_state') === 'fail') return { absent: clusterDown }
  const limit = Number(fieldOf(memoryInfo, 'maxmemory'))
  return {
    refusesWrites,
    slotsServed: fieldOf(clusterInfo, 'cluster_slots_ok') === '16384',
    role: fieldOf(replicationInfo, 'role'),
    linked: fieldOf(replicationInfo, 'master_link_status') !== 'down',
    memory: limit > 0 ? Number(fieldOf(memoryInfo, 'used_memory')) / limit : undefined,
  }
}

/** Redis answers PING with MISCONF once a save has failed, and goes on reading. */
async function refuses(connection: Commands): Promise<boolean> {
  try {
    await connection.ping()
    return false
  } catch (error) {
    if (messageOf(error).startsWith('MISCONF ')) return true
    throw error
  }
}

async function clusterInfoOf(connection: Commands): Promise<unknown> {
  try {
    return await (hasMethod(connection, 'clusterInfo')
      ? connection.clusterInfo()
      : connection.cluster('INFO'))
  } catch {
    // Without the right to ask this, PING has to do.
    return undefined
  }
}

function fieldOf(info: unknown, name: string): string | undefined {
  return typeof info === 'string' ? new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1] : undefined
}

import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { hasMethod, isSo } from '../check-parts/asking/structure.ts'
import { warnOfUnheardErrors } from '../check-parts/asking/unheard-errors.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds, worstGrade } from '../check-parts/judging/thresholds.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'

/** An amqplib connection of the promise or the callback API, also one that recovers by itself. */
export interface RabbitmqConnection {
  createChannel(callback: never): unknown
  createConfirmChannel(callback: never): unknown
}

/** An amqplib channel of the promise or the callback API. */
export interface RabbitmqChannel {
  readonly connection: object
  checkExchange(exchange: string, callback: never): unknown
  checkQueue(queue: string, callback: never): unknown
}

/** A client that the application has, known by its structure. */
export type RabbitmqClient = RabbitmqConnection | RabbitmqChannel

/** Options of `rabbitmq`. Durations are milliseconds. */
export interface RabbitmqCheckOptions extends DependencyCheckOptions {
  /**
   * A queue to look at. It is never created, and needs a connection rather than a channel: asking for a queue that
   * is missing closes the channel.
   */
  readonly queue?: string
  /** How many messages may wait in the queue: those that have not been handed to a consumer. */
  readonly messages?: Thresholds
  /** How few consumers the queue may have: from this number downwards. */
  readonly consumers?: Thresholds
  /**
   * What a connection counts as whose publishing the broker has stopped, because it is short of memory or disk.
   * @default 'DEGRADED'
   */
  readonly blockedAs?: 'DEGRADED' | 'DOWN'
}

// What is read of the channel beside its methods.
interface Channel extends RabbitmqChannel {
  readonly connection: Blockable
  on?(event: string, listener: () => void): unknown
}

interface Blockable {
  readonly blocked?: boolean
  on?(event: string, listener: () => void): unknown
  removeListener?(event: string, listener: () => void): unknown
}

interface QueueState {
  readonly messageCount?: unknown
  readonly consumerCount?: unknown
}

// AMQP 0-9-1 has every broker declare it in every virtual host, and nobody can delete it.
const knownExchange = 'amq.direct'

const replies: Readonly<Record<number, string>> = {
  403: 'permission denied',
  404: 'queue not found',
  405: 'queue locked by another connection',
  320: 'connection closed',
  541: 'broker internal error',
}

/**
 * Does RabbitMQ answer? Takes the amqplib connection or channel that the application has, of the promise or the
 * callback API, or a function that returns the current one, since amqplib does not reconnect unless told to.
 *
 * It asks whether `amq.direct`, which every virtual host has, is there; with `queue`, how many messages and consumers
 * that has. On a connection it keeps one channel of its own for as long as the connection lasts. UP `connected`.
 * DEGRADED or DOWN past the thresholds: `too many messages`, `too few consumers`; DEGRADED `blocked by the broker`
 * when that has stopped this connection's publishing, short of memory or disk. DOWN with a text of the fixed
 * vocabulary otherwise (`connection closed`, `queue not found`, `permission denied` …). Data with a queue: `messages`
 * and `consumers` as numbers.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { rabbitmq } from 'hale/checks/rabbitmq'
 * import { connect } from 'amqplib'
 *
 * const connection = await connect('amqp://broker.internal', { recovery: { waitForConnect: false } })
 * connection.on('error', (error) => console.error(error.message))
 * const health = createHealth({
 *   checks: { broker: rabbitmq(connection, { queue: 'orders', messages: { degradedAt: 1_000, downAt: 50_000 } }) },
 * })
 * ```
 */
export function rabbitmq(
  client: ClientOf<RabbitmqClient>,
  options: RabbitmqCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as RabbitmqCheckOptions
  const { queue, messages, consumers, blockedAs, ...rest } = given
  const blocked = problems.oneOf('blockedAs', blockedAs, ['DEGRADED', 'DOWN']) === 'DOWN' ? down : degraded
  const judge = judgeOf(problems, given)
  if (queue !== undefined && isSo(() => isChannel(client)))
    problems.add(
      'queue',
      'expected the connection as the client rather than a channel, which a missing queue closes',
    )
  const channels = ownChannels()
  return clientCheck<RabbitmqClient>({
    client,
    expected: 'an amqplib connection or channel',
    isClient,
    problems,
    options: rest,
    ownOptions: ['queue', 'messages', 'consumers', 'blockedAs'],
    textOf,
    ask: async (current, context) => {
      warnOfUnheardErrors(context, current, isChannel(current) ? 'channel' : 'connection')
      if (isChannel(current) && queue !== undefined) return down('a channel cannot be asked for its queue')
      // A connection that recovers by itself keeps those waiting who want a channel while there is none.
      if (isRecovering(current)) return down('not connected')
      const channel = isChannel(current) ? current : await channels(current)
      const answer = await answerOf(channel, queue)
      if (answer === 'blocked') return blocked('blocked by the broker')
      return queue === undefined ? up('connected') : judge(answer)
    },
  })
}

/**
 * A blocked connection is not read by the broker: nothing would be answered. It may become so while the question is
 * on its way.
 */
async function answerOf(channel: Channel, queue: string | undefined): Promise<QueueState | 'blocked'> {
  const { connection } = channel
  if (connection.blocked === true) return 'blocked'
  let tell = () => {}
  const told = new Promise<'blocked'>((resolve) => {
    tell = () => resolve('blocked')
  })
  connection.on?.('blocked', tell)
  try {
    const answer = called<QueueState>((callback) =>
      queue === undefined
        ? channel.checkExchange(knownExchange, callback)
        : channel.checkQueue(queue, callback),
    )
    return await Promise.race([answer, told])
  } finally {
    connection.removeListener?.('blocked', tell)
  }
}

/** Keeps one channel of each connection that it is asked for: a function may hand out those of a pool in turn. */
function ownChannels(): (connection: RabbitmqConnection) => Promise<Channel> {
  const channels = new WeakMap<RabbitmqConnection, Promise<Channel>>()
  return (connection) => {
    const known = channels.get(connection)
    if (known !== undefined) return known
    const channel = called<Channel>((callback) => connection.createChannel(callback))
    channels.set(connection, channel)
    const forget = (): void => {
      channels.delete(connection)
    }
    channel.then((opened) => {
      // An error event that nobody listens to ends the process.
      opened.on?.('error', () => {})
      opened.on?.('close', forget)
    }, forget)
    return channel
  }
}

/** Calls a method of either API: the promise API takes no notice of the callback. */
function called<T>(call: (callback: never) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, value: T) => {
      if (error === null || error === undefined) resolve(value)
      else reject(error)
    }
    const returned = call(callback as never)
    if (hasMethod(returned, 'then')) (returned as PromiseLike<T>).then(resolve, reject)
  })
}

function judgeOf(
  problems: Problems,
  { queue, messages, consumers }: RabbitmqCheckOptions,
): (state: QueueState) => Outcome {
  if (problems.string('queue', queue) === '') problems.add('queue', 'expected a name, got an empty string')
  for (const [name, pair] of Object.entries({ messages, consumers })) {
    if (pair !== undefined && queue === undefined) problems.add(name, 'expected the option queue with it')
  }
  const depth = limitsOf(problems, 'messages', messages, { unit: 'messages' })
  const audience = limitsOf(problems, 'consumers', consumers, {
    unit: 'consumers',
    worse: 'less',
  })
  return ({ messageCount, consumerCount }) => {
    const data = { messages: Number(messageCount), consumers: Number(consumerCount) }
    const grades = { messages: depth.grade(data.messages), consumers: audience.grade(data.consumers) }
    const worst = worstGrade(Object.values(grades))
    if (worst === 'UP') return up('connected', data)
    return graded(worst, grades.consumers === worst ? 'too few consumers' : 'too many messages', data)
  }
}

// Wrappers that make connections anew have these methods too, but no connection: they resolve while there is none.
function isChannel(value: unknown): value is RabbitmqChannel {
  if (!hasMethod(value, 'checkQueue', 'checkExchange')) return false
  const { connection } = value as { readonly connection?: unknown }
  return typeof connection === 'object' && connection !== null
}

// amqplib tells by events alone whether it is connected; what it keeps for itself knows it from the first run on.
function isRecovering(client: RabbitmqClient): boolean {
  const { _core: core } = client as { readonly _core?: { readonly _model?: unknown } }
  return core?._model === null
}

function isClient(value: unknown): value is RabbitmqClient {
  return isChannel(value) || hasMethod(value, 'createChannel', 'createConfirmChannel')
}

function textOf(error: unknown): string | undefined {
  const message = messageOf(error)
  // Only in the message is told what a login was refused for.
  if (/^Handshake terminated by server: 403\b/.test(message)) return 'authentication failed'
  if (message === 'Socket closed abruptly during opening handshake') return 'connection closed'
  if (message === 'Channel ended, no reply will be forthcoming') return 'connection closed'
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown }
  if (typeof code === 'number' && Object.hasOwn(replies, code)) return replies[code]
  if (name !== 'IllegalOperationError') return undefined
  return message.startsWith('Channel') ? 'channel closed' : 'connection closed'
}

import type { CheckContext } from '../../core/check.ts'
import { systemClock } from '../../core/clock.ts'
import { FewQuestions } from '../asking/few-questions.ts'
import { hasMethod } from '../asking/structure.ts'
import { type KafkaAnswer, type KafkaQuestions, lagOf } from './kafka-answer.ts'
import { kafkaRefusal } from './kafka-errors.ts'

/** The `Admin` of kafkajs. */
export interface KafkajsAdmin {
  describeCluster(): PromiseLike<{ readonly brokers: readonly unknown[]; readonly controller: number | null }>
  fetchTopicMetadata(options: {
    topics: string[]
  }): PromiseLike<{ readonly topics: readonly { readonly partitions: readonly KafkajsPartition[] }[] }>
  fetchOffsets(options: { groupId: string; topics: string[] }): PromiseLike<
    readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
    }[]
  >
  fetchTopicOffsets(
    topic: string,
  ): PromiseLike<readonly { readonly partition: number; readonly high: string }[]>
}

/** A partition as kafkajs tells of it. */
export interface KafkajsPartition {
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

interface Events {
  readonly events: { readonly CONNECT: string; readonly DISCONNECT: string }
  on(event: string, listener: () => void): unknown
}

/** How many questions may be owed: retries of kafkajs take ten seconds and more, a frozen broker thirty. */
const mostOwed = 3
/** After this share of its time, a run asks once more. */
const secondAfter = 0.4

export function isKafkajsAdmin(value: unknown): value is KafkajsAdmin {
  const methods = ['describeCluster', 'fetchTopicMetadata', 'fetchOffsets', 'fetchTopicOffsets']
  return hasMethod(value, ...methods)
}

/** Of all checks together, lest each of them adds its listeners. */
const states = new WeakMap<object, { closed: boolean }>()

/** Whether the application has disconnected it; any question would connect it again. Known from the first call on. */
export function isKafkajsClosed(admin: KafkajsAdmin): boolean {
  const known = states.get(admin)
  if (known !== undefined) return known.closed
  const state = { closed: false }
  states.set(admin, state)
  const { events, on } = admin as Partial<Events>
  if (events === undefined || on === undefined) return false
  on(events.CONNECT, () => {
    state.closed = false
  })
  on(events.DISCONNECT, () => {
    state.closed = true
  })
  return false
}

/**
 * Asks through kafkajs. That chooses a broker by chance for each question, one that does not answer included, and waits
 * for it for half a minute: so a run asks a second time.
 */
export class Kafkajs {
  readonly #asking = new FewQuestions<KafkaAnswer>(mostOwed)

  /** @throws what kafkajs says when it gets no answer */
  ask(admin: KafkajsAdmin, questions: KafkaQuestions, context: CheckContext): Promise<KafkaAnswer> {
    const question = () => inquire(admin, questions)
    return this.#asking.askTwice(admin, context, question, context.timeoutMs * secondAfter)
  }
}

async function inquire(admin: KafkajsAdmin, questions: KafkaQuestions): Promise<KafkaAnswer> {
  const { brokers, topics, lag, group = '' } = questions
  // One after the other: kafkajs mixes its brokers up when it looks for them twice at the same time.
  const cluster = brokers || topics.length === 0 ? await clusterOf(admin) : undefined
  return {
    ...cluster,
    ...(topics.length > 0 && (await partitionsOf(admin, topics))),
    ...(lag && { lag: await lagBehind(admin, topics, group) }),
  }
}

/** How long after a question that none of its brokers took kafkajs is asked again, in milliseconds. */
const againMs = 20

async function clusterOf(admin: KafkajsAdmin, again = true): Promise<KafkaAnswer> {
  try {
    const { brokers, controller } = await admin.describeCluster()
    return { brokers: brokers.length, hasController: controller !== null }
  } catch (error) {
    // It asks for all topics of the cluster, and takes one without a leader for a failure of the whole.
    if (kafkaRefusal(error) === 'LEADER_NOT_AVAILABLE') return { isIncomplete: true }
    // It stumbles over the nothing that it has when each of its brokers has failed at the same moment.
    if (!again || !(error instanceof TypeError)) throw error
    await new Promise<void>((resolve) => systemClock.after(againMs, resolve))
    return clusterOf(admin, false)
  }
}

async function partitionsOf(admin: KafkajsAdmin, topics: readonly string[]): Promise<KafkaAnswer> {
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] })
  const all = metadata.topics.flatMap(({ partitions }) => partitions)
  const underReplicated = all.filter(({ replicas, isr }) => isr.length < replicas.length).length
  return { partitions: all.length, underReplicated }
}

async function lagBehind(admin: KafkajsAdmin, topics: readonly string[], groupId: string) {
  const [committed, ...ends] = await Promise.all([
    admin.fetchOffsets({ groupId, topics: [...topics] }),
    ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
  ])
  const offsets = new Map(
    committed.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}:${partition}`, BigInt(offset)]),
    ),
  )
  return lagOf(
    topics.flatMap((topic, index) =>
      (ends[index] ?? []).map(({ partition, high }) => ({
        end: BigInt(high),
        committed: offsets.get(`${topic}:${partition}`) ?? -1n,
      })),
    ),
  )
}

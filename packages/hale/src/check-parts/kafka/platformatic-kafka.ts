import type { CheckContext } from '../../core/check.ts'
import { FewQuestions } from '../asking/few-questions.ts'
import { hasMethod } from '../asking/structure.ts'
import { type KafkaAnswer, type KafkaQuestions, lagOf } from './kafka-answer.ts'

/** A client of `@platformatic/kafka`: `Admin`, `Consumer` or `Producer`. */
export interface PlatformaticKafkaClient {
  metadata(options: {
    topics: string[]
    forceUpdate: boolean
    autocreateTopics: boolean
  }): PromiseLike<PlatformaticKafkaMetadata>
  connectToBrokers(): PromiseLike<unknown>
}

/** What it knows of its cluster. */
export interface PlatformaticKafkaMetadata {
  readonly brokers: ReadonlyMap<number, unknown>
  readonly topics: ReadonlyMap<string, { readonly partitionsCount: number }>
}

/** A `Consumer` of `@platformatic/kafka`. */
export interface PlatformaticKafkaConsumer extends PlatformaticKafkaClient {
  readonly groupId: string
  listOffsets(options: { topics: string[] }): PromiseLike<ReadonlyMap<string, readonly bigint[]>>
  listCommittedOffsets(options: {
    topics: { topic: string; partitions: number[] }[]
  }): PromiseLike<ReadonlyMap<string, readonly bigint[]>>
}

export function isPlatformaticClient(value: unknown): value is PlatformaticKafkaClient {
  return hasMethod(value, 'metadata', 'connectToBrokers')
}

export function isPlatformaticConsumer(value: unknown): value is PlatformaticKafkaConsumer {
  return isPlatformaticClient(value) && hasMethod(value, 'listOffsets', 'listCommittedOffsets')
}

/** Asks clients of `@platformatic/kafka`: one question at a time, since none can be called back or is given up. */
export class PlatformaticKafka {
  readonly #asking = new FewQuestions<KafkaAnswer>(1)

  ask(
    client: PlatformaticKafkaClient,
    questions: KafkaQuestions,
    context: CheckContext,
  ): Promise<KafkaAnswer> {
    // Of two questions that are the same it puts one: a second one only helps when the first has failed.
    return this.#asking.askTwice(client, context, () => inquire(client, questions), context.timeoutMs)
  }
}

async function inquire(
  client: PlatformaticKafkaClient,
  { topics, lag }: KafkaQuestions,
): Promise<KafkaAnswer> {
  // It sorts the list that it is given, and would create topics if the application has told it to.
  const metadata = await client.metadata({ topics: [...topics], forceUpdate: true, autocreateTopics: false })
  const counts = topics.map((topic) => metadata.topics.get(topic)?.partitionsCount ?? 0)
  return {
    brokers: metadata.brokers.size,
    ...(topics.length > 0 && { partitions: counts.reduce((sum, count) => sum + count, 0) }),
    ...(lag && { lag: await lagBehind(client as PlatformaticKafkaConsumer, topics, counts) }),
  }
}

async function lagBehind(
  consumer: PlatformaticKafkaConsumer,
  topics: readonly string[],
  counts: readonly number[],
) {
  const [ends, committed] = await Promise.all([
    consumer.listOffsets({ topics: [...topics] }),
    consumer.listCommittedOffsets({
      topics: topics.map((topic, index) => ({ topic, partitions: [...Array(counts[index]).keys()] })),
    }),
  ])
  return lagOf(
    topics.flatMap((topic) =>
      (ends.get(topic) ?? []).map((end, index) => ({ end, committed: committed.get(topic)?.[index] ?? -1n })),
    ),
  )
}

import { type ClientOf, clientCheck } from '../check-parts/asking/client-check.ts'
import { isSo } from '../check-parts/asking/structure.ts'
import { limitsOf } from '../check-parts/judging/limits-of.ts'
import {
  graded,
  Limits,
  type Thresholds,
  thresholdOptions,
  worstGrade,
} from '../check-parts/judging/thresholds.ts'
import type { KafkaAnswer, KafkaQuestions } from '../check-parts/kafka/kafka-answer.ts'
import { kafkaText } from '../check-parts/kafka/kafka-errors.ts'
import { isKafkajsAdmin, isKafkajsClosed, Kafkajs, type KafkajsAdmin } from '../check-parts/kafka/kafkajs.ts'
import {
  isPlatformaticClient,
  isPlatformaticConsumer,
  PlatformaticKafka,
  type PlatformaticKafkaClient,
} from '../check-parts/kafka/platformatic-kafka.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { Thresholds } from '../check-parts/judging/thresholds.ts'
export type { KafkajsAdmin, KafkajsPartition } from '../check-parts/kafka/kafkajs.ts'
export type {
  PlatformaticKafkaClient,
  PlatformaticKafkaMetadata,
} from '../check-parts/kafka/platformatic-kafka.ts'

/** A client that the application has, known by its structure. */
export type KafkaClient = KafkajsAdmin | PlatformaticKafkaClient

/** How many messages a consumer group may be behind, over all partitions of the check's `topics`. */
export interface KafkaLagThresholds extends Thresholds {
  /** The group. A `Consumer` of `@platformatic/kafka` is asked for its own. */
  readonly group?: string
}

/** Options of `kafka`. Durations are milliseconds. */
export interface KafkaCheckOptions extends DependencyCheckOptions {
  /** How few brokers the cluster may have, from this number downwards. */
  readonly brokers?: Thresholds
  /**
   * The topics that the application needs: each must exist, and each of their partitions must have a leader. None is
   * ever created.
   */
  readonly topics?: readonly string[]
  /**
   * How many partitions of `topics` may have fewer replicas in sync than they should. kafkajs alone tells.
   * @default { degradedAt: 1 }
   */
  readonly underReplicated?: Thresholds
  /** How far a consumer group may be behind. */
  readonly lag?: KafkaLagThresholds
}

/**
 * Does Kafka answer, and do its consumers keep up? Takes the `Admin` of kafkajs or any client of `@platformatic/kafka`
 * (`Admin`, `Consumer`, `Producer`) that the application has and has connected, or a function that returns the current
 * one.
 *
 * UP `connected`: a broker has answered. DEGRADED or DOWN past the thresholds: `too few brokers`,
 * `too few replicas in sync`, `consumers lag behind`. DEGRADED `no controller`, `a partition has no leader` (of
 * somebody's topic, as kafkajs tells it), `nothing committed` (by that group, although there is something to read). DOWN
 * `client closed`, or with a text of the fixed vocabulary otherwise (`connection refused`, `topic not found`,
 * `a partition has no leader`, `authentication failed`, `timed out after 500 ms` …). Data: `brokers`; `partitions` and
 * `underReplicated` of the topics; `lag`.
 *
 * It creates no topic and joins no group, and connects to nothing but the client's brokers. Clients repeat what fails,
 * and cannot be called back: a run ends by its timeout, and three questions are owed at most.
 *
 * @example
 * ```ts
 * import { setTimeout as delay } from 'node:timers/promises'
 * import { createHealth } from 'hale'
 * import { kafka } from 'hale/checks/kafka'
 * import { Kafka } from 'kafkajs'
 *
 * // Without retries of its own it tells why it cannot; the check asks twice.
 * const admin = new Kafka({ brokers: ['kafka.internal:9092'], retry: { retries: 0 } }).admin()
 * const health = createHealth({
 *   checks: {
 *     orders: kafka(admin, {
 *       topics: ['orders'],
 *       lag: { group: 'billing', degradedAt: 10_000, downAt: 1_000_000 },
 *       critical: false,
 *     }),
 *   },
 * })
 *
 * async function connectToKafka(): Promise<void> {
 *   for (;;) {
 *     try {
 *       return await admin.connect()
 *     } catch {
 *       await delay(1000)
 *     }
 *   }
 * }
 * health.startupTask('connect to Kafka', connectToKafka())
 * ```
 */
export function kafka(
  client: ClientOf<KafkaClient>,
  options: KafkaCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as KafkaCheckOptions
  const { brokers, topics, underReplicated, lag, ...rest } = given
  const questions: KafkaQuestions = {
    brokers: brokers !== undefined,
    topics: topicsOf(problems, topics),
    lag: lag !== undefined,
    group: lag?.group,
  }
  const judge = judgeOf(problems, given)
  if (lag !== undefined && isClient(client)) {
    const obstacle = lagObstacle(client, questions)
    if (obstacle !== undefined) problems.add('lag', obstacle)
  }
  if (underReplicated !== undefined && isClient(client) && !isKafkajsAdmin(client))
    problems.add('underReplicated', 'expected an Admin of kafkajs as the client: no other tells')
  const kafkajs = new Kafkajs()
  const platformatic = new PlatformaticKafka()
  return clientCheck<KafkaClient>({
    client,
    expected: 'an Admin of kafkajs or a client of @platformatic/kafka',
    isClient,
    problems,
    options: rest,
    ownOptions: ['brokers', 'topics', 'underReplicated', 'lag'],
    textOf: kafkaText,
    ask: async (current, context) => {
      if (lag !== undefined && lagObstacle(current, questions) !== undefined)
        return down('this client cannot be asked for the lag')
      if (isKafkajsAdmin(current)) {
        if (isKafkajsClosed(current)) return down('client closed')
        return judge(await kafkajs.ask(current, questions, context))
      }
      return judge(await platformatic.ask(current, questions, context))
    },
  })
}

function judgeOf(
  problems: Problems,
  { brokers, topics, underReplicated, lag }: KafkaCheckOptions,
): (answer: KafkaAnswer) => Outcome {
  for (const [name, pair] of Object.entries({ underReplicated, lag })) {
    if (pair !== undefined && topics === undefined) problems.add(name, 'expected the option topics with it')
  }
  const fewest = limitsOf(problems, 'brokers', brokers, { unit: 'brokers', worse: 'less' })
  const unsynced = limitsOf(problems, 'underReplicated', underReplicated ?? { degradedAt: 1 }, {
    unit: 'partitions',
    mayBeEmpty: true,
  })
  const pair = problems.object('lag', lag)
  problems.knownKeys('lag', pair, ['group', ...thresholdOptions])
  if (problems.string('lag.group', pair.group) === '')
    problems.add('lag.group', 'expected a name, got an empty string')
  const furthest = new Limits(problems, 'lag', pair as Thresholds, { unit: 'messages' })
  return (answer) => {
    const {
      brokers: there,
      hasController,
      isIncomplete,
      partitions,
      underReplicated: behind,
      lag: lagging,
    } = answer
    const data = {
      ...(there !== undefined && { brokers: there }),
      ...(partitions !== undefined && { partitions }),
      ...(behind !== undefined && { underReplicated: behind }),
      ...(lagging !== undefined && !lagging.isUnknown && { lag: lagging.messages }),
    }
    const found = [
      { text: 'too few brokers', grade: there === undefined ? 'UP' : fewest.grade(there) },
      { text: 'a partition has no leader', grade: isIncomplete === true ? 'DEGRADED' : 'UP' },
      { text: 'no controller', grade: hasController === false ? 'DEGRADED' : 'UP' },
      { text: 'consumers lag behind', grade: furthest.grade(lagging?.messages ?? 0) },
      { text: 'nothing committed', grade: lagging?.isUnknown === true ? 'DEGRADED' : 'UP' },
      { text: 'too few replicas in sync', grade: unsynced.grade(behind ?? 0) },
    ] as const
    const worst = worstGrade(found.map(({ grade }) => grade))
    const text = worst === 'UP' ? 'connected' : found.find(({ grade }) => grade === worst)?.text
    return graded(worst, text ?? '', Object.keys(data).length > 0 ? data : undefined)
  }
}

function topicsOf(problems: Problems, topics: unknown): readonly string[] {
  if (topics === undefined) return []
  const names: readonly unknown[] = Array.isArray(topics) ? topics : []
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
    problems.add('topics', `expected a list of at least one name, got ${kindOf(topics)}`)
  return [...new Set(names)] as readonly string[]
}

/** Why a client cannot be asked for the lag. */
function lagObstacle(client: KafkaClient, { group }: KafkaQuestions): string | undefined {
  if (isKafkajsAdmin(client)) return group === undefined ? 'expected the group with it' : undefined
  if (!isPlatformaticConsumer(client)) return 'expected a Consumer as the client, which is asked for its own'
  return group === undefined || isSo(() => group === client.groupId)
    ? undefined
    : 'expected no group but that of the Consumer'
}

function isClient(value: unknown): value is KafkaClient {
  return isKafkajsAdmin(value) || isPlatformaticClient(value)
}

/** What is asked of a cluster. */
export interface KafkaQuestions {
  /** Whether the brokers are to be counted, also where that costs more than the topics do. */
  readonly brokers: boolean
  readonly topics: readonly string[]
  /** Whether the lag of a group is wanted, on these topics. */
  readonly lag: boolean
  /** The group, where the client does not know its own. */
  readonly group?: string | undefined
}

/** What it has said, as far as it was asked and the client tells. */
export interface KafkaAnswer {
  /** How many brokers the cluster counts as there. */
  readonly brokers?: number
  readonly hasController?: boolean
  /** Some partition of some topic of the cluster has no leader, so that the client tells no more. */
  readonly isIncomplete?: boolean
  /** Of the topics that were asked for. */
  readonly partitions?: number
  /** Those of them that have fewer replicas in sync than replicas. */
  readonly underReplicated?: number
  readonly lag?: KafkaLag
}

/** How far a group is behind. */
export interface KafkaLag {
  readonly messages: number
  /** Whether the group has committed nothing although there has been something to read. */
  readonly isUnknown: boolean
}

/** The next offset that will be written to a partition, and the next one that the group will read; below 0: unknown. */
export interface KafkaPosition {
  readonly end: bigint
  readonly committed: bigint
}

/** The lag over all partitions; one in which the group has committed nothing counts for nothing. */
export function lagOf(positions: readonly KafkaPosition[]): KafkaLag {
  const known = positions.filter(({ committed }) => committed >= 0n)
  const behind = known.map(({ end, committed }) => (end > committed ? Number(end - committed) : 0))
  return {
    messages: behind.reduce((sum, each) => sum + each, 0),
    isUnknown: known.length === 0 && positions.some(({ end }) => end > 0n),
  }
}

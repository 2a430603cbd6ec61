import {
  answerTo,
  type KafkaApi,
  type KafkaPartition,
  type KafkaSession,
  type KafkaState,
} from './kafka-answers.ts'
import { startWireServer, type Wire, type WireServer } from './wire-server.ts'

export type { KafkaApi } from './kafka-answers.ts'

// Kafka cannot run here. This speaks the part of its protocol that clients need to find their brokers, to log in and to
// ask for metadata and offsets, as the documentation of the protocol describes it, so that the real clients are what is
// tested.

/** Two brokers that say that they are a Kafka. */
export interface KafkaCluster extends AsyncDisposable {
  /** As the clients want them: `127.0.0.1:9092`. */
  readonly brokers: readonly string[]
  /** How many connections they have open. */
  readonly open: number
  /** How many connections they have accepted so far. */
  readonly accepted: number
  /** Every request so far, by the name of its API. */
  readonly requests: readonly KafkaApi[]
  /** What the brokers say of the cluster; may be changed. */
  readonly state: KafkaState
  /** How long each answer takes, in milliseconds. */
  delayMs: number
  /** From now on takes requests and never answers them; one broker or all. */
  stop(node?: number): void
  cont(node?: number): void
  /** Resets connections and refuses new ones; one broker or all. */
  kill(node?: number): Promise<void>
  restart(node?: number): Promise<void>
  /** What the cluster does a while after one of its brokers is gone: no longer counts it, and has others lead. */
  forget(node: number): void
  remember(node: number): void
  /** Closes all connections of clients. */
  drop(): void
}

/** Starts it on free ports of 127.0.0.1. `topics` says how many partitions each has. */
export async function startKafka(topics: Readonly<Record<string, number>> = {}): Promise<KafkaCluster> {
  const ports = new Map<number, number>()
  const requests: KafkaApi[] = []
  const partitionsOf = (count: number): KafkaPartition[] =>
    Array.from({ length: count }, (_, index) => ({
      leader: 1 + (index % 2),
      replicas: [1, 2],
      inSync: [1, 2],
      end: 0,
    }))
  const brokers = new Map<number, number>()
  const state: KafkaState = {
    brokers,
    controller: 1,
    topics: new Map(Object.entries(topics).map(([name, count]) => [name, partitionsOf(count)])),
    created: [],
    committed: new Map(),
    refusals: new Map(),
    password: undefined,
  }
  const wireOf = (node: number): Wire<KafkaSession> => ({
    lengthOf: (received) => (received.length < 4 ? 4 : 4 + received.readInt32BE(0)),
    begin: () => ({ authenticated: false, failed: false }),
    answer(message, session) {
      const answer = answerTo(message.subarray(4), { state, node, session }, (name) => requests.push(name))
      // What it does not understand, or must not answer, ends a connection, and a wrong password does.
      if (answer === undefined || session.failed) return { last: answer ?? Buffer.alloc(0) }
      return answer
    },
  })
  const nodes = new Map<number, WireServer>()
  for (const node of [1, 2]) {
    const server = await startWireServer(wireOf(node), {})
    nodes.set(node, server)
    ports.set(node, server.port)
    brokers.set(node, server.port)
  }
  const each = (node?: number): WireServer[] =>
    [...nodes].filter(([id]) => (node ?? id) === id).map(([, server]) => server)
  const kill = async (node?: number) => void (await Promise.all(each(node).map((server) => server.kill())))
  return {
    brokers: [...ports.values()].map((port) => `127.0.0.1:${port}`),
    requests,
    state,
    get open() {
      return each().reduce((sum, { open }) => sum + open, 0)
    },
    get accepted() {
      return each().reduce((sum, { accepted }) => sum + accepted, 0)
    },
    get delayMs() {
      return each()[0]?.delayMs ?? 0
    },
    set delayMs(value) {
      for (const server of each()) server.delayMs = value
    },
    stop: (node) => {
      for (const server of each(node)) server.stop()
    },
    cont: (node) => {
      for (const server of each(node)) server.cont()
    },
    kill,
    restart: async (node) => void (await Promise.all(each(node).map((server) => server.restart()))),
    forget(node) {
      brokers.delete(node)
      const [other = -1] = brokers.keys()
      if (state.controller === node) state.controller = other
      for (const partition of [...state.topics.values()].flat()) {
        if (partition.leader === node) partition.leader = other
        partition.inSync = partition.inSync.filter((id) => id !== node)
      }
    },
    remember(node) {
      brokers.set(node, ports.get(node) ?? 0)
      for (const partition of [...state.topics.values()].flat()) partition.inSync = partition.replicas
    },
    drop: () => {
      for (const server of each()) server.drop()
    },
    [Symbol.asyncDispose]: () => kill(),
  }
}

import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'
import {
  answerTo,
  type KafkaApi,
  type KafkaPartition,
  type KafkaSession,
  type KafkaState,
} from './kafka-answers.ts'

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
  const ports = new Map([
    [1, await freePort()],
    [2, await freePort()],
  ])
  const brokers = new Map(ports)
  const requests: KafkaApi[] = []
  const nodes = new Map([...ports].map(([node, port]) => [node, new Broker(node, port, answered)]))
  const each = (node?: number): Broker[] => [...nodes.values()].filter(({ id }) => (node ?? id) === id)
  const partitionsOf = (count: number): KafkaPartition[] =>
    Array.from({ length: count }, (_, index) => ({
      leader: 1 + (index % 2),
      replicas: [1, 2],
      inSync: [1, 2],
      end: 0,
    }))
  const state: KafkaState = {
    brokers,
    controller: 1,
    topics: new Map(Object.entries(topics).map(([name, count]) => [name, partitionsOf(count)])),
    created: [],
    committed: new Map(),
    refusals: new Map(),
    password: undefined,
  }
  function answered(frame: Buffer, node: number, session: KafkaSession): Buffer | undefined {
    return answerTo(frame, { state, node, session }, (name) => requests.push(name))
  }
  await Promise.all(each().map((broker) => broker.listen()))
  const kill = async (node?: number) => void (await Promise.all(each(node).map((broker) => broker.kill())))
  return {
    brokers: [...ports.values()].map((port) => `127.0.0.1:${port}`),
    requests,
    state,
    get open() {
      return each().reduce((sum, { sockets }) => sum + sockets.size, 0)
    },
    get accepted() {
      return each().reduce((sum, { accepted }) => sum + accepted, 0)
    },
    get delayMs() {
      return each()[0]?.delayMs ?? 0
    },
    set delayMs(value) {
      for (const broker of each()) broker.delayMs = value
    },
    stop: (node) => {
      for (const broker of each(node)) broker.stopped = true
    },
    cont: (node) => {
      for (const broker of each(node)) broker.cont()
    },
    kill,
    async restart(node) {
      await kill(node)
      await Promise.all(each(node).map((broker) => broker.listen()))
    },
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
      for (const { sockets } of each()) for (const socket of sockets) socket.destroy()
    },
    [Symbol.asyncDispose]: () => kill(),
  }
}

type Answerer = (frame: Buffer, node: number, session: KafkaSession) => Buffer | undefined

class Broker {
  readonly id: number
  readonly sockets = new Set<Socket>()
  accepted = 0
  stopped = false
  delayMs = 0
  readonly #port: number
  readonly #answer: Answerer
  readonly #held: (() => void)[] = []
  #server: Server | undefined

  constructor(id: number, port: number, answer: Answerer) {
    this.id = id
    this.#port = port
    this.#answer = answer
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', resolve)
    })
  }

  cont(): void {
    this.stopped = false
    for (const send of this.#held.splice(0)) send()
  }

  async kill(): Promise<void> {
    for (const socket of this.sockets) socket.resetAndDestroy()
    const server = this.#server
    if (server?.listening) await new Promise((resolve) => server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.accepted++
    this.sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket))
    const session = { authenticated: false, failed: false }
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const end = 4 + pending.readInt32BE(0)
        const frame = pending.subarray(4, end)
        pending = pending.subarray(end)
        const send = () => {
          if (socket.destroyed) return
          const answer = this.#answer(frame, this.id, session)
          if (answer === undefined) socket.destroy()
          else if (session.failed) socket.end(answer)
          else socket.write(answer)
        }
        if (this.stopped) this.#held.push(send)
        else if (this.delayMs > 0) setTimeout(send, this.delayMs)
        else send()
      }
    })
  }
}

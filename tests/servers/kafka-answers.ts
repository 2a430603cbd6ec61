import { KafkaReader, KafkaWriter } from './kafka-wire.ts'

/** A partition of a topic. */
export interface KafkaPartition {
  /** The broker that leads it, or -1. */
  leader: number
  replicas: readonly number[]
  inSync: readonly number[]
  /** The offset of the next message. */
  end: number
}

/** What the brokers know. */
export interface KafkaState {
  /** Ports by broker, those alone that the cluster counts as there. */
  readonly brokers: ReadonlyMap<number, number>
  controller: number
  readonly topics: Map<string, KafkaPartition[]>
  /** Topics that were made because somebody asked for them. */
  readonly created: string[]
  /** By group and topic, the offset of each partition; -1 for none. */
  readonly committed: Map<string, Map<string, number[]>>
  /** What an API is refused with, by its name. */
  readonly refusals: Map<KafkaApi, number>
  /** What SASL PLAIN must bring, if anything. */
  password: string | undefined
}

export type KafkaApi = keyof typeof apis

const codes = { unknownTopic: 3, leaderNotAvailable: 5, notLeader: 6, notCoordinator: 16, saslFailed: 58 }

interface Api {
  readonly key: number
  /** The versions that both clients find one of theirs among. */
  readonly versions: readonly [number, number]
  readonly flexibleFrom: number
  readonly answer: (asked: Asked) => unknown
}

/** What is known of a connection. */
export interface KafkaSession {
  authenticated: boolean
  /** A password was wrong: the connection is to be closed. */
  failed: boolean
}

/** A request, and where its answer goes. */
export interface Asked {
  readonly state: KafkaState
  readonly node: number
  readonly version: number
  readonly request: KafkaReader
  readonly answer: KafkaWriter
  /** What the API is refused with; 0 for nothing. */
  readonly refusal: number
  readonly session: KafkaSession
}

// https://kafka.apache.org/protocol: keys, versions and fields.
export const apis = {
  ListOffsets: { key: 2, versions: [2, 9], flexibleFrom: 6, answer: listOffsets },
  Metadata: { key: 3, versions: [5, 12], flexibleFrom: 9, answer: metadata },
  OffsetFetch: { key: 9, versions: [3, 9], flexibleFrom: 6, answer: offsetFetch },
  FindCoordinator: { key: 10, versions: [1, 6], flexibleFrom: 3, answer: findCoordinator },
  SaslHandshake: { key: 17, versions: [0, 1], flexibleFrom: 99, answer: saslHandshake },
  ApiVersions: { key: 18, versions: [0, 3], flexibleFrom: 3, answer: apiVersions },
  SaslAuthenticate: { key: 36, versions: [0, 2], flexibleFrom: 2, answer: saslAuthenticate },
} satisfies Readonly<Record<string, Api>>

function apiVersions({ answer, version }: Asked): void {
  answer.int16(0).array(Object.values<Api>(apis), ({ key, versions: [from, to] }) => {
    answer.int16(key).int16(from).int16(to)
  })
  if (version >= 1) answer.int32(0)
}

function metadata({ state, version, request, answer, refusal }: Asked): void {
  const asked = request.array(() => {
    if (version >= 10) request.skip(16)
    const name = request.text()
    request.tags()
    return name
  })
  const mayCreate = request.int8() === 1
  for (const name of asked ?? []) {
    if (state.topics.has(name) || !mayCreate) continue
    state.created.push(name)
    state.topics.set(name, [{ leader: 1, replicas: [1], inSync: [1], end: 0 }])
  }
  answer.int32(0)
  answer.array([...state.brokers], ([node, port]) => {
    answer.int32(node).text('127.0.0.1').int32(port).text(null)
  })
  answer.text('planted-cluster-4711').int32(state.controller)
  answer.array(asked ?? [...state.topics.keys()], (name) => {
    const partitions = refusal === 0 ? state.topics.get(name) : undefined
    answer.int16(refusal || (partitions === undefined ? codes.unknownTopic : 0)).text(name)
    if (version >= 10) answer.raw(Buffer.alloc(16, 7))
    answer.int8(0).array([...(partitions ?? []).entries()], ([index, { leader, replicas, inSync }]) => {
      answer.int16(leader < 0 ? codes.leaderNotAvailable : 0)
      answer.int32(index).int32(leader)
      if (version >= 7) answer.int32(0)
      answer.numbers(replicas).numbers(inSync).numbers([])
    })
    if (version >= 8) answer.int32(0)
  })
  if (version >= 8 && version <= 10) answer.int32(0)
}

function findCoordinator({ state, version, request, answer, refusal }: Asked): void {
  const [[node, port] = [-1, -1]] = refusal === 0 ? state.brokers : []
  const where = () =>
    answer
      .int32(node)
      .text(node < 0 ? '' : '127.0.0.1')
      .int32(port)
  answer.int32(0)
  if (version < 4) {
    answer.int16(refusal).text(null)
    where()
    return
  }
  request.int8()
  answer.array(request.array(() => request.text()) ?? [], (key) => {
    answer.text(key)
    where()
    answer.int16(refusal).text(null)
  })
}

function offsetFetch({ state, node, version, request, answer, refusal }: Asked): void {
  const [coordinator] = state.brokers.keys()
  const error = refusal || (node === coordinator ? 0 : codes.notCoordinator)
  const topicsAsked = () =>
    request.array(() => {
      const asked = { name: request.text(), partitions: request.array(() => request.int32()) ?? [] }
      request.tags()
      return asked
    })
  const write = (group: string, topics: ReturnType<typeof topicsAsked>) => {
    const all = error === 0 ? state.committed.get(group) : undefined
    const known = [...(all ?? [])].map(([name, offsets]) => ({ name, partitions: [...offsets.keys()] }))
    answer.array(topics ?? known, ({ name, partitions }) => {
      answer.text(name).array(error === 0 ? partitions : [], (index) => {
        answer.int32(index).int64(all?.get(name)?.[index] ?? -1)
        if (version >= 5) answer.int32(-1)
        answer.text('').int16(0)
      })
    })
    answer.int16(error)
  }
  answer.int32(0)
  if (version < 8) {
    write(request.text(), topicsAsked())
    return
  }
  const groups = request.array(() => {
    const name = request.text()
    // The member and its epoch.
    if (version >= 9) {
      request.text()
      request.int32()
    }
    const topics = topicsAsked()
    request.tags()
    return { name, topics }
  })
  answer.array(groups ?? [], ({ name, topics }) => {
    answer.text(name)
    write(name, topics)
  })
}

function listOffsets({ state, node, version, request, answer, refusal }: Asked): void {
  request.skip(4 + 1)
  const asked = request.array(() => {
    const name = request.text()
    const partitions = request.array(() => {
      const index = request.int32()
      if (version >= 4) request.int32()
      const timestamp = request.int64()
      request.tags()
      return { index, timestamp }
    })
    request.tags()
    return { name, partitions: partitions ?? [] }
  })
  answer.int32(0).array(asked ?? [], ({ name, partitions }) => {
    answer.text(name).array(partitions, ({ index, timestamp }) => {
      const partition = state.topics.get(name)?.[index]
      const error = partition === undefined ? codes.unknownTopic : codes.notLeader
      // -1 asks for the end, -2 for the beginning.
      const offset = timestamp === -2n ? 0 : (partition?.end ?? -1)
      answer.int32(index).int16(refusal || (partition?.leader === node ? 0 : error))
      answer.int64(-1).int64(offset)
      if (version >= 4) answer.int32(0)
    })
  })
}

function saslHandshake({ answer }: Asked): void {
  answer.int16(0).texts(['PLAIN'])
}

function saslAuthenticate({ state, version, request, answer, session }: Asked): void {
  // An identity, a name and a password, with NUL between them.
  session.authenticated = request.bytes().toString().split('\0')[2] === state.password
  session.failed = !session.authenticated
  const text = session.authenticated ? null : 'Authentication failed for planted-4712'
  answer.int16(session.authenticated ? 0 : codes.saslFailed).text(text)
  answer.byteArray(Buffer.alloc(0))
  if (version >= 1) answer.int64(0)
}

/** The frame that answers a request; undefined when the connection is to be closed instead. */
export function answerTo(
  frame: Buffer,
  parts: Pick<Asked, 'state' | 'node' | 'session'>,
  onRequest: (name: KafkaApi) => void,
): Buffer | undefined {
  const key = frame.readInt16BE(0)
  const version = frame.readInt16BE(2)
  const [name, api] = Object.entries<Api>(apis).find((entry) => entry[1].key === key) ?? []
  if (name === undefined || api === undefined) return undefined
  const early = ['ApiVersions', 'SaslHandshake', 'SaslAuthenticate'].includes(name)
  const { state, session } = parts
  if (state.password !== undefined && !session.authenticated && !early) return undefined
  onRequest(name as KafkaApi)
  const flexible = version >= api.flexibleFrom
  // The client's name is of the old form in each version of the header.
  const request = new KafkaReader(frame, 10 + Math.max(0, frame.readInt16BE(8)), flexible)
  request.tags()
  const answer = new KafkaWriter(flexible)
  // Whoever asks for the versions does not know any yet: the header of that answer is the oldest one.
  const head = new KafkaWriter(flexible && name !== 'ApiVersions').int32(frame.readInt32BE(4)).tags()
  const refusal = state.refusals.get(name as KafkaApi) ?? 0
  api.answer({ ...parts, version, request, answer, refusal })
  const body = Buffer.concat([head.bytes, answer.tags().bytes])
  return Buffer.concat([new KafkaWriter(false).int32(body.length).bytes, body])
}

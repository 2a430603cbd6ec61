import { BSON } from 'mongodb'
import { startWireServer, type Wire, type WireServer } from './wire-server.ts'

// MongoDB cannot run here. This speaks the part of its wire protocol that a probe needs (OP_MSG, and OP_QUERY for the
// first hello, as the specification documents them), so that the real driver is what is tested.

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

type Document = Readonly<Record<string, unknown>>

/** What it answers a command, by its name, in place of `{ ok: 1 }`. */
export type MongoAnswers = Readonly<Record<string, Document>>

/** A server that says that it is a MongoDB. */
export interface MongoWire extends WireServer, MongoTerms {}

interface MongoTerms {
  /** Every command so far but those of the handshake and of monitoring. */
  readonly commands: readonly string[]
  /** From the next command on. */
  answers: MongoAnswers
}

/** Starts it on a free port of 127.0.0.1. */
export function startMongoWire(answers: MongoAnswers = {}): Promise<MongoWire> {
  const commands: string[] = []
  const terms: MongoTerms = { commands, answers }
  const answerTo = (command: Document): Document => {
    const [name = ''] = Object.keys(command)
    if (!['hello', 'ismaster', 'isMaster', 'endSessions', 'saslStart'].includes(name)) commands.push(name)
    const isHello = name === 'hello' || name.toLowerCase() === 'ismaster'
    const plain = name === 'saslStart' ? signedIn : { ok: 1 }
    return { ...(isHello ? hello() : plain), ...(terms.answers[isHello ? 'hello' : name] ?? {}) }
  }
  const wire: Wire = {
    lengthOf: (received) => (received.length < 16 ? 16 : received.readInt32LE(0)),
    answer: (message) => replyTo(message, answerTo),
  }
  return startWireServer(wire, terms)
}

// PLAIN is over with one answer.
const signedIn: Document = { ok: 1, done: true, conversationId: 1, payload: new BSON.Binary(Buffer.alloc(0)) }

function hello(): Document {
  return {
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 25,
    readOnly: false,
    ok: 1,
  }
}

function replyTo(message: Buffer, answerTo: (command: Document) => Document): Buffer | undefined {
  const requestId = message.readInt32LE(4)
  const opCode = message.readInt32LE(12)
  if (opCode === OP_MSG) {
    // Flags, then a section of kind 0: the command. Bit 1 asks for no answer.
    if ((message.readUInt32LE(16) & 2) !== 0) return undefined
    const command = BSON.deserialize(message.subarray(21, 21 + message.readInt32LE(21)))
    const body = BSON.serialize(answerTo(command))
    return framed(OP_MSG, requestId, Buffer.concat([Buffer.alloc(5), body]))
  }
  if (opCode !== OP_QUERY) return undefined
  const query = message.indexOf(0, 20) + 1 + 8
  const body = BSON.serialize(
    answerTo(BSON.deserialize(message.subarray(query, query + message.readInt32LE(query)))),
  )
  // Flags, cursor, starting from, number returned.
  const head = Buffer.alloc(20)
  head.writeInt32LE(8, 0)
  head.writeInt32LE(1, 16)
  return framed(OP_REPLY, requestId, Buffer.concat([head, body]))
}

function framed(opCode: number, responseTo: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(16 + payload.length, 0)
  header.writeInt32LE(responseTo, 8)
  header.writeInt32LE(opCode, 12)
  return Buffer.concat([header, payload])
}

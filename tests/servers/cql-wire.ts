import { startWireServer, type Wire, type WireServer } from './wire-server.ts'

// Cassandra cannot run here. This speaks the part of its native protocol, version 4, that a driver needs to connect and
// to read system.local, as the specification documents it, so that the real driver is what is tested.

const ERROR = 0x00
const READY = 0x02
const AUTHENTICATE = 0x03
const SUPPORTED = 0x06
const RESULT = 0x08
const AUTH_SUCCESS = 0x10
const VARCHAR = 0x0d
const SET = 0x22
const requests = { startup: 0x01, options: 0x05, query: 0x07, register: 0x0b, authResponse: 0x0f } as const

/** A refusal by its code and text. */
export interface CqlRefusal {
  readonly code: number
  readonly message: string
}

/** A server that says that it is a Cassandra. */
export interface CqlWire extends WireServer, CqlTerms {}

interface CqlTerms {
  /** Every query so far but those of the driver's own. */
  readonly queries: readonly string[]
  /** What every query but the driver's own is refused with. */
  refusal: CqlRefusal | undefined
  /** Whether it wants a password, and whether that is a wrong one. */
  password: 'none' | 'right' | 'wrong'
}

/** Starts it on a free port of 127.0.0.1. */
export function startCqlWire(): Promise<CqlWire> {
  const queries: string[] = []
  const terms: CqlTerms = { queries, refusal: undefined, password: 'none' }
  const answerTo = (opcode: number, body: Buffer): readonly [number, Buffer] => {
    if (opcode === requests.startup && terms.password !== 'none')
      return [AUTHENTICATE, text('org.apache.cassandra.auth.PasswordAuthenticator')]
    if (opcode === requests.authResponse)
      return terms.password === 'wrong'
        ? refused({ code: 0x0100, message: 'hidden-4730' })
        : [AUTH_SUCCESS, int(-1)]
    if (opcode === requests.options) return [SUPPORTED, short(0)]
    if (opcode !== requests.query) return [READY, Buffer.alloc(0)]
    const query = body.toString('utf8', 4, 4 + body.readInt32BE(0))
    if (query.includes('system.peers') || query.includes('system_')) return rows([])
    if (query.startsWith('SELECT * FROM system.local')) return rows([local])
    queries.push(query)
    return terms.refusal ? refused(terms.refusal) : rows([{ key: 'local' }])
  }
  const wire: Wire = {
    lengthOf: (received) => (received.length < 9 ? 9 : 9 + received.readInt32BE(5)),
    answer: (message) =>
      framed(message.readInt16BE(2), ...answerTo(message.readUInt8(4), message.subarray(9))),
  }
  return startWireServer(wire, terms)
}

const local = {
  key: 'local',
  cluster_name: 'secret-cluster-4731',
  data_center: 'dc1',
  rack: 'rack1',
  release_version: '4.1.0',
  partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
  tokens: ['0'],
}

type Row = Readonly<Record<string, string | readonly string[]>>

function rows(all: readonly Row[]): readonly [number, Buffer] {
  const columns = Object.entries(all[0] ?? { key: '' })
  const spec = columns.map(([name, value]) =>
    Buffer.concat([text(name), typeof value === 'string' ? short(VARCHAR) : short(SET), ...element(value)]),
  )
  const cells = all.flatMap((row) => Object.values(row).map((value) => cell(value)))
  const head = [int(2), int(1), int(columns.length), text('system'), text('local')]
  return [RESULT, Buffer.concat([...head, ...spec, int(all.length), ...cells])]
}

function element(value: string | readonly string[]): readonly Buffer[] {
  return typeof value === 'string' ? [] : [short(VARCHAR)]
}

function cell(value: string | readonly string[]): Buffer {
  if (typeof value === 'string') return Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)])
  const content = Buffer.concat([int(value.length), ...value.map((each) => cell(each))])
  return Buffer.concat([int(content.length), content])
}

function refused({ code, message }: CqlRefusal): readonly [number, Buffer] {
  return [ERROR, Buffer.concat([int(code), text(message)])]
}

function framed(stream: number, opcode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUInt8(0x84, 0)
  header.writeInt16BE(stream, 2)
  header.writeUInt8(opcode, 4)
  header.writeInt32BE(body.length, 5)
  return Buffer.concat([header, body])
}

function int(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

function short(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16BE(value)
  return buffer
}

function text(value: string): Buffer {
  return Buffer.concat([short(Buffer.byteLength(value)), Buffer.from(value)])
}

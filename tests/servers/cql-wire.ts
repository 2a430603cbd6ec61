import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

// Cassandra cannot run here. This speaks the part of its native protocol, version 4, that a driver needs to connect and
// to read system.local, as the specification documents it, so that the real driver is what is tested.

const ERROR = 0x00
const READY = 0x02
const AUTHENTICATE = 0x03
const SUPPORTED = 0x06
const RESULT = 0x08
const VARCHAR = 0x0d
const SET = 0x22
const requests = { startup: 0x01, options: 0x05, query: 0x07, register: 0x0b, authResponse: 0x0f } as const

/** A refusal by its code and text. */
export interface CqlRefusal {
  readonly code: number
  readonly message: string
}

/** A server that says that it is a Cassandra. */
export interface CqlWire extends AsyncDisposable {
  readonly port: number
  /** How many connections it has accepted so far. */
  readonly accepted: number
  /** Every query so far but those of the driver's own. */
  readonly queries: readonly string[]
  /** What every query but the driver's own is refused with. */
  refusal: CqlRefusal | undefined
  /** Whether it wants a password, and refuses any. */
  locked: boolean
  /** From now on takes requests and never answers them. */
  stop(): void
  cont(): void
  /** Resets its connections and refuses new ones. */
  kill(): Promise<void>
  restart(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1. */
export async function startCqlWire(): Promise<CqlWire> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  const queries: string[] = []
  const held: (() => void)[] = []
  let accepted = 0
  let stopped = false

  const answerTo = (opcode: number, body: Buffer): readonly [number, Buffer] => {
    if (opcode === requests.startup && self.locked)
      return [AUTHENTICATE, text('org.apache.cassandra.auth.PasswordAuthenticator')]
    if (opcode === requests.authResponse) return refused({ code: 0x0100, message: 'hidden-4730' })
    if (opcode === requests.options) return [SUPPORTED, short(0)]
    if (opcode !== requests.query) return [READY, Buffer.alloc(0)]
    const query = body.toString('utf8', 4, 4 + body.readInt32BE(0))
    if (query.includes('system.peers') || query.includes('system_')) return rows([])
    if (query.startsWith('SELECT * FROM system.local')) return rows([local])
    queries.push(query)
    return self.refusal ? refused(self.refusal) : rows([{ key: 'local' }])
  }
  const serve = (socket: Socket): void => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 9 && pending.length >= 9 + pending.readInt32BE(5)) {
        const end = 9 + pending.readInt32BE(5)
        const [opcode, stream, body] = [
          pending.readUInt8(4),
          pending.readInt16BE(2),
          pending.subarray(9, end),
        ]
        pending = pending.subarray(end)
        const send = () => {
          if (!socket.destroyed) socket.write(framed(stream, ...answerTo(opcode, body)))
        }
        if (stopped) held.push(send)
        else send()
      }
    })
  }
  const start = (): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer(serve)
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server))
    })
  const kill = async () => {
    for (const socket of sockets) socket.resetAndDestroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  let server = await start()
  const self: CqlWire = {
    port,
    queries,
    refusal: undefined,
    locked: false,
    get accepted() {
      return accepted
    },
    stop: () => {
      stopped = true
    },
    cont: () => {
      stopped = false
      for (const send of held.splice(0)) send()
    },
    kill,
    async restart() {
      await kill()
      server = await start()
    },
    [Symbol.asyncDispose]: kill,
  }
  return self
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

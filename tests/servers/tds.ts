import { createServer, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/** What a server of tabular data streams may do. */
export type TdsMode =
  | 'well'
  /** Answers no query before it is well again; an attention at once. */
  | 'slow'
  /** Turns every login away, and every query. */
  | { readonly number: number; readonly message: string }

export interface TdsServer extends AsyncDisposable {
  readonly port: number
  /** How many connections are open. */
  readonly open: number
  mode: TdsMode
  /** From now on takes messages and never answers them. */
  stop(): void
  /** Answers again, those that it has taken too. */
  cont(): void
  /** Closes all connections. */
  drop(): void
  /** Closes all connections and the port. */
  kill(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

const type = { batch: 1, rpc: 3, reply: 4, attention: 6, login: 16, prelogin: 18 } as const

/** As much of SQL Server's wire (MS-TDS 7.4, without TLS) as it takes to log in and to ask `SELECT 1`. */
export async function startTds(): Promise<TdsServer> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let mode: TdsMode = 'well'
  let stopped = false
  const held: (() => void)[] = []
  const late = new Map<Socket, () => void>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      for (let length = lengthOf(received); length <= received.length; length = lengthOf(received)) {
        const [kind, status] = [received[0] ?? 0, received[1] ?? 0]
        received = received.subarray(length)
        // Only the last packet of a message is answered.
        if (status & 1) answer(socket, kind)
      }
    })
  })
  const answer = (socket: Socket, kind: number): unknown => {
    const reply = (...tokens: Buffer[]) => socket.write(packet(Buffer.concat(tokens)))
    if (stopped) return held.push(() => answer(socket, kind))
    if (kind === type.prelogin) return reply(preloginAnswer)
    if (kind === type.attention) {
      // What is under way ends with a message of its own, and then the attention is confirmed.
      if (late.delete(socket)) reply(done(0xfd, 0x02))
      return reply(done(0xfd, 0x20))
    }
    if (typeof mode === 'object') {
      reply(errorToken(mode), done(0xfd, 0x02))
      return kind === type.login && socket.end()
    }
    if (kind === type.login) return reply(loginAck, done(0xfd, 0))
    const rows = () =>
      kind === type.rpc
        ? reply(oneRow, done(0xff, 0x11), Buffer.from([0x79, 0, 0, 0, 0]), done(0xfe, 0))
        : reply(done(0xfd, 0))
    return mode === 'slow' && kind === type.rpc ? late.set(socket, rows) : rows()
  }
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  const kill = async () => {
    drop()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  await listen()
  return {
    port,
    get open() {
      return sockets.size
    },
    get mode() {
      return mode
    },
    set mode(value) {
      mode = value
      if (value !== 'well') return
      for (const rows of late.values()) rows()
      late.clear()
    },
    stop: () => {
      stopped = true
    },
    cont: () => {
      stopped = false
      for (const again of held.splice(0)) again()
    },
    drop,
    kill,
    restart: listen,
    close: kill,
    [Symbol.asyncDispose]: kill,
  }
}

function lengthOf(received: Buffer): number {
  return received.length < 8 ? 8 : received.readUInt16BE(2)
}

function packet(data: Buffer): Buffer {
  const header = Buffer.from([type.reply, 1, 0, 0, 0, 0, 1, 0])
  header.writeUInt16BE(8 + data.length, 2)
  return Buffer.concat([header, data])
}

// Options VERSION and ENCRYPTION by offset and length; then version 16, and 2: encryption is not supported.
const preloginAnswer = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2])

function withLength(token: number, body: Buffer): Buffer {
  const head = Buffer.from([token, 0, 0])
  head.writeUInt16LE(body.length, 1)
  return Buffer.concat([head, body])
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')])
}

const loginAck = withLength(
  0xad,
  Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), shortText('planted'), Buffer.from([16, 0, 0, 0])]),
)

/** DONE, DONEPROC or DONEINPROC: status, current command, count of rows. */
function done(token: number, status: number): Buffer {
  const bytes = Buffer.alloc(13)
  bytes[0] = token
  bytes.writeUInt16LE(status, 1)
  bytes.writeUInt16LE(0xc1, 3)
  bytes[5] = status & 0x10 ? 1 : 0
  return bytes
}

// COLMETADATA of one INTN of four bytes without a name, and a ROW that holds 1.
const oneRow = Buffer.from([0x81, 1, 0, 0, 0, 0, 0, 1, 0, 0x26, 4, 0, 0xd1, 4, 1, 0, 0, 0])

function errorToken({ number, message }: { readonly number: number; readonly message: string }): Buffer {
  const body = Buffer.alloc(6)
  body.writeInt32LE(number, 0)
  // State and class: 14 is of permissions and leaves the connection open.
  body[4] = 1
  body[5] = 14
  const length = Buffer.alloc(2)
  length.writeUInt16LE(message.length)
  const text = Buffer.concat([length, Buffer.from(message, 'utf16le')])
  return withLength(0xaa, Buffer.concat([body, text, shortText('planted'), shortText(''), Buffer.alloc(4)]))
}

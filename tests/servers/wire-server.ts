import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/** The bytes to answer a message with, undefined where it wants none; as `last` the connection is closed after them. */
export type WireAnswer = Buffer | undefined | { readonly last: Buffer }

/** How a server that cannot run here speaks, as its specification documents it. */
export interface Wire<Session = undefined> {
  /** How many bytes the first message has; more than there are as long as that cannot be told. */
  lengthOf(received: Buffer): number
  /** What is to be remembered of a connection. */
  begin?(): Session
  /** Answers a whole message. */
  answer(message: Buffer, session: Session): WireAnswer
}

/** A server that speaks as much of a wire as a check needs, so that the real client is what is tested. */
export interface WireServer extends AsyncDisposable {
  readonly port: number
  /** How many connections it has accepted so far. */
  readonly accepted: number
  /** How many of them are open. */
  readonly open: number
  /** How late each answer is, in milliseconds. */
  delayMs: number
  /** From now on takes messages and never answers them. */
  stop(): void
  /** Answers again, those that it has taken too. */
  cont(): void
  /** Closes all its connections. */
  drop(): void
  /** Resets its connections and refuses new ones. */
  kill(): Promise<void>
  /** Listens again on the same port. */
  restart(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1, with what the test wants to see or to change besides. */
export async function startWireServer<T extends object, Session = undefined>(
  wire: Wire<Session>,
  more: T,
): Promise<WireServer & T> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  let accepted = 0
  let stopped = false
  let delayMs = 0

  const serve = (socket: Socket): void => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    const session = wire.begin?.() as Session
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      for (
        let length = wire.lengthOf(received);
        length <= received.length;
        length = wire.lengthOf(received)
      ) {
        const message = received.subarray(0, length)
        received = received.subarray(length)
        const send = () => {
          const answer = wire.answer(message, session)
          if (answer === undefined || socket.destroyed) return
          if (Buffer.isBuffer(answer)) socket.write(answer)
          else socket.end(answer.last)
        }
        if (stopped) held.push(send)
        else if (delayMs > 0) setTimeout(send, delayMs)
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
  const self: WireServer = {
    port,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    },
    get delayMs() {
      return delayMs
    },
    set delayMs(value) {
      delayMs = value
    },
    stop: () => {
      stopped = true
    },
    cont: () => {
      stopped = false
      for (const send of held.splice(0)) send()
    },
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    kill,
    async restart() {
      await kill()
      server = await start()
    },
    [Symbol.asyncDispose]: kill,
  }
  // Both have properties that change, so neither may be copied.
  return Object.defineProperties(more as WireServer & T, Object.getOwnPropertyDescriptors(self))
}

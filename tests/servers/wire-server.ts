import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/** How a server that cannot run here speaks, as its specification documents it. */
export interface Wire {
  /** How many bytes the first message has; more than there are as long as that cannot be told. */
  lengthOf(received: Buffer): number
  /** The bytes to answer a whole message with; undefined where it wants no answer. */
  answer(message: Buffer): Buffer | undefined
}

/** A server that speaks as much of a wire as a check needs, so that the real client is what is tested. */
export interface WireServer extends AsyncDisposable {
  readonly port: number
  /** How many connections it has accepted so far. */
  readonly accepted: number
  /** How many of them are open. */
  readonly open: number
  /** From now on takes messages and never answers them. */
  stop(): void
  /** Answers again, those that it has taken too. */
  cont(): void
  /** Resets its connections and refuses new ones. */
  kill(): Promise<void>
  /** Listens again on the same port. */
  restart(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1, with what the test wants to see or to change besides. */
export async function startWireServer<T extends object>(wire: Wire, more: T): Promise<WireServer & T> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  let accepted = 0
  let stopped = false

  const serve = (socket: Socket): void => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
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
          const answer = wire.answer(message)
          if (answer !== undefined && !socket.destroyed) socket.write(answer)
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
  const self: WireServer = {
    port,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
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
  // Both have properties that change, so neither may be copied.
  return Object.defineProperties(more as WireServer & T, Object.getOwnPropertyDescriptors(self))
}

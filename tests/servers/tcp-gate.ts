import { connect, createServer, type Socket } from 'node:net'
import { listen, portOf } from './faulty-tcp.ts'

export interface TcpGate extends AsyncDisposable {
  readonly port: number
  /** How many connections clients have open. */
  readonly open: number
  /** Closes all connections, and from now on accepts without a word: a black hole, behind which the server is well. */
  mute(): void
  /** Closes all connections, and hands new ones on again. */
  unmute(): void
  /** Closes all connections. */
  drop(): void
  close(): Promise<void>
}

/** Hands connections on to a port of 127.0.0.1. */
export async function startTcpGate(to: number): Promise<TcpGate> {
  const sockets = new Set<Socket>()
  let muted = false
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((inner) => {
    sockets.add(inner)
    inner.on('close', () => sockets.delete(inner)).on('error', () => {})
    if (muted) {
      inner.resume()
      return
    }
    const outer = connect(to, '127.0.0.1')
    outer.on('error', () => inner.resetAndDestroy()).on('close', () => inner.destroy())
    inner.on('close', () => outer.destroy())
    inner.pipe(outer).pipe(inner)
  })
  await listen(server)
  const close = async () => {
    drop()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  const set = (value: boolean) => () => {
    muted = value
    drop()
  }
  return {
    port: portOf(server),
    get open() {
      return sockets.size
    },
    mute: set(true),
    unmute: set(false),
    drop,
    close,
    [Symbol.asyncDispose]: close,
  }
}

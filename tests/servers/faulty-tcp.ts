import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/** What a TCP server may do to whoever connects. */
export type TcpFault =
  /** Accepts and never says a word. */
  | { readonly kind: 'silent' }
  /** Accepts and resets at once, or once the peer has sent its first bytes. */
  | { readonly kind: 'reset'; readonly after?: 'accept' | 'data' }
  /** Accepts and closes in good order. */
  | { readonly kind: 'close' }
  /** Sends the given bytes whoever asks whatever, and stays open. */
  | { readonly kind: 'says'; readonly bytes: string | Uint8Array }

export interface TcpServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** How many connections were accepted so far. */
  readonly accepted: number
  /** How many of them are still open. */
  readonly open: number
  close(): Promise<void>
}

export async function startFaultyTcp(fault: TcpFault): Promise<TcpServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer((socket) => {
    accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    misbehave(socket, fault)
  })
  await listen(server)
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return {
    host: '127.0.0.1',
    port: portOf(server),
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function misbehave(socket: Socket, fault: TcpFault): void {
  // Unread data would keep the peer's end from being noticed.
  socket.resume()
  if (fault.kind === 'says') socket.write(fault.bytes)
  else if (fault.kind === 'close') socket.end()
  else if (fault.kind === 'reset') {
    if (fault.after === 'data') socket.once('data', () => socket.resetAndDestroy())
    else socket.resetAndDestroy()
  }
}

/** A port that refuses: nothing listens on it, and the system hands it to no outgoing connection. */
export const closedPort = freePort

export async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Attempt } from './attempt.ts'
import type { ProbeSettings } from './probe-options.ts'
import type { Place } from './probe-target.ts'

// Imported, it would load all that it can do, block lists too.
const { connect } = process.getBuiltinModule('node:net')

/** What a connection is to speak, where TLS lets both sides agree on it. */
export interface Speaks {
  readonly secure: boolean
  readonly protocol?: 'http/1.1' | 'h2'
}

/** A connection that stands, after the handshake where there is one; it is closed with the attempt. */
export interface Connection {
  readonly socket: Socket
  readonly certificateDaysLeft?: number
}

/** Connects; rejects as `connect` fails. */
export async function connected(
  at: Place,
  { secure, protocol }: Speaks,
  settings: ProbeSettings,
  attempt: Attempt,
): Promise<Connection> {
  if (!secure) {
    const socket = connect(at)
    attempt.finally(() => socket.destroy())
    await settled(socket, 'connect')
    return { socket }
  }
  // Loading TLS takes as long as half of a start of Node; most probes of containers do without.
  const { openTls, daysLeft } = await import('./tls-connection.ts')
  const socket: TLSSocket = openTls(at, protocol, settings)
  attempt.finally(() => socket.destroy())
  await settled(socket, 'secureConnect')
  const days = daysLeft(socket)
  return days === undefined ? { socket } : { socket, certificateDaysLeft: days }
}

function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => {
      socket.off('error', reject)
      resolve()
    })
    socket.once('error', reject)
    // After a connection that was closed in good order before the handshake was through.
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    // Stays: a socket may fail once more while it is being closed.
    socket.on('error', () => {})
  })
}

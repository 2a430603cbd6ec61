import type { Socket } from 'node:net'

/** How long the other side may take to close too, in milliseconds. */
const mostMs = 1_000

/**
 * Closes a connection in good order, in the background: what the other side is still saying is read and thrown away.
 * To close a socket with something unread in it resets the connection, which a server that speaks first (SMTP, SSH,
 * MySQL) logs as an error of each probe.
 */
export function farewell(socket: Socket): void {
  // Stay: a socket may fail once more, and is read on, while it is being closed.
  socket.on('error', () => {}).on('data', () => {})
  const timer = setTimeout(() => socket.destroy(), mostMs).unref()
  socket.once('close', () => clearTimeout(timer))
  // Nobody waits for it.
  socket.unref()
  socket.end()
}

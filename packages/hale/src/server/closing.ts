import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const lookAgainMs = 20

/** What closes a server: at once for whoever waits for nothing, else as soon as the answer in flight has been sent. */
export function closer(server: Server, forceAfterMs: number): () => Promise<void> {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  return () =>
    new Promise((resolve) => {
      // A keep-alive connection is idle only after its answer, which Node does not tell of: look again for a while.
      const looking = setInterval(() => server.closeIdleConnections(), lookAgainMs)
      const forced = setTimeout(() => server.closeAllConnections(), forceAfterMs)
      // Closing a closed server is done already: disposing twice is no mistake.
      server.close(() => {
        clearInterval(looking)
        clearTimeout(forced)
        resolve()
      })
      server.closeIdleConnections()
      // Node counts a connection on which nothing was ever asked as busy.
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
    })
}

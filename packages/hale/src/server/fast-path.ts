import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { HealthHandler } from '../http/handle.ts'
import { FastConnection } from './fast-connection.ts'
import { WireAnswers } from './wire-answer.ts'

/**
 * Puts the fast path before a server's own parser. The server stays what it was to everybody else: whoever listens
 * to its requests gets them, and what closes its connections closes these too.
 */
export function withFastPath(server: Server, handle: HealthHandler): void {
  const [toParser] = server.listeners('connection') as ((socket: Socket) => void)[]
  // Not a Node that is known: its own way is right in any case.
  if (toParser === undefined) return
  const connections = new Set<FastConnection>()
  const around = {
    server,
    handle,
    answers: new WireAnswers(server),
    toNode: (socket: Socket) => toParser.call(server, socket),
    // Who else listens expects to see requests; limits on requests are Node's to count.
    allowed: () => server.listenerCount('request') === 1 && !server.maxRequestsPerSocket,
  }
  server.removeListener('connection', toParser)
  server.on('connection', (socket: Socket) => {
    const connection = new FastConnection(socket, around, () => connections.delete(connection))
    connections.add(connection)
  })
  const { closeIdleConnections, closeAllConnections } = server
  server.closeIdleConnections = () => {
    for (const connection of connections) if (connection.idle) connection.end()
    closeIdleConnections.call(server)
  }
  server.closeAllConnections = () => {
    for (const connection of connections) connection.destroy()
    closeAllConnections.call(server)
  }
}

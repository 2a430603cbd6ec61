import { createServer, type Socket } from 'node:net'
import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { agentLine } from './agent-line.ts'
import { type AgentSettings, type AgentWeights, agentSettings } from './agent-settings.ts'
import { listening } from './listening.ts'

export type { AgentWeights }

/** Options of `serveHaproxyAgent`. */
export interface HaproxyAgentOptions {
  /** The port to listen on; 0 for any free one. */
  readonly port: number
  /**
   * The address to listen on.
   * @default every address, since HAProxy seldom asks on loopback
   */
  readonly host?: string
  /**
   * The share of its configured weight that the server has, in percent, by status.
   * @default { up: 100, degraded: 50 }
   */
  readonly weights?: AgentWeights
  /**
   * The probe or group that is told of.
   * @default 'readiness'
   */
  readonly group?: string
  /**
   * How many connections may be open; one more is closed unanswered, which HAProxy takes for no answer.
   * @default 256
   */
  readonly maxConnections?: number
}

/** The agent of a service on a port of its own. */
export interface HaproxyAgent extends AsyncDisposable {
  /** The one that it listens on, also when 0 was asked for. */
  readonly port: number
  /** Stops listening and closes every connection. */
  close(): Promise<void>
}

/** Longer than any answer takes; whoever does not close by then is closed. */
const graceMs = 2000

/**
 * Answers HAProxy's agent checks (`agent-check agent-port 9402`): what a service knows of itself decides whether it
 * gets traffic, and how much. Each connection gets one line, for which readiness is asked within its budget:
 *
 * | readiness | line | HAProxy then |
 * |---|---|---|
 * | UP | `ready up 100%` | sends its full share |
 * | DEGRADED | `ready up 50%` | sends less |
 * | DOWN, UNKNOWN | `ready down #database: connection refused` | sends nothing |
 * | starting, in maintenance | `maint` | sends nothing, and checks nothing but the agent |
 * | draining | `drain` | sends no new sessions, lets those that are there go on |
 *
 * `ready` ends a maintenance that was set in HAProxy by hand: to keep a server out, use `health.outOfService()`, or
 * `disable agent` in HAProxy.
 *
 * @throws ConfigurationError with every problem of the options; rejects as `listen` does when the port is taken.
 *
 * @see https://docs.haproxy.org/3.2/configuration.html#5.2-agent-check
 *
 * @example
 * ```ts
 * import { serveHaproxyAgent } from 'hale/haproxy-agent'
 *
 * const agent = await serveHaproxyAgent(health, { port: 9402, weights: { degraded: 25 } })
 * ```
 */
export async function serveHaproxyAgent(
  health: HealthSource,
  options: HaproxyAgentOptions,
): Promise<HaproxyAgent> {
  const settings = agentSettings(health, options)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    answer(socket, health, settings)
  })
  server.maxConnections = settings.maxConnections
  const { port } = await listening(server, settings.port, settings.host)
  // Such as too many open files: the next connection may be accepted again, and the service goes on.
  server.on('error', (error) =>
    logSafely(health.logger, 'error', 'the HAProxy agent reported an error', { err: error }),
  )
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      // Closing a closed server is done already: disposing twice is no mistake.
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { port, close, [Symbol.asyncDispose]: close }
}

function answer(socket: Socket, health: HealthSource, settings: AgentSettings): void {
  // HAProxy resets the connection once it has the line: no error, and nobody else would hear of it.
  socket.on('error', () => {})
  socket.setTimeout(settings.budgetMs + graceMs, () => socket.destroy())
  // What it may send (`agent-send`) changes nothing, but unread it would keep its end from being noticed.
  socket.resume()
  agentLine(health, settings).then(
    (line) => {
      if (!socket.destroyed) socket.end(line)
    },
    (error) => {
      logSafely(health.logger, 'error', 'the registry could not be asked', { err: error })
      // No answer changes nothing at HAProxy, whose own check goes on.
      socket.destroy()
    },
  )
}

import { type HealthServer, type ServeOptions, serveHealth } from 'hale/node'

type Serve = (
  health: Parameters<typeof serveHealth>[0],
  options?: Partial<ServeOptions>,
) => Promise<HealthServer>

/** Serves on a free port of 127.0.0.1, until what is opened is closed, whatever its connections are about then. */
export function servedUntilClosed(opened: (() => unknown)[]): Serve {
  return async (health, options = {}) => {
    const server = await serveHealth(health, { port: 0, host: '127.0.0.1', ...options })
    opened.push(() => {
      server.server.closeAllConnections()
      return server.close()
    })
    return server
  }
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from './app.ts'
import { openDatabase } from './database.ts'
import { connectExternalApi } from './external-api.ts'
import { serviceHealth } from './health.ts'
import type { Settings } from './settings.ts'

/** The running service. */
export interface Service {
  readonly port: number
  /** What it says at its start. */
  readonly greeting: string
  /** Turns readiness 503, lets what is in flight finish and closes everything. */
  stop(reason: string): Promise<void>
}

/** Starts everything; rejects, with nothing left behind, when the port is taken. */
export async function startService(settings: Settings): Promise<Service> {
  const externalApi = await connectExternalApi(settings.externalApiUrl)
  const database = openDatabase(settings)
  const health = serviceHealth(settings, database, externalApi.url)
  health.startupTask('prepare the database', database.prepare())
  const server = createServer(createApp(health, database, settings.externalApiTimeoutMs))

  async function stop(reason: string): Promise<void> {
    health.drain(reason)
    await closed(server)
    await health.dispose()
    await Promise.all([database.close(), externalApi.close()])
  }

  try {
    await listening(server, settings.port)
  } catch (error) {
    await stop('never started')
    throw error
  }
  const { port } = server.address() as AddressInfo
  const greeting = [
    `The example service (${database.kind}) listens on http://127.0.0.1:${port}`,
    `  SIMULATE_DB_UP=${settings.simulateDbUp}`,
    `  SIMULATE_EXTERNAL_API_UP=${settings.simulateExternalApiUp}`,
    `  EXTERNAL_DEPENDENCY_API_URL=${externalApi.shownUrl}`,
    `Try: curl -i http://127.0.0.1:${port}/health/ready, or open it in a browser. Ctrl-C stops it.`,
  ].join('\n')
  return { port, greeting, stop }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

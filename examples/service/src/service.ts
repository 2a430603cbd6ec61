import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gracefulShutdown } from 'hale/shutdown'
import { createApp } from './app.ts'
import { openDatabase } from './database.ts'
import { connectExternalApi } from './external-api.ts'
import { serviceHealth } from './health.ts'
import type { Settings } from './settings.ts'
import { untilItWorks } from './until-it-works.ts'

/** The running service. */
export interface Service {
  readonly port: number
  /** What it says at its start. */
  readonly greeting: string
}

/**
 * Starts everything, and has SIGTERM and SIGINT stop it; rejects, with nothing left behind, when the port is taken or
 * the file cannot be opened.
 */
export async function startService(settings: Settings): Promise<Service> {
  const opened: (() => Promise<void>)[] = []
  // In turn, the last opened first: what is closed may still need what was there before it.
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    const database = openDatabase(settings)
    opened.push(() => database.close())
    const externalApi = await connectExternalApi(settings.externalApiUrl)
    opened.push(() => externalApi.close())
    const health = serviceHealth(settings, database, externalApi.url)
    opened.push(() => health.dispose())
    const server = createServer(createApp(health, database, settings.externalApiTimeoutMs))
    const stopping = new AbortController()
    // Before it listens: a rollout may end a process in its first second.
    const shutdown = gracefulShutdown(health, {
      servers: [server],
      drainDelayMs: settings.drainDelayMs,
      hooks: [
        { name: 'give up the start', when: 'drain', run: () => stopping.abort() },
        { name: 'close what was opened', run: close },
      ],
    })
    await listening(server, settings.port).catch(async (error: unknown) => {
      await shutdown.dispose()
      throw error
    })
    const prepare = 'prepare the database'
    health.startupTask(
      prepare,
      untilItWorks(() => database.prepare(), prepare, stopping.signal),
    )
    const { port } = server.address() as AddressInfo
    return { port, greeting: greeting(port, database.kind, externalApi.shownUrl, settings) }
  } catch (error) {
    await close()
    throw error
  }
}

function greeting(port: number, database: string, externalApiUrl: string, settings: Settings): string {
  return [
    `The example service (${database}) listens on port ${port} of every address: http://127.0.0.1:${port}`,
    `  SIMULATE_DB_UP=${settings.simulateDbUp}`,
    `  SIMULATE_EXTERNAL_API_UP=${settings.simulateExternalApiUp}`,
    `  EXTERNAL_DEPENDENCY_API_URL=${externalApiUrl}`,
    `Try: curl -i http://127.0.0.1:${port}/health/ready, or open it in a browser. Ctrl-C stops it.`,
  ].join('\n')
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
}

import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Health } from 'hale'
import { healthMiddleware } from 'hale/express'
import type { Database } from './database.ts'
import { bodyOf } from './health.ts'

/** The application: the health endpoints first, since probes need nothing of what follows. */
export function createApp(health: Health, database: Database, externalApiTimeoutMs: number): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(healthMiddleware(health, { body: (report) => bodyOf(report, externalApiTimeoutMs) }))
  app.get('/', async (_, response) => {
    response.json({ message: 'Hello from the example service.', visits: await database.countVisit() })
  })
  app.use((_, response) => {
    response.status(404).json({ error: 'Not found.' })
  })
  // Express's own page shows the stack to whoever asks.
  const failed: ErrorRequestHandler = (error, request, response, _next) => {
    console.error(`${request.method} ${request.path} failed:`, error)
    response.status(500).json({ error: 'Something went wrong.' })
  }
  app.use(failed)
  return app
}

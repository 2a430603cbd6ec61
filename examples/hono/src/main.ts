import { serve } from '@hono/node-server'
import { check, createHealth } from 'hale'
import { healthRoutes } from 'hale/hono'
import { gracefulShutdown } from 'hale/shutdown'
import { Hono } from 'hono'

const health = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: { database: check(() => {}) }, // such as postgres(pool)
})

const app = new Hono()
app.use(healthRoutes(health))
app.get('/', (context) => context.text('hello from Hono'))

// The hostname also stands in for the Host header, which some probers do not send.
const { fetch } = app
const server = serve({ fetch, hostname: '0.0.0.0', port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening: http://127.0.0.1:${port} (try /health/ready)`)
})
gracefulShutdown(health, { servers: [server], drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000) })

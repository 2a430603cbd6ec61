import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { check, createHealth } from 'hale'
import { healthMiddleware } from 'hale/koa'
import { gracefulShutdown } from 'hale/shutdown'
import Koa from 'koa'

const health = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: { database: check(() => {}) }, // such as postgres(pool)
})

const app = new Koa()
app.use(healthMiddleware(health))
app.use((context) => {
  if (context.path === '/') context.body = 'hello from Koa'
})

const server = createServer(app.callback())
gracefulShutdown(health, { servers: [server], drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000) })
server.listen(Number(process.env.PORT ?? 3000), () => {
  const { port } = server.address() as AddressInfo
  console.log(`listening: http://127.0.0.1:${port} (try /health/ready)`)
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { check, createHealth, degraded } from 'hale'
import { http } from 'hale/checks/http'
import { healthMiddleware } from 'hale/express'
import { gracefulShutdown } from 'hale/shutdown'

// A small service: /health says that the process lives, /health?deep=true asks what it depends on.

const database = { ping: async () => {} } // in place of a driver's pool, for which hale has checks
const { PAYMENTS_URL, PORT = '3000', DRAIN_DELAY_MS = '5000' } = process.env
const orders = new Map([['1', { item: 'a book' }]])

const health = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: {
    database: check(() => database.ping(), { timeoutMs: 200, impact: 'no order can be taken' }),
    orders: check(() => (orders.size > 1000 ? degraded('more than 1000 kept') : undefined), {
      critical: false,
    }),
    ...(PAYMENTS_URL && { payments: http(PAYMENTS_URL, { critical: false }) }),
  },
  logger: console,
})

const app = express()
app.use(healthMiddleware(health)) // before everything that a probe does not need
app.use(express.json())
app.get('/orders/:id', (request, response) => {
  const order = orders.get(request.params.id)
  response.status(order ? 200 : 404).json(order ?? { error: 'There is no such order.' })
})

const server = createServer(app)
gracefulShutdown(health, { servers: [server], drainDelayMs: Number(DRAIN_DELAY_MS) })
server.listen(Number(PORT), () => {
  const { port } = server.address() as AddressInfo
  console.log(`listening: http://127.0.0.1:${port} (try /health and /health?deep=true)`)
})

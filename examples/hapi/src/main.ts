import Hapi from '@hapi/hapi'
import { check, createHealth } from 'hale'
import { healthPlugin } from 'hale/hapi'
import { gracefulShutdown } from 'hale/shutdown'

const orders = new Map([['1', { id: '1', item: 'lamp' }]])

const health = createHealth({
  service: { name: 'orders', version: '1.0.0' },
  checks: { orders: check(() => void orders.size) },
  logger: console,
})

const server = Hapi.server({ port: process.env.PORT ?? 3000 })
await server.register(healthPlugin(health))

server.route({
  method: 'GET',
  path: '/orders/{id}',
  handler: ({ params }, h) =>
    orders.get(String(params.id)) ?? h.response({ error: 'no such order' }).code(404),
})

gracefulShutdown(health, {
  servers: [server.listener],
  hooks: [() => server.stop()],
  drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000),
})
await server.start()
console.log(`listening: http://127.0.0.1:${server.info.port} (try /health and /health/ready)`)

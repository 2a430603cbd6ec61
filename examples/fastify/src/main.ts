import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import { check, createHealth, up } from 'hale'
import { healthPlugin } from 'hale/fastify'
import { gracefulShutdown } from 'hale/shutdown'
import { orderRoutes } from './orders.ts'

const health = createHealth({
  service: { name: 'orders', version: '1.0.0' },
  checks: {
    // Asynchronous, and at most 200 ms: probes wait for no check longer than that.
    warehouse: check(async ({ signal }) => up(await askWarehouse(signal)), { timeoutMs: 200 }),
  },
  logger: console,
})

const app = Fastify()
await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Orders', version: '1.0.0' } } })
await app.register(swaggerUi, { routePrefix: '/docs' })
await app.register(healthPlugin(health))
await app.register(orderRoutes, { prefix: '/orders' })

gracefulShutdown(health, { servers: [app], drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000) })
const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' })
console.log(`listening: ${url} (try /docs, /health and /health/ready)`)

/** Stands for what this service depends on. */
async function askWarehouse(signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  return 'open'
}

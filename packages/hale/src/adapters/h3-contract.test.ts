import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { H3, toNodeHandler } from 'h3'
import { describe, test } from 'vitest'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthFetch } from './fetch.ts'

// Apart from the other fetch servers: Hono's puts a Response of its own in the place of the global one, and h3's then
// answers 200 to what it means to refuse.

describe('healthFetch keeps the contract of adapters in h3', () => {
  const cases = adapterContract({
    mountable: false,
    start: async (health, options) => {
      const answerHealth = healthFetch(health, options)
      const app = new H3()
      app.use((event) => answerHealth(event.req, { remoteAddress: event.req.ip }))
      app.get('/hello', () => 'hello')
      app.all('/**', () => new Response('application 404', { status: 404 }))
      const server = createServer(toNodeHandler(app))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const close = () => new Promise((resolve) => server.close(resolve))
      return { url: `http://127.0.0.1:${port}`, server, close }
    },
  })
  for (const { name, run } of cases) test(name, run)
})

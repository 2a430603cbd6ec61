import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyServerOptions } from 'fastify'
import { describe, test } from 'vitest'
import type { StartApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthPlugin } from './fastify.ts'

function starting(options: FastifyServerOptions): StartApplication {
  return async (health, handlerOptions, prefix = '') => {
    const app = Fastify({ forceCloseConnections: true, ...options })
    app.get('/hello', async () => 'hello')
    app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('application 404'))
    await app.register(healthPlugin(health, handlerOptions), { prefix })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, server: app, close: () => app.close() }
  }
}

describe.each<[string, FastifyServerOptions]>([
  ['', {}],
  [' that ignores trailing slashes', { routerOptions: { ignoreTrailingSlash: true } }],
  [' without HEAD routes of its own', { exposeHeadRoutes: false }],
])('healthPlugin keeps the contract of adapters in Fastify%s', (_name, options) => {
  for (const { name, run } of adapterContract({ start: starting(options) })) test(name, run)
})

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { describe, test } from 'vitest'
import type { StartApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthRoutes } from './hono.ts'

function starting(...before: readonly MiddlewareHandler[]): StartApplication {
  return async (health, options, mount) => {
    const app = new Hono()
    for (const middleware of before) app.use(middleware)
    if (mount === undefined) app.use(healthRoutes(health, options))
    else app.use(`${mount}/*`, healthRoutes(health, options))
    app.get('/hello', (context) => context.text('hello'))
    app.notFound((context) => context.text('application 404', 404))
    const server = await new Promise<Server>((resolve) => {
      // Probers of HTTP/1.0 send no Host, without which a fetch request has no URL.
      const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(started as Server),
      )
    })
    const { port } = server.address() as AddressInfo
    const close = () => new Promise((resolve) => server.close(resolve))
    return { url: `http://127.0.0.1:${port}`, server, close }
  }
}

describe('healthRoutes keeps the contract of adapters in Hono on Node', () => {
  const readFirst: MiddlewareHandler = async (context, next) => {
    if (context.req.header('content-type') === 'application/json') await context.req.json().catch(() => {})
    await next()
  }
  const cases = adapterContract({ start: starting(), startBehindBodyParser: starting(readFirst) })
  for (const { name, run } of cases) test(name, run)
})

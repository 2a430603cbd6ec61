import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { healthMiddleware } from './koa.ts'

const opened: Server[] = []

afterEach(async () => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listening(app: Koa): Promise<string> {
  const server = await new Promise<Server>((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started))
  })
  opened.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function endpoints(options?: HandlerOptions) {
  return healthMiddleware(createHealth({ checks: { database: check(() => down('gone')) } }), options)
}

describe('healthMiddleware in Koa', () => {
  it('shows the status to the middleware around it, once the checks are done', async () => {
    const seen: unknown[] = []
    const app = new Koa()
    app.use(async (context, next) => {
      await next()
      seen.push(context.status, context.headerSent)
    })
    app.use(endpoints())
    const response = await fetch(`${await listening(app)}/health/ready`)
    expect(response.status).toBe(503)
    expect(await response.json()).toHaveProperty('status', 'DOWN')
    expect(seen).toEqual([503, true])
  })

  it('sends the headers that were set before', async () => {
    const app = new Koa()
    app.use((context, next) => {
      context.set('X-Request-Id', '1')
      return next()
    })
    app.use(endpoints())
    const response = await fetch(`${await listening(app)}/health`)
    expect(response.headers.get('x-request-id')).toBe('1')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('is not made a 304, compressed or replaced by the middleware around it', async () => {
    const app = new Koa()
    app.use(async (context, next) => {
      await next()
      context.set('ETag', '"1"')
      context.status = 304
      context.body = 'replaced'
    })
    app.use(endpoints())
    const response = await fetch(`${await listening(app)}/health/ready`)
    expect([response.status, response.headers.get('etag')]).toEqual([503, null])
    expect(await response.json()).toHaveProperty('status', 'DOWN')
  })

  it('answers with status codes that Koa does not know', async () => {
    const health = createHealth({
      checks: { database: check(() => down('gone')) },
      groups: { readiness: { statusCodes: { DOWN: 299 } } },
    })
    const app = new Koa()
    app.use(healthMiddleware(health))
    expect((await fetch(`${await listening(app)}/health/ready`)).status).toBe(299)
  })

  it('reads a change from the body that a parser has read', async () => {
    const token = 'operators-know-this-one'
    const app = new Koa()
    app.use(async (context, next) => {
      let text = ''
      for await (const chunk of context.req) text += chunk
      Object.assign(context.request, { body: JSON.parse(text) })
      await next()
    })
    app.use(endpoints({ admin: { token } }))
    const response = await fetch(`${await listening(app)}/health/admin/checks/database`, {
      method: 'PATCH',
      body: '{"enabled":false}',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await response.json()).toMatchObject({ enabled: false })
  })

  it('throws at creation when an option is wrong', () => {
    expect(() => endpoints({ basePath: 'health' })).toThrow(ConfigurationError)
  })
})

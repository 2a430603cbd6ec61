import Hapi, { type Server } from '@hapi/hapi'
import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { healthPlugin } from './hapi.ts'

function health(): HealthSource {
  return createHealth({ checks: { database: check(() => down('gone')) } })
}

async function statusOf(server: Server, url: string, headers: Record<string, string> = {}): Promise<number> {
  return (await server.inject({ url, headers })).statusCode
}

describe('the plugin', () => {
  it('answers in spite of a default authentication, cookies that are wrong and a payload that is none', async () => {
    const server = Hapi.server({ debug: false })
    server.auth.scheme('closed', () => ({ authenticate: (_, h) => h.response('no').code(401).takeover() }))
    server.auth.strategy('closed', 'closed')
    server.auth.default('closed')
    server.route({ method: 'GET', path: '/', handler: () => 'hello' })
    await server.register(healthPlugin(health()))
    expect(await statusOf(server, '/')).toBe(401)
    expect(await statusOf(server, '/health', { cookie: 'a="b; c' })).toBe(200)
    const posted = await server.inject({
      method: 'POST',
      url: '/health',
      payload: '{"a',
      headers: { 'content-type': 'application/json' },
    })
    expect(posted.statusCode).toBe(405)
  })

  it('sends its own answer, which the server neither caches, compresses nor cuts', async () => {
    const server = Hapi.server({ debug: false, compression: { minBytes: 1 } })
    await server.register(healthPlugin(health()))
    const { statusCode, headers, payload } = await server.inject({
      url: '/health/ready',
      headers: { 'accept-encoding': 'gzip', 'if-none-match': '*', range: 'bytes=0-1' },
    })
    expect(statusCode).toBe(503)
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers['content-type']).toBe('application/json')
    expect(headers['cache-control']).toBe('no-store')
    expect(JSON.parse(payload)).toHaveProperty('status', 'DOWN')
  })

  it('can be registered twice, beneath a prefix and at the root', async () => {
    const server = Hapi.server({ debug: false })
    const shared = health()
    await server.register(healthPlugin(shared, { visibility: 'status' }))
    await server.register(healthPlugin(shared), { routes: { prefix: '/internal' } })
    expect((await server.inject('/health/ready')).result).toBe('{"status":"DOWN"}')
    expect((await server.inject('/internal/health/ready')).payload).toContain('"database"')
    for (const url of ['/internal', '/internalhealth', '/internal/health/nobody', '/other/health']) {
      expect(await statusOf(server, url), url).toBe(404)
    }
  })

  it.each([
    ['/of/{tenant}', '/of/acme'],
    ['/v{major}.{minor}/{rest*2}', '/v1.2/a/b'],
    ['/a.b(c)', '/a.b(c)'],
  ])('answers beneath the prefix %s, as routes of hapi do', async (prefix, beneath) => {
    const server = Hapi.server({ debug: false })
    const plugin = {
      name: 'orders',
      register: async (inner: Server) => {
        inner.route({ method: 'GET', path: '/orders', handler: () => 'orders' })
        await inner.register(healthPlugin(health()))
      },
    }
    await server.register(plugin, { routes: { prefix } })
    for (const [path, status] of [
      ['/orders', 200],
      ['/health?x=1', 200],
      ['/readyz', 503],
      ['/health/nobody', 404],
    ] as const) {
      expect(await statusOf(server, beneath + path), beneath + path).toBe(status)
    }
    for (const url of ['/health', '/of/health', `${beneath}health`, '/axb(c)/health', '/v1.2/a/health']) {
      expect(await statusOf(server, url), url).toBe(404)
    }
  })

  it('throws for bad options when it is made', () => {
    expect(() => healthPlugin(health(), { visibility: 'all' } as never)).toThrow(ConfigurationError)
  })
})

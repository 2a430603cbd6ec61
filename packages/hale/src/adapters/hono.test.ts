import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { type HealthRoutes, healthRoutes } from './hono.ts'

function routes(options?: HandlerOptions) {
  return healthRoutes(createHealth({ checks: { database: check(() => down('gone')) } }), options)
}

async function statuses(app: Hono, ...paths: readonly string[]): Promise<readonly number[]> {
  return Promise.all(paths.map(async (path) => (await app.request(path)).status))
}

describe('healthRoutes', () => {
  it('answers in an application, and leaves it the rest', async () => {
    const app = new Hono().use(routes()).get('/orders', (context) => context.text('orders'))
    expect(await statuses(app, '/health', '/health/ready', '/orders', '/health/nobody')).toEqual([
      200, 503, 200, 404,
    ])
  })

  it('answers as the only thing there is', async () => {
    expect(await statuses(new Hono().use(routes()), '/health', '/readyz', '/nothing')).toEqual([
      200, 503, 404,
    ])
  })

  it.each([
    ['on a route', (app: Hono) => app.use('/api/v1/*', routes())],
    ['in a router', (app: Hono) => app.route('/api/v1', new Hono().use(routes()))],
    [
      'in a router of a router',
      (app: Hono) => app.route('/api', new Hono().route('/v1', new Hono().use(routes()))),
    ],
    ['beneath a base path', (app: Hono) => app.route('/', new Hono().basePath('/api/v1').use(routes()))],
    ['beneath a parameter', (app: Hono) => app.use('/:kind/:version/*', routes())],
    ['beneath a pattern with a slash', (app: Hono) => app.use('/:kind{[^/]+}/:version/*', routes())],
    [
      'in a router with errors of its own',
      (app: Hono) =>
        app.route('/api/v1', new Hono().onError((_, context) => context.text('no', 500)).use(routes())),
    ],
    ['behind other middleware', (app: Hono) => app.use(async (_, next) => next()).use('/api/v1/*', routes())],
  ])('answers beneath the path where it is mounted: %s', async (_where, mount) => {
    const app = new Hono()
    mount(app)
    const paths = ['/api/v1/health', '/api/v1/health?deep=true', '/api/v1/readyz', '/%61pi/v1/health/ready/']
    expect(await statuses(app, ...paths)).toEqual([200, 503, 503, 503])
    expect(await statuses(app, '/health', '/api/v1', '/api/v1health', '/api/health')).toEqual([
      404, 404, 404, 404,
    ])
  })

  it('answers at its mount point itself with the base path "/"', async () => {
    const app = new Hono().use('/status/*', routes({ basePath: '/' }))
    expect(await statuses(app, '/status', '/status/', '/status?deep=true', '/status/ready')).toEqual([
      200, 200, 503, 503,
    ])
  })

  it('answers where the host is part of what is routed by, as at every host', async () => {
    const getPath = (request: Request) => request.url.replace(/^https?:\/([^?]*).*/, '$1')
    const url = (path: string) => `http://a.example${path}`
    const paths = [
      '/health?x=1',
      '/api/v1/readyz',
      '/api/v1/health/',
      '/api/v1/readyz?verbose',
      '/api/v2/health',
    ]
    const app = new Hono({ getPath })
    app.use('/a.example/*', routes()).use('/:host/api/v1/*', routes())
    expect(await statuses(app, ...paths.map(url))).toEqual([200, 503, 200, 503, 404])
    expect(await statuses(app, 'http://b.example/health', 'http://b.example/api/v1/health')).toEqual([
      404, 200,
    ])
    const tidy = new Hono({ getPath: (request) => getPath(request).replace(/\/$/, '') })
    expect(await statuses(tidy.use('/a.example/*', routes()), url('/readyz/'))).toEqual([503])
    const everywhere = new Hono({ getPath }).use(routes())
    expect(await statuses(everywhere, url('/readyz'), 'http://b.example/health')).toEqual([503, 200])
  })

  it('answers beneath a path where trailing slashes count for nothing', async () => {
    const app = new Hono({ strict: false }).use('/api/*', routes())
    const paths = ['/api/health', '/api/health/', '/api/readyz/?x=1', '/%61pi/health/']
    expect(await statuses(app, ...paths)).toEqual([200, 200, 503, 200])
  })

  it.each([
    ['first', (app: Hono, endpoints: HealthRoutes) => app.use(endpoints).use('/a/*', endpoints)],
    ['last', (app: Hono, endpoints: HealthRoutes) => app.use('/a/*', endpoints).use(endpoints)],
  ])('can be mounted in several places, the root %s', async (_when, mount) => {
    const endpoints = routes()
    const app = new Hono()
    mount(app, endpoints).use('/b/c/*', endpoints)
    for (let round = 0; round < 2; round++) {
      expect(await statuses(app, '/health', '/a/health', '/b/c/readyz', '/health', '/c/health')).toEqual([
        200, 200, 503, 200, 404,
      ])
    }
  })

  it('is left alone by middleware that comes after it', async () => {
    const app = new Hono().use(routes()).use(etag())
    const response = await app.request('/health', { headers: { 'if-none-match': '*' } })
    expect([response.status, response.headers.get('etag')]).toEqual([200, null])
  })

  it('lets middleware around it add to the answer', async () => {
    const app = new Hono()
    app.use(async (context, next) => {
      await next()
      context.header('X-Request-Id', '1')
    })
    app.use(routes())
    const response = await app.request('/health/ready')
    expect(response.headers.get('x-request-id')).toBe('1')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.status).toBe(503)
  })

  it('reads a change from a body that another middleware has read', async () => {
    const token = 'operators-know-this-one'
    const app = new Hono()
    app.use(async (context, next) => {
      await context.req.json()
      await next()
    })
    app.use(routes({ admin: { token } }))
    const headers = { authorization: `Bearer ${token}` }
    const init = { method: 'PATCH', body: '{"enabled":false}', headers }
    const response = await app.request('/health/admin/checks/database', init)
    expect(await response.json()).toMatchObject({ enabled: false })
  })

  it("knows the address by what the server hands over: Node's request, Bun's server, Deno's info", async () => {
    const visibility: HandlerOptions['visibility'] = ({ socket }) =>
      socket?.remoteAddress === '10.0.0.7' ? 'debug' : 'status'
    const app = new Hono().use(routes({ visibility }))
    const runtimes = [
      { incoming: { rawHeaders: ['Host', 'x'], socket: { remoteAddress: '10.0.0.7' } } },
      { requestIP: () => ({ address: '10.0.0.7' }) },
      { remoteAddr: { hostname: '10.0.0.7' } },
    ]
    for (const env of runtimes) {
      const response = await app.request('/health', {}, env)
      expect(await response.json()).toHaveProperty('transitions')
    }
    expect(await (await app.request('/health', {}, { BINDING: 'x' })).json()).toEqual({ status: 'UP' })
  })

  it('throws at creation when an option is wrong', () => {
    expect(() => routes({ basePath: 'health' })).toThrow(ConfigurationError)
  })
})

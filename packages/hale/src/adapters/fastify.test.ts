import fastifySwagger from '@fastify/swagger'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { Health } from '../core/health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { createHandler } from '../http/handle.ts'
import { type FastifyHealthOptions, healthPlugin } from './fastify.ts'

const opened: FastifyInstance[] = []

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close()
})

function application(options: FastifyServerOptions = {}): FastifyInstance {
  const app = Fastify(options)
  opened.push(app)
  return app
}

function health(): Health {
  return createHealth({
    checks: { database: check(() => down('gone')), cache: check(() => {}, { critical: false }) },
    groups: { payments: { members: ['cache'] }, terse: { members: ['database'], visibility: 'status' } },
  })
}

async function documented(options?: FastifyHealthOptions, openapi = '3.1.0') {
  const app = application()
  await app.register(fastifySwagger, { openapi: { openapi, info: { title: 'shop', version: '1' } } })
  await app.register(healthPlugin(health(), options))
  await app.ready()
  const document = app.swagger() as unknown as {
    readonly paths: Record<string, Record<string, { responses: Record<string, { content: Content }> }>>
  }
  return { app, document }
}

interface Content {
  readonly [mediaType: string]: { readonly schema: object }
}

describe('the plugin', () => {
  it('adds routes to its own scope and nothing else', async () => {
    const app = application()
    const seen: string[] = []
    app.register(async (scope) => {
      scope.addHook('onRequest', async (request) => void seen.push(request.url))
      scope.register(healthPlugin(health()), { prefix: '/internal' })
    })
    app.post('/orders', async (request) => request.body)
    await app.ready()
    const ordered = await app.inject({ method: 'POST', url: '/orders', payload: { a: 1 } })
    expect(ordered.json()).toEqual({ a: 1 })
    expect((await app.inject('/internal/health/live')).statusCode).toBe(200)
    expect((await app.inject('/health/live')).statusCode).toBe(404)
    expect(seen).toEqual(['/internal/health/live'])
  })

  it('serves two views of one registry', async () => {
    const shared = health()
    const app = application()
    app.register(healthPlugin(shared, { visibility: 'status' }))
    app.register(healthPlugin(shared, { visibility: 'debug' }), { prefix: '/internal' })
    expect((await app.inject('/health/ready')).json()).toEqual({ status: 'DOWN' })
    expect((await app.inject('/internal/health/ready')).json()).toHaveProperty('transitions')
  })

  it('serves beneath a prefix with parameters, and one that is written another way', async () => {
    const app = application()
    app.register(healthPlugin(health()), { prefix: '/of/:tenant' })
    for (const url of ['/of/a/health/ready', '/of/b/health/database', '/%6ff/a/readyz?x=1']) {
      expect((await app.inject(url)).statusCode, url).toBe(503)
    }
    expect((await app.inject('/of/a/health/nobody')).statusCode).toBe(404)
  })

  it.each([
    ['/:kind(^x/y$)', '/x%2Fy'],
    ['/of/:kind(^(x|\\(/)$)-of-:id', '/of/x-of-1'],
    ['/v::1/a(b/c)', '/v:1/a(b/c)'],
    ['/a/', '/a'],
  ])('serves beneath %s, where a slash may be part of a pattern', async (prefix, beneath) => {
    const app = application()
    app.register(healthPlugin(health()), { prefix })
    for (const url of ['/health/live', '/health/cache', '/livez']) {
      const { statusCode, body } = await app.inject(beneath + url)
      expect(statusCode, `${beneath}${url}: ${body}`).toBe(200)
    }
    expect((await app.inject(`${beneath}/health/nobody`)).statusCode).toBe(404)
  })

  it("leaves unknown checks to the scope's own 404", async () => {
    const app = application()
    app.register(
      async (scope) => {
        scope.setNotFoundHandler((_request, reply) => reply.code(404).send('inner'))
        scope.register(healthPlugin(health()))
      },
      { prefix: '/inner' },
    )
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('outer'))
    expect((await app.inject('/inner/health/nobody')).body).toBe('inner')
    expect((await app.inject('/health/nobody')).body).toBe('outer')
  })

  it("sends headers that the application's hooks set, and its own over them", async () => {
    const app = application()
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'access-control-allow-origin': '*', 'cache-control': 'max-age=60' })
    })
    app.register(healthPlugin(health()))
    const { headers } = await app.inject('/health/ready')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('lets no later hook change an answer, and lets response hooks see it', async () => {
    const app = application()
    const seen: number[] = []
    app.addHook('preHandler', async (_request, reply) => reply.code(401).send())
    app.addHook('onSend', async (_request, reply) => void reply.code(304))
    app.addHook('onResponse', async (_request, reply) => void seen.push(reply.statusCode))
    app.register(healthPlugin(health()))
    const { statusCode } = await app.inject({ url: '/health/ready', headers: { 'if-none-match': '*' } })
    expect(statusCode).toBe(503)
    expect(seen).toEqual([503])
  })

  it('answers a slow check itself, whatever time Fastify gives its handlers', async () => {
    const app = application({ handlerTimeout: 5 })
    const slow = check(() => new Promise((resolve) => setTimeout(resolve, 50)))
    app.register(healthPlugin(createHealth({ checks: { slow } })))
    const { statusCode, body } = await app.inject('/health/slow')
    expect(statusCode, body).toBe(200)
  })

  it("serves what is opt-in, outside of the base path too, and Spring Boot's paths beneath a prefix", async () => {
    const app = application()
    app.register(healthPlugin(health(), { actuator: true, metrics: true, openapi: true }), { prefix: '/in' })
    for (const url of ['/in/actuator', '/in/actuator/health/liveness', '/in/health/metrics']) {
      expect((await app.inject(url)).statusCode, url).toBe(200)
    }
    expect((await app.inject('/in/health/openapi.json')).json()).toHaveProperty('openapi')
    expect((await app.inject('/in/actuator/nothing')).statusCode).toBe(404)
    expect((await app.inject('/actuator')).statusCode).toBe(404)
  })

  it.each<[string, FastifyHealthOptions, string[]]>([
    ['an alias', { basePath: '/livez' }, ['/livez', '/livez/ready', '/readyz']],
    ["a group's", { basePath: '/' }, ['/', '/readyz', '/livez', '/ready']],
    [
      'an alias and of Actuator',
      { actuator: { basePath: '/readyz' } },
      ['/readyz', '/readyz/health', '/livez'],
    ],
    ['of Actuator and a probe', { actuator: { basePath: '/health/live' } }, ['/health/live', '/health']],
  ])('serves a path that is %s at once as the plain handler does', async (_what, options, paths) => {
    const ok = check(() => {})
    const shared = createHealth({ checks: { ok }, groups: { readyz: { members: ['ok'] } } })
    const app = application()
    app.register(healthPlugin(shared, options))
    const handle = createHandler(shared, options)
    for (const url of paths) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST'] as const) {
        const plain = await handle({ method, url, headers: {} })
        const { statusCode, body } = await app.inject({ method, url })
        expect([statusCode, body], `${method} ${url}`).toEqual([plain?.status, plain?.body])
      }
    }
  })

  it('says every problem of its options', () => {
    const bad = {
      basePath: '/a*',
      logRequests: 'yes',
      visibilty: 'status',
    } as unknown as FastifyHealthOptions
    const problems = (() => {
      try {
        healthPlugin(health(), bad)
      } catch (error) {
        return (error as ConfigurationError).problems
      }
      return []
    })()
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['visibilty', 'logRequests', 'basePath'])
    expect(() => healthPlugin({} as never)).toThrow(ConfigurationError)
  })
})

describe("Fastify's log", () => {
  async function logged(options: FastifyHealthOptions): Promise<string[]> {
    const lines: string[] = []
    const app = application({ logger: { stream: { write: (line: string) => void lines.push(line) } } })
    app.get('/hello', async () => 'hello')
    app.register(healthPlugin(health(), options))
    for (const url of ['/health/live', '/readyz', '/health/database', '/health/live/', '/hello'])
      await app.inject(url)
    return lines.filter((line) => line.includes('incoming request')).map((line) => JSON.parse(line).req.url)
  }

  it('has no probes, since platforms ask for ever', async () => {
    expect(await logged({})).toEqual(['/hello'])
  })

  it('has them on request', async () => {
    expect(await logged({ logRequests: true })).toHaveLength(5)
  })

  it.each<[string, object, FastifyHealthOptions, string[]]>([
    ["at the application's level", {}, {}, ['info for a', 'warn for a', 'request completed']],
    ["at the scope's level", { logLevel: 'warn' }, {}, ['warn for a']],
    [
      'once, with probes',
      {},
      { logRequests: true },
      ['incoming request', 'info for a', 'warn for a', 'request completed'],
    ],
  ])(
    "has what the application's 404 handler says beneath /health: %s",
    async (_what, scope, options, expected) => {
      const lines: { readonly msg: string; readonly reqId?: string }[] = []
      const stream = { write: (line: string) => void lines.push(JSON.parse(line)) }
      const app = application({ logger: { stream } })
      app.setNotFoundHandler((request, reply) => {
        request.log.info('info for a')
        reply.log.warn('warn for a')
        return reply.code(404).send('nothing here')
      })
      app.register(healthPlugin(health(), options), scope)
      expect((await app.inject('/health/nobody')).body).toBe('nothing here')
      expect(lines.map(({ msg }) => msg)).toEqual(expected)
      expect(lines.map(({ reqId }) => reqId)).toEqual(expected.map(() => 'req-1'))
    },
  )
})

describe('the OpenAPI document of @fastify/swagger', () => {
  it.each(['3.0.3', '3.1.0', '3.0.3 with lists'])(
    '%s shows the endpoints, valid, without aliases and methods that only refuse',
    async (version) => {
      const { document } = await documented(
        {
          rateLimit: { perSecond: 10 },
          token: 'a-token-of-some-length',
          detailsAs: version.endsWith('lists') ? 'list' : 'object',
        },
        version.split(' ', 1)[0],
      )
      expect(Object.keys(document.paths)).toEqual([
        '/health',
        '/health/live',
        '/health/ready',
        '/health/startup',
        '/health/payments',
        '/health/terse',
        '/health/{check}',
      ])
      for (const item of Object.values(document.paths)) expect(Object.keys(item)).toEqual(['get'])
      expect(document.paths['/health']?.get).toMatchObject({
        tags: ['health'],
        parameters: expect.any(Array),
      })
      expect(Object.keys(document.paths['/health/ready']?.get?.responses ?? {})).toEqual([
        '200',
        '429',
        '503',
      ])
      const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
      expect(errors).toBeUndefined()
      expect(valid).toBe(true)
    },
  )

  it.each<[string, FastifyHealthOptions]>([
    ['components', {}],
    ['lists', { detailsAs: 'list' }],
    ['debug', { visibility: 'debug' }],
    ['status', { visibility: 'status' }],
    ['a function', { visibility: () => 'components' }],
  ])('has schemas that the answers keep: %s', async (_name, options) => {
    const { app, document } = await documented(options)
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    for (const path of [
      '/health',
      '/health/ready',
      '/health/payments',
      '/health/terse',
      '/health/database',
    ]) {
      const { statusCode, body } = await app.inject(path)
      const item = document.paths[path] ?? document.paths['/health/{check}']
      const schema = item?.get?.responses[statusCode]?.content['application/json']?.schema
      expect(schema, path).toBeDefined()
      const validate = ajv.compile(schema ?? false)
      expect(validate(JSON.parse(body)), `${path}: ${ajv.errorsText(validate.errors)} in ${body}`).toBe(true)
      expect(validate({ status: 'GREAT' })).toBe(false)
    }
  })

  it('says nothing of a body that is the application’s own, unless told', async () => {
    const body = () => ({ fine: true })
    const schema = { type: 'object', properties: { fine: { type: 'boolean' } } }
    const ofBody = async (options: FastifyHealthOptions) => {
      const { document } = await documented(options)
      return document.paths['/health/live']?.get?.responses[200]?.content['application/json']?.schema
    }
    expect(await ofBody({ body })).toEqual({ description: 'As the application makes it.' })
    expect(await ofBody({ body, openapi: { serve: false, schemas: { json: schema } } })).toEqual(schema)
  })
})

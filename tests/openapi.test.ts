import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import express from 'express'
import { type CheckDefinition, check, createHealth, degraded, down, type Health, heartbeat, up } from 'hale'
import { healthMiddleware } from 'hale/express'
import { createHandler, type HandlerOptions } from 'hale/http'
import { serveHealth } from 'hale/node'
import { mergeOpenApi, toOpenApi } from 'hale/openapi'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { inProject } from '../tools/project.mjs'

const token = 'shows-much-more-of-it'
const adminToken = 'changes-what-it-wants'

/** A registry of every kind of check, all of them as `broken` says. */
function registry(broken: boolean): Health {
  const outcome = () => (broken ? down('gone') : up('here', { free: 3, nested: { list: [1, null, 'x'] } }))
  const checks: Record<string, CheckDefinition> = {
    database: check(outcome, {
      maxAgeMs: { up: 60_000, down: 60_000 },
      tags: ['a'],
      runbook: 'https://r.example',
    }),
    cache: check(() => degraded('slow'), {
      critical: false,
      impact: 'Pages are slow.',
      componentType: 'datastore',
    }),
    polled: check(outcome, { intervalMs: 60_000 }),
    consumer: heartbeat({ ttlMs: 60_000, critical: false, probes: [] }),
    thrown: check(() => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), {
      critical: false,
    }),
  }
  const health = createHealth({
    service: { name: 'orders', version: '1.2.3' },
    checks,
    groups: {
      payments: { members: ['database'], visibility: 'debug' },
      terse: { members: ['database', 'cache'], visibility: 'status' },
      odd: { members: ['database'], statusCodes: { UP: 204, DOWN: 429, DEGRADED: 500 } },
    },
  })
  onTestFinished(() => health.dispose())
  if (!broken) health.circuit('database')
  return health
}

const configurations: Readonly<Record<string, HandlerOptions>> = {
  'as it comes': {},
  'at the root': { basePath: '/' },
  'deep, without aliases': { basePath: '/internal/status', aliases: false },
  'the status alone': { visibility: 'status' },
  'all of it': { visibility: 'debug' },
  'by request': { visibility: ({ headers }) => (headers['x-office'] ? 'debug' : 'status') },
  'a token': { token },
  'a token that shows a little': { visibility: 'status', token: { value: token, visibility: 'components' } },
  'a list': { detailsAs: 'list', visibility: 'debug' },
  'a list, terse for strangers': { detailsAs: 'list', visibility: 'status', token },
  'one format': { formats: ['json'] },
  'another format first': { formats: ['html', 'json'] },
  'a format of its own': {
    formats: ['json', { name: 'line', mediaType: 'text/plain', render: ({ status }) => status }],
  },
  'a body of its own': { body: ({ status }) => ({ ok: status === 'UP' }) },
  'a body of its own, described': {
    body: ({ status }) => ({ ok: status === 'UP' }),
    openapi: {
      schemas: {
        json: {
          $ref: '#/$defs/answer',
          $defs: { answer: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } },
        },
      },
    },
  },
  'each of the formats': { formats: ['kubernetes', 'microprofile', 'prometheus', 'actuator', 'health-json'] },
  'metrics alone': { formats: ['prometheus'], metrics: true },
  'the paths of Spring Boot': { actuator: true, metrics: true, token },
  'the paths of Spring Boot, at the root': {
    actuator: { basePath: '/' },
    rateLimit: { perSecond: 1000, burst: 9000 },
  },
  'headers for proxies': { envoy: true, serverTiming: true },
  administered: { admin: { token: adminToken } },
  limited: { rateLimit: { perSecond: 1000, burst: 100_000 }, admin: { token: adminToken } },
}

interface Operation {
  readonly parameters?: readonly { readonly $ref: string }[]
  readonly responses: { readonly [code: string]: { readonly $ref: string } | Response }
}
interface Response {
  readonly content?: { readonly [mediaType: string]: { readonly schema?: object } }
}
type Document = ReturnType<typeof toOpenApi>
type Served = Document & { readonly servers: readonly [{ readonly url: string }] }

// One for all: to compile what it validates with takes longer than all else here.
const validator = new Validator()

async function valid(document: object): Promise<void> {
  const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>
  expect(await validator.validate(copy)).toEqual({ valid: true })
}

/** Tells whether a response is one of those that a document describes for a path. */
function judge(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateSchema: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'document')
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>()
  const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))

  return (path: string, verb: string, status: number, mediaType: string | null, body: string): void => {
    const where = `${verb} ${path} ${status} ${mediaType}`
    const operation = (document.paths[path] as Record<string, Operation>)[verb]
    const described = operation?.responses[status]
    expect(described, where).toBeDefined()
    const pointer =
      '$ref' in (described as object)
        ? (described as { $ref: string }).$ref
        : `#/paths/${escaped(path)}/${verb}/responses/${status}`
    const { content } = pointer
      .slice(2)
      .split('/')
      .reduce((part, key) => {
        const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
        return (part as Record<string, object>)[name] as object
      }, document as object) as Response
    if (content === undefined) {
      expect(body, where).toBe('')
      return
    }
    expect(Object.keys(content), where).toContain(mediaType)
    const schema = content[mediaType ?? '']?.schema
    if (schema === undefined) return
    const value: unknown = mediaType?.includes('json') ? JSON.parse(body) : body
    // Responses share schemas, and compiling one takes longer than a request.
    const same = JSON.stringify(schema)
    const reference = `document${pointer}/content/${escaped(mediaType ?? '')}/schema`
    const validate = compiled.get(same) ?? ajv.compile({ $ref: reference })
    compiled.set(same, validate)
    expect(validate(value), `${where}\n${body}\n${JSON.stringify(validate.errors)}`).toBe(true)
  }
}

// Thousands of requests, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 })

describe.each(Object.entries(configurations))('configured as %s', (_name, given) => {
  const options = { ...given, openapi: given.openapi ?? true }

  test('the document is valid, and served as it is returned', async () => {
    const health = registry(false)
    const document = toOpenApi(health, options)
    await valid(document)
    await using server = await serveHealth(health, { ...options, port: 0, host: '127.0.0.1' })
    const base = (options.basePath ?? '/health').replace(/\/$/, '')
    const response = await fetch(`${server.url}${base}/openapi.json`)
    expect(response.headers.get('content-type')).toBe('application/json')
    const { servers, ...served } = (await response.json()) as Served
    expect(served).toEqual(document)
    expect(new URL(servers[0].url, response.url).href).toBe(`${server.url}/`)
  })

  test.each([true, false])('every answer is one that is described (broken: %s)', async (broken) => {
    const health = registry(broken)
    const document = toOpenApi(health, options)
    const fits = judge(document)
    await using server = await serveHealth(health, { ...options, port: 0, host: '127.0.0.1' })
    const names = ['database', 'thrown', 'consumer']
    const known = [
      'json',
      'html',
      'kubernetes',
      'health-json',
      'actuator',
      'microprofile',
      'prometheus',
    ] as const
    const formats = (options.formats ?? known).map((format) =>
      typeof format === 'string' ? format : format.name,
    )
    const queries = [
      '',
      '?deep=true',
      '?verbose&exclude=cache&format=kubernetes',
      ...formats.map((format) => `?format=${format}`),
    ]
    const headers = [
      {},
      ...(typeof options.visibility === 'function' ? [{ 'x-office': '1' }] : []),
      ...(options.token === undefined ? [] : [{ authorization: `Bearer ${token}` }]),
    ]
    let answers = 0
    for (const [path, item] of Object.entries(document.paths)) {
      if (path.includes('/admin')) continue
      // What is no member of a probe, or of a group, is not found: that is described too.
      const reals = ['{check}', '{group}', '{component}'].reduce<string[]>(
        (all, place) =>
          all.flatMap((each) => {
            const values = place === '{group}' ? ['readiness', 'terse'] : names
            return each.includes(place) ? values.map((value) => each.replace(place, value)) : [each]
          }),
        [path],
      )
      for (const real of reals) {
        for (const query of real === path ? queries : queries.slice(0, 4)) {
          for (const sent of headers) {
            const response = await fetch(`${server.url}${real}${query}`, {
              headers: sent as Record<string, string>,
            })
            fits(path, 'get', response.status, response.headers.get('content-type'), await response.text())
            answers++
          }
        }
      }
      expect(item).toHaveProperty('get')
      const posted = await fetch(
        server.url + path.replace(/\{(check|component)\}/, 'thrown').replace('{group}', 'readiness'),
        { method: 'POST' },
      )
      fits(path, 'get', posted.status, posted.headers.get('content-type'), await posted.text())
      expect(posted.status).toBe(405)
    }
    expect(answers).toBeGreaterThan(10)
  })

  test('the body is as schema.json says', async () => {
    const health = registry(false)
    const handle = createHandler(health, options)
    const base = (options.basePath ?? '/health').replace(/\/$/, '')
    if (options.formats?.includes('json') === false) {
      expect(await handle({ url: `${base}/schema.json`, headers: {} })).toBeUndefined()
      return
    }
    const get = async (url: string, headers: Record<string, string> = {}) => {
      const answer = await handle({ url: `${base}${url}`, headers })
      return JSON.parse(answer?.body ?? '')
    }
    const ajv = new Ajv2020({ strict: true, strictTuples: false, strictRequired: false })
    addFormats.default(ajv)
    const schema = await get('/schema.json')
    expect(ajv.validateSchema(schema)).toBe(true)
    const validate = ajv.compile(schema)
    for (const path of ['/live', '/ready', '/startup', '/payments', '/terse', '/database', '/thrown']) {
      for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
        const body = await get(`${path}?format=json`, headers)
        expect(validate(body), `${path} ${JSON.stringify(validate.errors)}`).toBe(true)
      }
    }
  })
})

describe('the document', () => {
  test('has the endpoints that there are, and no others', async () => {
    const health = registry(false)
    const paths = (options: HandlerOptions) => Object.keys(toOpenApi(health, options).paths)
    const probes = ['/health', '/health/live', '/health/ready', '/health/startup', '/health/started']
    const own = ['/health/payments', '/health/terse', '/health/odd', '/health/{check}']
    const aliases = ['/livez', '/readyz', '/startupz', '/healthz', '/readyz/{check}']
    expect(paths({}).sort()).toEqual([...probes, ...own, ...aliases].sort())
    expect(paths({}).filter((path) => /openapi|schema|admin|metrics|actuator/.test(path))).toEqual([])
    expect(paths({ aliases: false }).filter((path) => !path.startsWith('/health'))).toEqual([])
    expect(paths({ openapi: true })).toEqual(
      expect.arrayContaining(['/health/openapi.json', '/health/schema.json']),
    )
    expect(paths({ openapi: { serve: false } })).toEqual(paths({}))
    expect(paths({ admin: { token: adminToken } })).toContain('/health/admin/checks/{check}/run')
    expect(paths({ metrics: true, basePath: '/a' })).toContain('/a/metrics')
    expect(paths({ actuator: true })).toEqual(
      expect.arrayContaining(['/actuator', '/actuator/health', '/actuator/health/{group}/{component}']),
    )
    expect(paths({ basePath: '/' })).toEqual(expect.arrayContaining(['/', '/live', '/payments', '/{check}']))
  })

  test('has every operation once, by an id of its own', () => {
    const { paths } = toOpenApi(registry(false), { openapi: true, admin: { token: adminToken } })
    const ids = Object.values(paths).flatMap((item) =>
      Object.values(item).flatMap((operation) => operation?.operationId ?? []),
    )
    expect(ids.length).toBeGreaterThan(18)
    expect(new Set(ids).size).toBe(ids.length)
    const members = ['a'] as const
    const health = createHealth({
      checks: { a: check(() => {}) },
      groups: { 'x-y': { members }, xY: { members } },
    })
    const documents = JSON.stringify(toOpenApi(health)).match(/"operationId":"healthGroup[^"]*"/g)
    expect(new Set(documents).size).toBe(2)
  })

  test('follows checks that come and go', async () => {
    const health: Health = createHealth({ checks: { database: check(() => {}) } })
    const handle = createHandler(health, { openapi: true })
    const read = async () => (await handle({ url: '/health/openapi.json', headers: {} }))?.body ?? ''
    const before = await read()
    expect(await read()).toBe(before)
    const added = health.add(
      'later',
      check(() => {}),
    )
    expect(await read()).toContain('"later"')
    added[Symbol.dispose]()
    expect(await read()).toBe(before)
  })

  test('names checks only to those who are shown them', async () => {
    const health = registry(false)
    const handle = createHandler(health, { openapi: true, visibility: 'status', token })
    const read = async (headers: Record<string, string>) =>
      (await handle({ url: '/health/openapi.json', headers }))?.body ?? ''
    expect(await read({})).not.toMatch(/polled|consumer|thrown/)
    expect(await read({ authorization: 'Bearer nothing-of-the-kind' })).not.toMatch(/polled|consumer|thrown/)
    expect(await read({ authorization: `Bearer ${token}` })).toMatch(/polled.*consumer.*thrown/)
    expect(JSON.stringify(toOpenApi(health, { visibility: 'status', token }))).not.toMatch(
      /polled|consumer|thrown/,
    )
    // A check is as private as the tersest of its groups.
    expect(JSON.stringify(toOpenApi(health).components.parameters)).not.toContain('database')
  })

  test('says nothing of tokens, and bodies say nothing of what they hold', () => {
    const options = { token, admin: { token: { kim: adminToken } }, openapi: true }
    const text = JSON.stringify(toOpenApi(registry(false), options))
    for (const secret of [token, adminToken, 'kim']) expect(text).not.toContain(secret)
  })

  test('reads like any other path: HEAD, OPTIONS, a slash at the end, the rate limit', async () => {
    const handle = createHandler(registry(false), {
      openapi: true,
      rateLimit: { perSecond: 0.001, burst: 4 },
    })
    const ask = async (method: string, url: string) => handle({ method, url, headers: {} })
    const got = await ask('GET', '/health/openapi.json/')
    const head = await ask('HEAD', '/health/openapi.json')
    expect(head).toEqual({ ...got, body: '' })
    expect((await ask('OPTIONS', '/health/schema.json'))?.headers).toMatchObject({
      Allow: 'GET, HEAD, OPTIONS',
    })
    expect((await ask('DELETE', '/health/schema.json'))?.status).toBe(405)
    expect((await ask('GET', '/health/schema.json'))?.status).toBe(200)
    expect((await ask('GET', '/health/schema.json'))?.status).toBe(429)
  })

  test('is not there unless asked for', async () => {
    const handle = createHandler(registry(false))
    expect(await handle({ url: '/health/openapi.json', headers: {} })).toBeUndefined()
    const htmlAlone = createHandler(registry(false), { openapi: true, formats: ['html'] })
    expect(await htmlAlone({ url: '/health/schema.json', headers: {} })).toBeUndefined()
  })

  test('points at the right place where the handler is mounted beneath a path', async () => {
    const app = express().use('/api/v1', healthMiddleware(registry(false), { openapi: true }))
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
    const response = await fetch(`${url}/health/openapi.json`)
    const { servers } = (await response.json()) as Served
    expect(new URL(servers[0].url, response.url).href).toBe(`${url}/`)
  })
})

describe('what operators do', () => {
  test('is answered as described', async () => {
    const health = registry(false)
    const options = { admin: { token: adminToken } }
    const document = toOpenApi(health, options)
    const fits = judge(document)
    await using server = await serveHealth(health, { ...options, port: 0, host: '127.0.0.1' })
    const authorization = `Bearer ${adminToken}`
    const ask = async (verb: string, path: string, status: number, body?: unknown, more: object = {}) => {
      const response = await fetch(server.url + path.replace('{check}', 'database'), {
        method: verb.toUpperCase(),
        headers: { authorization, ...more },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      expect(response.status).toBe(status)
      fits(path, verb, status, response.headers.get('content-type'), await response.text())
    }
    const one = '/health/admin/checks/{check}'
    await ask('get', '/health/admin', 200)
    await ask('get', '/health/admin', 401, undefined, { authorization: '' })
    await ask('get', '/health/admin/service', 200)
    await ask('patch', '/health/admin/service', 200, { inService: false, reason: 'moving' })
    await ask('patch', '/health/admin/service', 422, { inService: 'no' })
    await ask('get', one, 200)
    await ask('patch', one, 200, { timeoutMs: 200, maxAgeMs: { up: 5 }, retries: null })
    await ask('patch', one, 400, 'no JSON')
    await ask('patch', one, 413, `"${'x'.repeat(20_000)}"`)
    await ask('patch', one, 422, { timeoutMs: -1 })
    await ask('patch', one, 412, { retries: 1 }, { 'if-match': '"another"' })
    await ask('post', `${one}/run`, 200)
    await ask('patch', one, 200, { enabled: false, reason: 'moving', forMs: 60_000 })
    await ask('post', `${one}/run`, 409)
    await ask('post', `${one}/reset`, 200)
    const body = { checkChange: { timeoutMs: 200, retries: null }, wrong: { timeout: 5 } }
    const ajv = new Ajv2020({ strict: false }).addSchema(document, 'document')
    const change = ajv.compile({ $ref: 'document#/components/schemas/HealthAdminCheckChange' })
    expect([change(body.checkChange), change(body.wrong)]).toEqual([true, false])
  })
})

test('a start reads none of what few requests need: documents, the page, optional endpoints', () => {
  const dist = inProject('packages', 'hale', 'dist')
  const loaded = new Set<string>()
  const load = (file: string): void => {
    if (loaded.has(file)) return
    loaded.add(file)
    const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)[^'"(]*['"](\.[^'"]+)['"]/gm)
    for (const [, path = ''] of imports) load(join(dirname(file), path))
  }
  const holds = (entry: string, text: RegExp) => {
    loaded.clear()
    load(join(dist, entry))
    expect(loaded.size).toBeGreaterThan(1)
    return [...loaded].some((file) => text.test(readFileSync(file, 'utf8')))
  }
  expect(holds('http/openapi/index.js', /HealthReadOnly/)).toBe(true)
  const late = [/HealthReadOnly/, /frame-ancestors/, /class AdminEndpoint|AdminEndpoint=class/]
  for (const name of ['Document', 'Metrics', 'Actuator'])
    late.push(new RegExp(`class ${name}Endpoint|${name}Endpoint=class`))
  const chunks = readdirSync(join(dist, 'chunks')).map((name) =>
    readFileSync(join(dist, 'chunks', name), 'utf8'),
  )
  for (const text of late) expect(chunks.filter((code) => text.test(code)).length, String(text)).toBe(1)
  for (const entry of ['http/index.js', 'adapters/node.js', 'adapters/express.js']) {
    for (const text of late) expect(holds(entry, text), `${entry}: ${text}`).toBe(false)
    expect(holds(entry, /openapi\.json/), entry).toBe(true)
  }
  // Each module costs a start a millisecond, whatever is in it.
  const names = [...loaded].map((file) => file.slice(dist.length + 1).replace(/-[^/]*$/, ''))
  expect(names.sort()).toEqual(['adapters/express.js', 'chunks/core', 'chunks/http'])
})

test('it merges into a document of the application, whose parts win', async () => {
  const own = {
    openapi: '3.1.0',
    info: { title: 'orders', version: '1.2.3' },
    tags: [{ name: 'orders' }],
    paths: {
      '/orders': { get: { responses: { 200: { description: 'All of them.' } } } },
      '/livez': { get: { responses: { 200: { description: 'Ours.' } } } },
    },
    components: { schemas: { Order: { type: 'object' } } },
  }
  const merged = mergeOpenApi(own, toOpenApi(registry(false)))
  await valid(merged)
  expect(merged.info).toBe(own.info)
  expect(merged.paths['/livez']).toBe(own.paths['/livez'])
  expect(Object.keys(merged.paths)).toEqual(expect.arrayContaining(['/orders', '/health/ready']))
  expect(Object.keys(merged.components.schemas ?? {})).toEqual(
    expect.arrayContaining(['Order', 'HealthProblem']),
  )
  expect(merged.tags.length).toBeGreaterThan(1)
  expect(own.tags).toHaveLength(1)
})

test('bad options are told together', () => {
  const health = undefined as unknown as Health
  const options = {
    openapi: { serv: true, schemas: { json: 'x' } },
    basePath: 3,
  } as unknown as HandlerOptions
  expect(() => toOpenApi(health, options)).toThrow(
    expect.objectContaining({
      problems: [
        'health: expected what createHealth returns, got undefined',
        expect.stringContaining('basePath: expected a string'),
        'openapi.serv: unknown option; did you mean serve?',
        'openapi.schemas.json: expected a JSON Schema, got a string of 1 character',
      ],
    }),
  )
  expect(() => toOpenApi(createHealth({ checks: {} }), { openapi: 'yes' as unknown as boolean })).toThrow(
    'openapi: expected true or false, got a string of 3 characters',
  )
})

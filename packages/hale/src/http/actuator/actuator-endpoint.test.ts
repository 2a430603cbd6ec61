import { describe, expect, it } from 'vitest'
import { expectValid, validityOfSchema } from '../../../../../tests/format-validity.ts'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HealthRequest } from '../exchange.ts'
import { answerFetch } from '../fetch-exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { actuatorIndexSchema } from '../schema/actuator.ts'

const v3 = 'application/vnd.spring-boot.actuator.v3+json'
const v2 = 'application/vnd.spring-boot.actuator.v2+json'
// What Spring Boot Admin sends.
const admin = `${v3}, ${v2}, application/json`

const health = createHealth({
  clock: fakeClock(),
  checks: {
    database: check(() => up()),
    cache: check(() => down('gone'), { critical: false }),
    loop: selfCheck(() => up(), { probes: ['liveness'] }),
  },
  groups: { checkout: { members: ['database'] } },
})

async function ask(
  url: string,
  more: Partial<HealthRequest> = {},
  options: HandlerOptions = { actuator: true },
) {
  const headers = { accept: admin, host: 'orders:8080', ...more.headers }
  return createHandler(health, options)({ url, ...more, headers })
}

const validIndex = validityOfSchema(actuatorIndexSchema)

async function links(more: Partial<HealthRequest> = {}, options?: HandlerOptions) {
  const response = await ask(
    options?.actuator === true || options === undefined ? '/actuator' : '/manage',
    more,
    options,
  )
  const body = JSON.parse(response?.body ?? '')
  expect(validIndex(body)).toEqual([])
  return [body._links.self.href, body._links.health.href, body._links['health-path'].href]
}

describe('the index', () => {
  it('is what Spring Boot Admin follows', async () => {
    const response = await ask('/actuator')
    expect(response?.status).toBe(200)
    expect(response?.headers['Content-Type']).toBe(v3)
    expect(JSON.parse(response?.body ?? '')).toEqual({
      _links: {
        self: { href: 'http://orders:8080/actuator', templated: false },
        health: { href: 'http://orders:8080/actuator/health', templated: false },
        'health-path': { href: 'http://orders:8080/actuator/health/{*path}', templated: true },
      },
    })
  })

  it('has the media type that was asked for', async () => {
    for (const accept of [v2, 'application/json'])
      expect((await ask('/actuator/', { headers: { accept } }))?.headers['Content-Type']).toBe(accept)
    expect((await ask('/actuator', { headers: { accept: '*/*' } }))?.headers['Content-Type']).toBe(v3)
  })

  it.each([
    ['orders', 'http://orders/actuator'],
    ['[::1]:8080', 'http://[::1]:8080/actuator'],
    ['evil"><script>', '/actuator'],
    ['a b', '/actuator'],
    ['host/path', '/actuator'],
    ['user@host', '/actuator'],
    ['', '/actuator'],
    ['x'.repeat(300), '/actuator'],
  ])('links of a request to the host %j begin with %s', async (host, href) => {
    expect((await links({ headers: { host } }))[0]).toBe(href)
  })

  it('links to https where the connection is encrypted', async () => {
    const socket = { encrypted: true } as HealthRequest['socket'] & object
    expect((await links({ socket }))[1]).toBe('https://orders:8080/actuator/health')
  })

  it('links to https where a fetch request came by it', async () => {
    const request = new Request('https://orders:8443/actuator', { headers: { host: 'orders:8443' } })
    const response = await answerFetch(createHandler(health, { actuator: true }), request)
    expect(await response?.text()).toContain('"self":{"href":"https://orders:8443/actuator"')
  })

  it('links to the URL that is configured', async () => {
    const actuator = { basePath: '/manage', url: 'https://example.org/orders/manage/' }
    expect(await links({}, { actuator })).toEqual([
      'https://example.org/orders/manage',
      'https://example.org/orders/manage/health',
      'https://example.org/orders/manage/health/{*path}',
    ])
  })
})

describe('the paths', () => {
  it.each([
    ['/actuator/health', 200, ['cache', 'database', 'livenessState', 'loop', 'readinessState']],
    ['/actuator/health/', 200, ['cache', 'database', 'livenessState', 'loop', 'readinessState']],
    ['/actuator/health/liveness', 200, ['livenessState', 'loop']],
    ['/actuator/health/readiness', 200, ['cache', 'database', 'readinessState']],
    ['/actuator/health/startup', 200, ['startupState']],
    ['/actuator/health/checkout', 200, ['database']],
    ['/actuator/health/database', 200, []],
    ['/actuator/health/readiness/cache', 503, []],
    ['/actuator/health/checkout/database', 200, []],
  ])('%s answers %d', async (url, status, components) => {
    const response = await ask(url)
    expect(response?.status).toBe(status)
    expect(response?.headers['Content-Type']).toBe(v3)
    expectValid('actuator', response)
    expect(Object.keys(JSON.parse(response?.body ?? '').components ?? {})).toEqual(components)
  })

  it.each([
    '/actuators',
    '/actuator/info',
    '/actuator/health/nobody',
    '/actuator/health/live',
    '/actuator/health/liveness/database',
    '/actuator/health/database/x',
    '/actuator/health/readiness/cache/x',
    '/actuator/health//',
    '/actuator/health/constructor',
  ])('%s is left to whoever is next', async (url) => {
    expect(await ask(url)).toBeUndefined()
  })

  it('are not there unless asked for', async () => {
    expect(await ask('/actuator', {}, {})).toBeUndefined()
    expect(await ask('/actuator/health', {}, { actuator: false })).toBeUndefined()
  })

  it('serve v3 as plain JSON, and whoever has no preference the type with the name', async () => {
    const json = await ask('/actuator/health', { headers: { accept: 'application/json' } })
    expect(json?.headers['Content-Type']).toBe('application/json')
    expectValid('actuator', json)
    const html = await ask('/actuator/health', { headers: { accept: 'text/html' } })
    expect(html?.headers['Content-Type']).toBe(v3)
  })

  it.each(['POST', 'DELETE'])('take no %s', async (method) => {
    for (const url of ['/actuator', '/actuator/health', '/actuator/health/database'])
      expect((await ask(url, { method }))?.status).toBe(405)
  })

  it('answer HEAD and OPTIONS without a body', async () => {
    for (const method of ['HEAD', 'OPTIONS'])
      for (const url of ['/actuator', '/actuator/health'])
        expect(await ask(url, { method })).toMatchObject({ status: 200, body: '' })
  })

  it('are limited as the others are, but for liveness', async () => {
    const handle = createHandler(health, { actuator: true, rateLimit: { perSecond: 1, burst: 2 } })
    const status = async (url: string) => (await handle({ url, headers: {} }))?.status
    expect([await status('/actuator/health'), await status('/actuator')]).toEqual([200, 200])
    expect([await status('/actuator/health'), await status('/actuator')]).toEqual([429, 429])
    expect(await status('/actuator/health/liveness')).toBe(200)
  })
})

it('shows of the whole no more than each probe shows of itself', async () => {
  const own = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => up()), loop: selfCheck(() => up(), { probes: ['liveness'] }) },
    groups: { readiness: { visibility: 'components' }, liveness: { visibility: 'status' } },
  })
  const secret = 'sixteen characters'
  const handle = createHandler(own, { actuator: true, token: secret })
  const body = async (headers = {}) => (await handle({ url: '/actuator/health', headers }))?.body
  expect(await body()).toBe('{"status":"UP"}')
  expect(await body({ authorization: `Bearer ${secret}` })).toContain('"loop"')
})

it.each([
  [{ actuator: 5 }, /^actuator: expected an object/],
  [{ actuator: { path: '/x' } }, /^actuator.path: unknown option/],
  [{ actuator: { basePath: 'x' } }, /^actuator.basePath: expected a path/],
  [{ actuator: { basePath: '/health' } }, /^actuator.basePath: the endpoints of basePath are there/],
  [{ actuator: { url: '/actuator' } }, /^actuator.url: expected an absolute URL/],
  [{ envoy: 1 }, /^envoy: expected true or false/],
  [{ serverTiming: 'yes' }, /^serverTiming: expected true or false/],
  [{ metrics: {} }, /^metrics: expected true or false/],
])('refuses %j', (options, problem) => {
  let problems: readonly string[] = []
  try {
    createHandler(health, options as never)
  } catch (error) {
    problems = (error as { problems: readonly string[] }).problems
  }
  expect(problems).toEqual([expect.stringMatching(problem)])
})

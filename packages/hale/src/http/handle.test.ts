import { describe, expect, it } from 'vitest'
import { check, selfCheck } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down, up } from '../core/outcome.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import type { HealthRequest, HealthResponse } from './exchange.ts'
import { createHandler, type HealthHandler } from './handle.ts'
import type { HandlerOptions } from './handler-settings.ts'

const clock = fakeClock()
const health = createHealth({
  clock,
  checks: {
    database: check(() => down('gone')),
    cache: check(() => up('connected'), { probes: [] }),
    loop: selfCheck(() => up(), { probes: ['liveness', 'startup'] }),
    constructor: check(() => up(), { probes: [] }),
    toString: check(() => up(), { probes: [] }),
    hasOwnProperty: check(() => up(), { probes: [] }),
  },
  groups: {
    payments: { members: ['cache'] },
    everything: { members: ['cache', 'database'], statusCodes: { DOWN: 500 } },
  },
})

async function ask(
  url: string | undefined,
  options: HandlerOptions = {},
  method?: string,
): Promise<HealthResponse | undefined> {
  return createHandler(health, options)({ method, url, headers: {} })
}

/** The names of the checks that an answer shows: what it was an answer about. */
async function shown(url: string, options: HandlerOptions = {}): Promise<readonly string[] | undefined> {
  const response = await createHandler(health, options)({ url, headers: { accept: 'application/json' } })
  return response && Object.keys(JSON.parse(response.body).details).slice(1)
}

const live = ['loop']
const ready = ['database']

describe('paths', () => {
  it.each([
    ['/health', live],
    ['/health/', live],
    ['/health?', live],
    ['/health#top', live],
    ['/health/live', live],
    ['/health/live?deep=true', live],
    ['/health/ready', ready],
    ['/health/ready/', ready],
    ['/health/ready?x=1&y', ready],
    ['/health/startup', live],
    ['/health/started', live],
    ['/readyz/database', ['database']],
    ['/healthz/loop/?x', ['loop']],
    ['/health/payments', ['cache']],
    ['/health/everything', ['database', 'cache']],
    ['/health/database', ['database']],
    ['/health/cache?x', ['cache']],
    ['/health/constructor', ['constructor']],
    ['/health/toString', ['toString']],
    ['/health/hasOwnProperty', ['hasOwnProperty']],
    ['/livez', live],
    ['/readyz', ready],
    ['/startupz', live],
    ['/healthz', live],
    ['/healthz?deep=true', ready],
    ['/livez?deep=true', live],
    ['http://example.org/health/ready', ready],
    ['https://example.org:8443/readyz?x', ready],
    ['/h%65alth/%72eady', ready],
  ])('%s answers about %j', async (url, names) => {
    expect(await shown(url)).toEqual(names)
  })

  it.each(['true', 'TRUE', 'True', 'tRuE', '%74rue'])('?deep=%s is deep', async (deep) => {
    expect(await shown(`/health?deep=${deep}`)).toEqual(ready)
    expect(await shown(`/health/?x=y&deep=${deep}`)).toEqual(ready)
    expect((await ask(`/health?deep=${deep}`))?.status).toBe(503)
  })

  it.each(['1', '', 'yes', 'on', 'false', ' true', 'true ', 'truee', '%', '%zz', 'true%00', '[]'])(
    '?deep=%s is shallow',
    async (deep) => {
      expect(await shown(`/health?deep=${deep}`)).toEqual(live)
    },
  )

  it.each([
    '/health?deep',
    '/health?DEEP=true',
    '/health?adeep=true',
    '/health?deep=false&deep=true',
    '/health?x=deep=true',
  ])('%s is shallow', async (url) => {
    expect(await shown(url)).toEqual(live)
  })

  it.each([
    undefined,
    '',
    '/',
    '*',
    '/healthy',
    '/health/nobody',
    '/health/valueOf',
    '/health/__proto__',
    '/health/live/x',
    '/health//live',
    '/health%2flive',
    '/health/%2Flive',
    '/health/%',
    '/health/%e0%a4%a',
    '/health/\u0000',
    '/health/database%00',
    '/health/database;x=1',
    '/health/..%2fready',
    'http://example.org',
    'health',
    'example.org:443',
    `/health/${'a'.repeat(100_000)}`,
    `/${'%61'.repeat(30_000)}`,
  ])('leaves %s to whoever is next, whatever the method', async (url) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) expect(await ask(url, {}, method)).toBeUndefined()
  })

  it('answers a very long query', async () => {
    const response = await ask(`/health?${'a=b&'.repeat(4000)}deep=true`)
    expect(response?.status).toBe(503)
  })

  it('serves checks that are added later, until they are removed', async () => {
    const own = createHealth({ clock, checks: {} })
    const handle = createHandler(own)
    const get = async (): Promise<number | undefined> =>
      (await handle({ url: '/health/late', headers: {} }))?.status
    expect(await get()).toBeUndefined()
    const handleOfCheck = own.add(
      'late',
      check(() => down('no')),
    )
    expect(await get()).toBe(503)
    expect((await handle({ url: '/health/ready', headers: {} }))?.status).toBe(503)
    handleOfCheck[Symbol.dispose]()
    expect(await get()).toBeUndefined()
    expect((await handle({ url: '/health/ready', headers: {} }))?.status).toBe(200)
  })

  it('serves under another base path, at the root, and without aliases', async () => {
    expect(await shown('/_internal/h', { basePath: '/_internal/h' })).toEqual(live)
    expect(await shown('/_internal/h/ready', { basePath: '/_internal/h/' })).toEqual(ready)
    expect(await shown('/health', { basePath: '/_internal/h' })).toBeUndefined()
    expect(await shown('/', { basePath: '/' })).toEqual(live)
    expect(await shown('/?deep=true', { basePath: '/' })).toEqual(ready)
    expect(await shown('http://example.org?deep=true', { basePath: '/' })).toEqual(ready)
    expect(await shown('/ready', { basePath: '/' })).toEqual(ready)
    expect(await shown('/database', { basePath: '/' })).toEqual(['database'])
    expect(await shown('/orders/17', { basePath: '/' })).toBeUndefined()
    expect(await shown('/readyz', { aliases: false })).toBeUndefined()
    expect(await shown('/health/ready', { aliases: false })).toEqual(ready)
  })
})

describe('methods', () => {
  const paths = ['/health', '/health/ready', '/health/payments', '/health/database', '/readyz']

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'Head', '', 'GET '])(
    'answers 405 with Allow to %j, and runs nothing',
    async (method) => {
      let runs = 0
      const own = createHealth({ clock, checks: { database: check(() => void runs++) } })
      for (const url of ['/health', '/health/ready', '/health?deep=true', '/health/database', '/readyz']) {
        const response = await createHandler(own)({ method, url, headers: {} })
        expect(response?.status).toBe(405)
        expect(response?.headers.Allow).toBe('GET, HEAD, OPTIONS')
        expect(response?.headers['Content-Type']).toBe('application/problem+json')
      }
      expect(runs).toBe(0)
    },
  )

  it.each(paths)('HEAD %s has the status and headers of the GET, and no body', async (url) => {
    const get = await ask(url)
    const head = await ask(url, {}, 'HEAD')
    expect(head).toEqual({ ...get, body: '' })
  })

  it.each(paths)('OPTIONS %s has the status of the GET, Allow, and Content-Length 0', async (url) => {
    const get = await ask(url)
    const options = await ask(url, {}, 'OPTIONS')
    expect(options?.status).toBe(get?.status)
    expect(options?.headers).toEqual({ ...get?.headers, 'Content-Length': '0', Allow: 'GET, HEAD, OPTIONS' })
    expect(options?.body).toBe('')
  })

  it('takes a request without a method for a GET', async () => {
    expect((await createHandler(health)({ url: '/health', headers: {} }))?.body).not.toBe('')
  })
})

describe('statuses', () => {
  it.each([
    ['/health', 200],
    ['/health/payments', 200],
    ['/health/cache', 200],
    ['/health/ready', 503],
    ['/health/database', 503],
    ['/health/everything', 500],
  ])('%s: %d', async (url, status) => {
    expect((await ask(url))?.status).toBe(status)
  })

  it('stays healthy to HTTP when degraded', async () => {
    const own = createHealth({ clock, checks: { cache: check(() => down('gone'), { critical: false }) } })
    const response = await createHandler(own)({ url: '/health/ready', headers: {} })
    expect(response?.status).toBe(200)
    expect(JSON.parse(response?.body ?? '').status).toBe('DEGRADED')
  })
})

describe('formats', () => {
  const request = (accept: string, url = '/health'): HealthRequest => ({ url, headers: { accept } })
  const types = async (handle: HealthHandler, ...requests: HealthRequest[]): Promise<readonly unknown[]> =>
    Promise.all(requests.map(async (each) => (await handle(each))?.headers['Content-Type']?.split(';')[0]))

  it('are chosen by Accept, and by ?format= before it', async () => {
    const handle = createHandler(health)
    expect(
      await types(
        handle,
        request('*/*'),
        request('text/html'),
        request('text/html', '/health?format=json'),
        request('*/*', '/health?format=html'),
        request('text/html', '/health?format=nobody'),
        request('text/html', '/health?format='),
        request('image/png', '/health?format=constructor'),
      ),
    ).toEqual([
      'application/json',
      'text/html',
      'application/json',
      'text/html',
      'text/html',
      'text/html',
      'application/json',
    ])
  })

  it('that are not listed are not served', async () => {
    const handle = createHandler(health, { formats: ['json'] })
    expect(await types(handle, request('text/html'), request('*/*', '/health?format=html'))).toEqual([
      'application/json',
      'application/json',
    ])
  })

  it('are of your own, too', async () => {
    const own = {
      name: 'plain',
      mediaType: 'text/plain',
      render: ({ status }: { status: string }) => `is ${status}`,
    }
    const response = await ask('/health?format=plain', { formats: ['json', own] })
    expect(response).toMatchObject({ status: 200, body: 'is UP', headers: { 'Content-Type': 'text/plain' } })
  })
})

describe('one registry, several handlers', () => {
  it('answer each in their own way from the same run', async () => {
    let runs = 0
    const own = createHealth({ clock, checks: { database: check(() => void runs++) } })
    const handlers = [
      createHandler(own),
      createHandler(own, { visibility: 'status' }),
      createHandler(own, { detailsAs: 'list' }),
      createHandler(own, { body: ({ status }) => ({ ok: status === 'UP' }) }),
      createHandler(own, { basePath: '/status' }),
    ]
    const urls = ['/health/ready', '/health/ready', '/health/ready', '/health/ready', '/status/ready']
    for (let asked = 0; asked < 2; asked++) {
      const bodies = await Promise.all(
        handlers.map(async (handle, index) => (await handle({ url: urls[index], headers: {} }))?.body ?? ''),
      )
      expect(new Set(bodies).size).toBe(4)
      expect(bodies[1]).toBe('{"status":"UP"}')
      expect(bodies[3]).toBe('{"ok":true}')
      expect(bodies[4]).toBe(bodies[0])
    }
    expect(runs).toBe(1)
  })
})

it('says what it wants in place of a registry', () => {
  for (const health of [undefined, null, {}, { checks: {} }]) {
    expect(() => createHandler(health as never)).toThrow(/health: expected what createHealth returns, got /)
  }
})

describe.each(['actuator', 'microprofile'] as const)('where %s is served first', (format) => {
  const health = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => down('gone')), loop: selfCheck(() => up(), { probes: ['liveness'] }) },
  })
  const handle = createHandler(health, {
    formats: [format, 'json'],
    rateLimit: { perSecond: 0.001, burst: 1 },
  })
  const status = async (url: string) => (await handle({ url, headers: { accept: '*/*' } }))?.status

  it.each(['/healthz', '/healthz/', `/healthz?format=${format}`, '/livez', '/health/live'])(
    'no dependency and no limit restarts the process at %s',
    async (url) => {
      for (let asked = 0; asked < 3; asked++) expect(await status(url)).toBe(200)
    },
  )

  it('its readers find all of the service at the base path', async () => {
    expect(await status('/health')).toBe(503)
  })
})

describe('a header that was sent in several lines', () => {
  const get = async (rawHeaders: readonly string[], options: HandlerOptions = {}, url = '/health/live') => {
    const answered = await createHandler(health, options)({ url, headers: {}, rawHeaders })
    return answered?.headers['Content-Type']
  }

  it.each(['/health/live', '/actuator/health', '/health/metrics'])('counts whole for %s', async (url) => {
    const options = { actuator: true, metrics: true }
    const wanted = {
      '/health/live': 'application/health+json',
      '/actuator/health': 'application/json',
      '/health/metrics': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    }[url] as string
    const lines = ['Accept', 'image/png', 'Host', 'x', 'Accept', wanted]
    expect(await get(lines, options, url)).toBe(wanted)
  })

  it('counts by its first line where it is a credential', async () => {
    const token = 'shows-much-more-of-it'
    const shown = async (rawHeaders: readonly string[]) => {
      const handle = createHandler(health, { token, visibility: 'status' })
      return (await handle({ url: '/health/live', headers: {}, rawHeaders }))?.body.includes('loop')
    }
    const right = ['Authorization', `Bearer ${token}`]
    expect(await shown(right)).toBe(true)
    expect(await shown([...right, 'Authorization', 'Bearer x'])).toBe(true)
    expect(await shown(['Authorization', 'Bearer x', ...right])).toBe(false)
  })
})

import { describe, expect, it, test } from 'vitest'
import { expectValid } from '../../../../../tests/format-validity.ts'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HealthResponse } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

const health = createHealth({
  clock: fakeClock(),
  checks: {
    ping: selfCheck(() => up(), { probes: ['liveness'] }),
    database: check(() => up('connected')),
    cache: check(() => down('connection lost')),
    search: check(() => degraded('slow'), { critical: false }),
    mail: check(() => down('no answer'), { critical: false }),
  },
  groups: { soft: { members: ['search', 'mail'] } },
})

async function ask(url: string, options: HandlerOptions = {}, accept?: string): Promise<HealthResponse> {
  const answered = await createHandler(
    health,
    options,
  )({ url, headers: accept === undefined ? {} : { accept } })
  if (answered?.headers['Content-Type']?.startsWith('text/plain')) expectValid('kubernetes', answered)
  return answered as HealthResponse
}

const ready = `[+]application ok
[+]database ok
[-]cache failed: reason withheld
[+]search ok
[-]mail failed: reason withheld
`

describe('byte for byte', () => {
  it.each<readonly [string, number, string]>([
    ['/livez', 200, 'ok'],
    ['/healthz', 200, 'ok'],
    ['/startupz', 200, 'ok'],
    ['/livez?verbose', 200, '[+]application ok\n[+]ping ok\nlivez check passed\n'],
    ['/livez?verbose=', 200, '[+]application ok\n[+]ping ok\nlivez check passed\n'],
    ['/livez?verbose=false', 200, '[+]application ok\n[+]ping ok\nlivez check passed\n'],
    ['/healthz?verbose', 200, '[+]application ok\n[+]ping ok\nhealthz check passed\n'],
    ['/startupz?verbose', 200, '[+]application ok\nstartupz check passed\n'],
    ['/readyz', 503, `${ready}readyz check failed\n`],
    ['/readyz?verbose', 503, `${ready}readyz check failed\n`],
    ['/healthz?deep=true', 503, `${ready}healthz check failed\n`],
    ['/readyz?exclude=cache', 200, 'ok'],
    [
      '/readyz?exclude=cache&verbose',
      200,
      `${ready.replace('[-]cache failed: reason withheld', '[+]cache excluded: ok')}readyz check passed\n`,
    ],
    [
      '/readyz?verbose&exclude=cache&exclude=mail&exclude=cache',
      200,
      '[+]application ok\n[+]database ok\n[+]cache excluded: ok\n[+]search ok\n[+]mail excluded: ok\nreadyz check passed\n',
    ],
    [
      '/readyz?exclude=database',
      503,
      `${ready.replace('[+]database ok', '[+]database excluded: ok')}readyz check failed\n`,
    ],
    [
      '/livez?verbose&exclude=you&exclude=me&exclude=application',
      200,
      '[+]application ok\n[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "application","me","you"\nlivez check passed\n',
    ],
    [
      '/livez?verbose&exclude=a%22b%0A%5C',
      200,
      '[+]application ok\n[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "a\\"b\\n\\\\"\nlivez check passed\n',
    ],
    ['/livez?exclude=nobody', 200, 'ok'],
    ['/readyz/database', 200, 'ok'],
    ['/readyz/database?verbose', 200, '[+]database ok\ndatabase check passed\n'],
    ['/readyz/cache', 503, '[-]cache failed: reason withheld\ncache check failed\n'],
    ['/readyz/cache?exclude=cache', 503, '[-]cache failed: reason withheld\ncache check failed\n'],
    ['/readyz/search', 200, 'ok'],
    ['/livez/ping/', 200, 'ok'],
    [
      '/health/soft?format=kubernetes&verbose',
      200,
      '[+]application ok\n[+]search ok\n[-]mail failed: reason withheld\nsoft check passed\n',
    ],
    ['/health/ready?format=kubernetes', 503, `${ready}readiness check failed\n`],
  ])('%s answers %d', async (url, status, body) => {
    const response = await ask(url)
    expect([response.status, response.body]).toEqual([status, body])
    expect(response.headers['Content-Type']).toBe('text/plain; charset=utf-8')
    expect(response.headers['X-Content-Type-Options']).toBe('nosniff')
  })
})

test.each([
  ['/livez/database', 'a check of another probe'],
  ['/readyz/nobody', 'no check'],
  ['/readyz/soft', 'a group'],
  ['/readyz/database/x', 'more than a check'],
])('%s is left to whoever is next: %s', async (url) => {
  expect(await ask(url)).toBeUndefined()
})

describe('which format', () => {
  it.each([
    [undefined, 'text/plain; charset=utf-8'],
    ['*/*', 'text/plain; charset=utf-8'],
    ['text/*', 'text/plain; charset=utf-8'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['image/png', 'text/plain; charset=utf-8'],
    ['application/json', 'application/json'],
    ['application/health+json', 'application/health+json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
  ])('%s gets %s at /readyz', async (accept, type) => {
    expect((await ask('/readyz', {}, accept)).headers['Content-Type']).toBe(type)
  })

  it('is JSON by ?format=', async () => {
    expect(JSON.parse((await ask('/readyz?format=json')).body).status).toBe('DOWN')
  })

  it('is that of the other paths when this one is not served', async () => {
    expect((await ask('/readyz', { formats: ['json'] })).headers['Content-Type']).toBe('application/json')
  })
})

describe('what is told', () => {
  it('names nothing at status, and still honours exclusion', async () => {
    const options = { visibility: 'status' } as const
    expect((await ask('/readyz', options)).body).toBe('readyz check failed\n')
    expect((await ask('/readyz?verbose&exclude=x', options)).body).toBe('readyz check failed\n')
    expect((await ask('/livez?verbose&exclude=x', options)).body).toBe('livez check passed\n')
    expect((await ask('/readyz?exclude=cache', options)).body).toBe('ok')
    expect((await ask('/readyz/cache', options)).body).toBe('cache check failed\n')
  })

  it('gives the reason at debug', async () => {
    const { body } = await ask('/readyz', { visibility: 'debug' })
    expect(body).toContain('[-]cache failed: connection lost\n')
    expect(body).toContain('[-]mail failed: no answer\n')
  })

  it('says what the service itself is doing', async () => {
    const draining = createHealth({ clock: fakeClock(), checks: { database: check(() => up()) } })
    draining.drain('SIGTERM')
    const handle = createHandler(draining)
    const text = async (url: string) => (await handle({ url, headers: {} }))?.body
    expect(await text('/readyz')).toBe(
      '[-]application failed: reason withheld\n[+]database ok\nreadyz check failed\n',
    )
    expect(await text('/readyz?exclude=application')).toContain('readyz check failed')
    expect(await text('/livez')).toBe('ok')
    const open = createHandler(draining, { visibility: 'debug' })
    expect((await open({ url: '/readyz', headers: {} }))?.body).toContain(
      'application failed: draining: SIGTERM\n',
    )
  })

  it('counts a check that is switched off as excluded', async () => {
    const own = createHealth({ clock: fakeClock(), checks: { database: check(() => down('gone')) } })
    own.check('database').disable('migration')
    const response = await createHandler(own)({ url: '/readyz?verbose', headers: {} })
    expect(response?.body).toBe('[+]application ok\n[+]database excluded: ok\nreadyz check passed\n')
  })
})

import { describe, expect, it } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts'
import type { HealthResponse } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { TokenBucket } from './rate-limit.ts'

function taken(bucket: TokenBucket, times: number): readonly number[] {
  return Array.from({ length: times }, () => bucket.take())
}

describe('TokenBucket', () => {
  it('holds a burst and then says how long until the next token', () => {
    const bucket = new TokenBucket(fakeClock(), { perSecond: 2, burst: 3 })
    expect(taken(bucket, 5)).toEqual([0, 0, 0, 0.5, 0.5])
  })

  it('fills at its rate, and never beyond its burst', async () => {
    const clock = fakeClock()
    const bucket = new TokenBucket(clock, { perSecond: 2, burst: 3 })
    taken(bucket, 3)
    await clock.advance(500)
    expect(taken(bucket, 2)).toEqual([0, 0.5])
    await clock.advance(250)
    expect(bucket.take()).toBe(0.25)
    await clock.advance(3_600_000)
    expect(taken(bucket, 4)).toEqual([0, 0, 0, 0.5])
  })

  it('is not filled by asking', async () => {
    const clock = fakeClock()
    const bucket = new TokenBucket(clock, { perSecond: 1, burst: 1 })
    bucket.take()
    for (let asked = 0; asked < 9; asked++) {
      await clock.advance(100)
      expect(bucket.take()).toBeGreaterThan(0)
    }
    await clock.advance(101)
    expect(bucket.take()).toBe(0)
  })

  it.each([
    [5, 5],
    [1, 1],
    [0.5, 1],
  ])('holds at %d a second %d without a burst', (perSecond, burst) => {
    const waits = taken(new TokenBucket(fakeClock(), { perSecond }), burst + 1)
    expect(waits.filter((wait) => wait === 0)).toHaveLength(burst)
    expect(waits.at(-1)).toBe(1 / perSecond)
  })
})

describe('rateLimit of a handler', () => {
  interface Served {
    readonly clock: FakeClock
    readonly runs: () => number
    readonly get: (url: string, method?: string) => Promise<HealthResponse | undefined>
  }

  function served(options: HandlerOptions): Served {
    const clock = fakeClock()
    let runs = 0
    const health = createHealth({ clock, checks: { database: check(() => void runs++) } })
    const handle = createHandler(health, options)
    return {
      clock,
      runs: () => runs,
      get: async (url, method = 'GET') => handle({ method, url, headers: {} }),
    }
  }

  const limited = [
    '/health/ready',
    '/health/startup',
    '/health/database',
    '/health?deep=true',
    '/readyz',
    '/startupz',
  ]

  it.each(limited)('answers %s with 429 beyond the burst, and tells when to come back', async (url) => {
    const { get } = served({ rateLimit: { perSecond: 0.1, burst: 2 } })
    expect((await get(url))?.status).toBe(200)
    expect((await get(url))?.status).toBe(200)
    const refused = await get(url)
    expect(refused?.status).toBe(429)
    expect(refused?.headers).toMatchObject({ 'Retry-After': '10', 'Cache-Control': 'no-store' })
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ status: 429, title: 'Too Many Requests' })
  })

  it('counts all of them together', async () => {
    const { get } = served({ rateLimit: { perSecond: 1, burst: limited.length } })
    for (const url of limited) expect((await get(url))?.status).toBe(200)
    for (const url of limited) expect((await get(url))?.status).toBe(429)
  })

  it.each(['/health', '/health/', '/health?deep=1', '/health/live', '/livez', '/healthz'])(
    'never limits liveness at %s, and liveness takes no token',
    async (url) => {
      const { get } = served({ rateLimit: { perSecond: 0.001, burst: 1 } })
      for (let asked = 0; asked < 20; asked++) expect((await get(url))?.status).toBe(200)
      expect((await get('/health/ready'))?.status).toBe(200)
      expect((await get('/health/ready'))?.status).toBe(429)
      for (let asked = 0; asked < 20; asked++) expect((await get(url))?.status).toBe(200)
    },
  )

  it('lets requests through again as tokens come back', async () => {
    const { get, clock } = served({ rateLimit: { perSecond: 1, burst: 1 } })
    await get('/health/ready')
    expect((await get('/health/ready'))?.status).toBe(429)
    await clock.advance(1000)
    expect((await get('/health/ready'))?.status).toBe(200)
  })

  it('runs no check for who is limited', async () => {
    const { get, runs, clock } = served({ rateLimit: { perSecond: 0.001, burst: 1 } })
    await get('/health/ready')
    await clock.advance(60_000)
    await get('/health/ready')
    expect(runs()).toBe(1)
  })

  it('spends no token on unknown paths and refused methods', async () => {
    const { get } = served({ rateLimit: { perSecond: 1, burst: 1 } })
    for (let asked = 0; asked < 5; asked++) {
      expect(await get('/health/nobody')).toBeUndefined()
      expect((await get('/health/ready', 'POST'))?.status).toBe(405)
    }
    expect((await get('/health/ready'))?.status).toBe(200)
  })

  it.each(['HEAD', 'OPTIONS'])('refuses %s without a body', async (method) => {
    const { get } = served({ rateLimit: { perSecond: 1, burst: 1 } })
    await get('/health/ready')
    const refused = await get('/health/ready', method)
    expect({ status: refused?.status, body: refused?.body }).toEqual({ status: 429, body: '' })
  })

  it('limits each handler of a registry by itself', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const strict = createHandler(health, { rateLimit: { perSecond: 1, burst: 1 } })
    const open = createHandler(health)
    const request = { url: '/health/ready', headers: {} }
    const statuses = [await strict(request), await strict(request), await open(request), await open(request)]
    expect(statuses.map((response) => response?.status)).toEqual([200, 429, 200, 200])
  })
})

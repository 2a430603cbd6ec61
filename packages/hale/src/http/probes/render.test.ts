import { describe, expect, it } from 'vitest'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { HealthSource } from '../../core/health.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import type { Report } from '../../core/report.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts'
import type { HealthResponse } from '../exchange.ts'
import type { Format, RenderContext } from '../formats/format.ts'
import { createHandler, type HealthHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { Renderer } from './render.ts'

interface Counted {
  readonly format: Format
  readonly contexts: RenderContext[]
  readonly renders: () => number
}

function counted(render: (report: Report) => string = (report) => report.status): Counted {
  const contexts: RenderContext[] = []
  const format: Format = {
    name: 'counted',
    mediaType: 'text/plain',
    render: (report, context) => {
      contexts.push(context)
      return render(report)
    },
  }
  return { format, contexts, renders: () => contexts.length }
}

type Ask = (url: string, method?: string) => Promise<HealthResponse>

function asking(health: HealthSource, options: HandlerOptions): Ask {
  const handle = createHandler(health, options)
  return async (url, method = 'GET') => {
    const response = await handle({ method, url, headers: {} })
    if (response === undefined) throw new Error(`no answer for ${url}`)
    return response
  }
}

describe('one rendering for many requests', () => {
  function servedOf(options: { statusCheck?: () => Outcome } = {}): {
    counter: Counted
    clock: FakeClock
    ask: Ask
  } {
    const clock = fakeClock()
    const counter = counted()
    const health = createHealth({
      clock,
      checks: {
        database: check(options.statusCheck ?? (() => up()), { maxAgeMs: { up: 60_000, down: 60_000 } }),
        loop: selfCheck(() => up(), { probes: ['liveness'], maxAgeMs: { up: 60_000 } }),
      },
    })
    return { counter, clock, ask: asking(health, { formats: [counter.format] }) }
  }

  it('renders readiness once a second at most, however many ask', async () => {
    const { counter, clock, ask } = servedOf()
    await ask('/health/ready')
    const settled = counter.renders()
    for (let second = 1; second <= 5; second++) {
      await clock.advance(1000)
      for (let asked = 0; asked < 200; asked++) await ask('/health/ready')
      expect(counter.renders() - settled).toBeLessThanOrEqual(second)
    }
    expect(counter.renders()).toBeGreaterThan(settled)
  })

  it('renders liveness once while nothing happens, for it carries no clock', async () => {
    const { counter, clock, ask } = servedOf()
    const first = await ask('/health/live')
    const settled = counter.renders()
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance(5000)
      const again = await ask('/health/live')
      expect(again.body).toBe(first.body)
    }
    expect(counter.renders()).toBe(settled)
  })

  it('renders once for GET, HEAD and OPTIONS, for every path to the same probe', async () => {
    const { counter, ask } = servedOf()
    for (const url of [
      '/health',
      '/health/',
      '/health/live',
      '/livez',
      '/healthz',
      '/health?x=1',
      '/health?deep=1',
    ]) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) await ask(url, method)
    }
    const settled = counter.renders()
    expect(settled).toBeLessThanOrEqual(2)
    for (const method of ['GET', 'HEAD', 'OPTIONS']) await ask('/health', method)
    expect(counter.renders()).toBe(settled)
  })

  it('gives everybody the very same response', async () => {
    const { ask } = servedOf()
    await ask('/health/ready')
    expect(await ask('/health/ready')).toBe(await ask('/readyz'))
    expect(await ask('/health/ready', 'HEAD')).toBe(await ask('/readyz', 'HEAD'))
  })

  it('renders each form once that a query can ask for, at every path', async () => {
    const clock = fakeClock()
    const renders = { plain: 0, verbose: 0 }
    const form = (kind: keyof typeof renders) => ({
      name: 'text',
      mediaType: 'text/plain',
      render: () => `${kind} ${renders[kind]++}`,
    })
    const health = createHealth({
      clock,
      checks: { database: check(() => up(), { maxAgeMs: { up: 60_000 } }), cache: check(() => up()) },
    })
    const ask = asking(health, { formats: [{ ...form('plain'), verbose: form('verbose') }] })
    await ask('/health/ready')
    const settled = { ...renders }
    for (let asked = 0; asked < 50; asked++) {
      for (const url of ['/health/ready', '/readyz', '/readyz?x', '/health?deep=true']) await ask(url)
      for (const url of ['/readyz?verbose', '/health/ready?verbose=1&y']) await ask(url)
      await ask('/readyz?exclude=cache&exclude=database')
      await ask('/readyz?exclude=database&exclude=cache&exclude=cache')
    }
    expect(renders.plain - settled.plain).toBeLessThanOrEqual(1)
    expect(renders.verbose - settled.verbose).toBe(1)
  })

  it('renders once for sixty-four that wait together', async () => {
    const clock = fakeClock()
    const counter = counted()
    let release = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      release = resolve
    })
    const health = createHealth({ clock, checks: { slow: check(() => waiting) } })
    const ask = asking(health, { formats: [counter.format] })
    const answers = Array.from({ length: 64 }, () => ask('/health/ready'))
    release()
    const responses = await Promise.all(answers)
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(counter.renders()).toBeLessThanOrEqual(2)
  })

  it('renders once for sixty-four whose budget runs out together', async () => {
    const clock = fakeClock()
    const counter = counted()
    const health = createHealth({
      clock,
      checks: { hanging: check(() => new Promise(() => {}), { timeoutMs: 5000 }) },
    })
    const ask = asking(health, { formats: [counter.format] })
    const answers = Array.from({ length: 64 }, () => ask('/health/ready'))
    await clock.advance(800)
    for (const { status } of await Promise.all(answers)) expect(status).toBe(503)
    expect(counter.renders()).toBeLessThanOrEqual(2)
  })

  it('renders anew when a status has changed', async () => {
    let outcome = up()
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { database: check(() => outcome) } })
    const ask = asking(health, { formats: [counted().format] })
    expect((await ask('/health/ready')).body).toBe('UP')
    outcome = down('gone')
    await clock.advance(1000)
    expect((await ask('/health/ready')).body).toBe('DOWN')
  })

  it('renders a report once even when rendering fails', async () => {
    const { clock } = servedOf()
    const counter = counted(() => {
      throw new Error('cannot')
    })
    const health = createHealth({ clock, checks: {} })
    const ask = asking(health, { formats: [counter.format] })
    for (let asked = 0; asked < 50; asked++) expect((await ask('/health')).status).toBe(500)
    expect(counter.renders()).toBeLessThanOrEqual(2)
  })

  it('tries again after a second, for what failed once may have been none of the report', async () => {
    const clock = fakeClock()
    let broken = true
    const counter = counted(({ status }) => {
      if (broken) throw new Error('not yet')
      return status
    })
    const ask = asking(createHealth({ clock, checks: {} }), { formats: [counter.format] })
    expect((await ask('/health/live')).status).toBe(500)
    broken = false
    await clock.advance(1000)
    expect((await ask('/health/live')).status).toBe(200)
    const settled = counter.renders()
    await clock.advance(60_000)
    expect((await ask('/health/live')).status).toBe(200)
    expect(counter.renders()).toBe(settled)
  })

  it('never answers for one format with the body of another', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const format = (mediaType: string, body: string): Format => ({
      name: 'twin',
      mediaType,
      render: () => body,
    })
    let handle: HealthHandler
    try {
      handle = createHandler(health, { formats: [format('text/a', 'a'), format('text/b', 'b')] })
    } catch (error) {
      // Refused at creation is as good.
      expect(error).toBeInstanceOf(ConfigurationError)
      return
    }
    expect((await handle({ url: '/health', headers: { accept: 'text/a' } }))?.body).toBe('a')
    expect((await handle({ url: '/health', headers: { accept: 'text/b' } }))?.body).toBe('b')
  })
})

describe('what a format is given', () => {
  it('no transitions at visibility "status", all of them above', async () => {
    for (const visibility of ['status', 'components', 'debug'] as const) {
      const counter = counted()
      const health = createHealth({
        clock: fakeClock(),
        service: { name: 'orders' },
        checks: { a: check(() => up()) },
      })
      const ask = asking(health, { formats: [counter.format], visibility })
      await ask('/health/a')
      await ask('/health/a')
      const last = counter.contexts.at(-1)
      expect(last?.visibility).toBe(visibility)
      expect(last?.service).toEqual({ name: 'orders' })
      expect((last?.transitions.length ?? 0) > 0).toBe(visibility !== 'status')
    }
  })
})

it('tells in no report of changes of checks that it has not, for they may be hidden where they are', async () => {
  const health = createHealth({
    clock: fakeClock(),
    checks: { hidden: check(() => down('gone')), shown: check(() => up(), { probes: [] }) },
    groups: { readiness: { visibility: 'status' }, open: { members: ['shown'], visibility: 'debug' } },
  })
  const counter = counted()
  const ask = asking(health, { formats: ['json', counter.format] })
  await ask('/health/ready')
  await ask('/health/open')
  const { transitions } = JSON.parse((await ask('/health/open')).body)
  expect(transitions).toContainEqual(expect.objectContaining({ check: 'shown' }))
  expect(transitions).toContainEqual(expect.objectContaining({ probe: 'readiness', to: 'DOWN' }))
  expect(JSON.stringify(transitions)).not.toContain('hidden')
  await ask('/health/open?format=counted')
  expect(
    counter.contexts.at(-1)?.transitions.map((change) => ('check' in change ? change.check : '')),
  ).toContain('shown')
  expect(
    counter.contexts.at(-1)?.transitions.some((change) => 'check' in change && change.check === 'hidden'),
  ).toBe(false)
})

describe('headers', () => {
  function healthOf(outcome: Outcome, statusCodes?: { readonly [status: string]: number }): HealthSource {
    const checks = { database: check(() => outcome) }
    const groups = statusCodes === undefined ? {} : { readiness: { statusCodes } }
    return createHealth({ clock: fakeClock(), checks, groups })
  }

  it.each([
    ['UP', up(), 200, undefined],
    ['DEGRADED', degraded('slow'), 200, undefined],
    ['DOWN', down('gone'), 503, '5'],
  ])('%s: Retry-After on 503 only', async (_status, outcome, status, retryAfter) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const response = await asking(healthOf(outcome), {})('/health/ready', method)
      expect(response.status).toBe(status)
      expect(response.headers['Retry-After']).toBe(retryAfter)
    }
  })

  it.each([
    ['OUT_OF_SERVICE', (health: ReturnType<typeof createHealth>) => health.outOfService('maintenance')],
    ['OUT_OF_SERVICE', (health: ReturnType<typeof createHealth>) => health.drain()],
  ])('%s: 503', async (status, act) => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    act(health as ReturnType<typeof createHealth>)
    const response = await asking(health, {})('/health/ready')
    expect(response.status).toBe(503)
    expect(JSON.parse(response.body).status).toBe(status)
    expect((await asking(health, {})('/health/live')).status).toBe(200)
  })

  it.each(['GET', 'HEAD', 'OPTIONS'])(
    '%s is neither cacheable nor sniffed, and varies by Accept',
    async (method) => {
      for (const url of ['/health', '/health/ready', '/health/startup', '/health/database', '/livez']) {
        const { headers } = await asking(healthOf(down('gone')), {})(url, method)
        const text = url === '/livez'
        expect(headers).toMatchObject({
          'Cache-Control': 'no-store',
          'X-Content-Type-Options': 'nosniff',
          Vary: 'Accept',
          'Content-Type': text ? 'text/plain; charset=utf-8' : 'application/json',
        })
      }
    },
  )

  it('Content-Length is the length in bytes, of texts beyond ASCII too', async () => {
    for (const text of ['verbunden ✓', '健康', '👩‍⚕️ grüß', 'a\ud800b']) {
      const ask = asking(healthOf(up(text)), {})
      const { headers, body } = await ask('/health/ready')
      expect(headers['Content-Length']).toBe(String(Buffer.byteLength(body)))
      const head = await ask('/health/ready', 'HEAD')
      expect(head.headers['Content-Length']).toBe(String(Buffer.byteLength(body)))
      expect((await ask('/health/ready', 'OPTIONS')).headers['Content-Length']).toBe('0')
    }
  })

  it('status codes of a group hold for that group alone', async () => {
    const ask = asking(healthOf(down('gone'), { DOWN: 500 }), {})
    const readiness = await ask('/health/ready')
    expect(readiness.status).toBe(500)
    expect(readiness.headers['Retry-After']).toBeUndefined()
    expect((await ask('/health/database')).status).toBe(503)
    expect((await ask('/health')).status).toBe(200)
    expect((await asking(healthOf(degraded('slow'), { DEGRADED: 429 }), {})('/health/ready')).status).toBe(
      429,
    )
    expect((await asking(healthOf(up(), { DOWN: 500 }), {})('/health/ready')).status).toBe(200)
  })

  it('status codes hold of groups that come later, as those of workers do', async () => {
    const health = createHealth({
      clock: fakeClock(),
      checks: { database: check(() => down('gone')) },
      groups: { readiness: { statusCodes: { DOWN: 500 } } },
    })
    let known = false
    const later: HealthSource = new Proxy(health, {
      get(target, key) {
        if (key === 'groups' && !known) return target.groups.map(({ statusCodes, ...group }) => group)
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const ask = asking(later, {})
    known = true
    expect((await ask('/health/ready')).status).toBe(500)
  })

  it('an answer of 204 has neither content nor a Content-Length (RFC 9110, 8.6)', async () => {
    const { status, headers, body } = await asking(healthOf(up(), { UP: 204 }), {})('/health/ready')
    expect(status).toBe(204)
    expect(body).toBe('')
    expect(headers['Content-Length']).toBeUndefined()
  })

  it("a format's own headers are sent", async () => {
    const format = { ...counted().format, headers: { 'Referrer-Policy': 'no-referrer' } }
    const { headers } = await asking(healthOf(up()), { formats: [format] })('/health/ready')
    expect(headers).toMatchObject({ 'Referrer-Policy': 'no-referrer', 'Content-Type': 'text/plain' })
  })
})

describe('Renderer', () => {
  it('keeps renderings by report and visibility', () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const { format, renders } = counted()
    const renderer = new Renderer(health, format)
    const report = health.ask('liveness') as Report
    const first = renderer.response(report, 'status', 'GET')
    expect(renderer.response(report, 'status', 'GET')).toBe(first)
    expect(renders()).toBe(1)
    expect(renderer.response(report, 'debug', 'GET')).not.toBe(first)
    expect(renderer.response({ ...report }, 'status', 'GET')).not.toBe(first)
    expect(renders()).toBe(3)
  })
})

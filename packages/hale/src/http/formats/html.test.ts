import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { check, heartbeat, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { HealthSource } from '../../core/health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts'
import type { HealthResponse } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { pageScript, pageScriptHash } from './page/page-script.ts'
import { pageStyle, pageStyleHash } from './page/page-style.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

function asking(health: HealthSource, clock: FakeClock, options: HandlerOptions = {}) {
  const handle = createHandler(health, options)
  return async (url: string): Promise<HealthResponse> => {
    const answer = Promise.resolve(handle({ url, headers: { accept: browser } }))
    await clock.advance(20)
    const response = await answer
    if (response === undefined) throw new Error(`${url} is not a health endpoint`)
    return response
  }
}

function orders() {
  const clock = fakeClock()
  const database = { outcome: up('connected', { idle: 3 }) }
  const health = createHealth({
    clock,
    service: { name: 'orders <&"', version: '1.2.3' },
    checks: {
      database: check(() => new Promise((resolve) => clock.after(20, () => resolve(database.outcome))), {
        maxAgeMs: { up: 0, down: 0 },
      }),
      cache: check(() => down('<script>alert(1)</script>'), {
        critical: false,
        impact: 'pages are "slow"',
        runbook: 'https://wiki.example/cache?a=1&b="2"',
      }),
      queue: check(() => degraded("it's long"), {
        tags: ['eu'],
        failureThreshold: 3,
        runbook: 'javascript:alert(1)',
      }),
      consumer: heartbeat({ ttlMs: 1000, critical: false }),
      loop: selfCheck(() => up(), { probes: ['liveness'] }),
    },
    groups: { payments: { members: ['database', 'cache'] } },
  })
  return { clock, health, database, ask: (options: HandlerOptions = {}) => asking(health, clock, options) }
}

const page = async (options: HandlerOptions = {}, url = '/health/ready') => orders().ask(options)(url)

describe('the page of a probe', () => {
  test('tells in a sentence what its status means and what is to blame', async () => {
    const { health, database, ask } = orders()
    const says = async (url: string, options: HandlerOptions = {}) =>
      /<p class=verdict><b>[^<]+<\/b> (?:<bdi>([^<]*))?/.exec((await ask(options)(url)).body)?.[1]
    expect(await says('/health/live')).toBe('Alive, its check is up.')
    expect(await says('/health/startup')).toBe('Started.')
    expect(await says('/health/payments')).toBe('Working, but degraded: cache.')
    expect(await says('/health/database')).toBe('connected')
    database.outcome = down('gone')
    expect(await says('/health/ready')).toBe('Not ready for traffic: database.')
    expect(await says('/health/payments')).toBe('Not well: database.')
    health.outOfService('moving house')
    expect(await says('/health/ready')).toBe(
      'Not ready for traffic – maintenance: moving house; failing: database.',
    )
    expect(await says('/health/ready', { visibility: 'status' })).toBe('Not ready for traffic.')
  })

  test('shows every check, its text, its time and its changes', async () => {
    const { status, headers, body } = await page()
    expect(status).toBe(200)
    expect(headers['Content-Type']).toBe('text/html; charset=utf-8')
    expect(body).toContain('<title>DEGRADED – orders &lt;&amp;&quot; readiness</title>')
    expect(body).toContain('Ready for traffic, but degraded: cache, consumer and queue.')
    for (const text of [
      'connected',
      'idle 3',
      '20 ms',
      'it&#39;s long',
      'version <bdi>1.2.3',
      'Last changes',
    ]) {
      expect(body).toContain(text)
    }
  })

  test('says for how long, and the exact time beside', async () => {
    const { clock, ask } = orders()
    const asks = ask()
    await asks('/health/ready')
    await clock.advance(3 * 60_000)
    const { body } = await asks('/health/ready')
    const exact = 'datetime=2026-01-01T00:00:00Z title="2026-01-01 00:00:00 UTC"'
    expect(body).toContain(`for <time ${exact}>3 min</time>`)
    expect(body).toContain('00:00:00 UTC</time> · 3 min ago')
  })

  test('puts first what fails, by its weight, and last what is disabled', async () => {
    const { health, database, ask } = orders()
    database.outcome = down('gone')
    health.check('queue').disable('moving house')
    const { body, status } = await ask()('/health/ready')
    const order = [...body.matchAll(/<li id="c-([a-z]+)" class=(\w+)/g)].map(
      ([, name, style]) => `${name} ${style}`,
    )
    expect(order).toEqual(['database DOWN', 'cache DOWN', 'consumer UNKNOWN', 'queue OFF'])
    expect(status).toBe(503)
    expect(body).toContain('<b>disabled</b><div>disabled: moving house')
    expect(body.match(/not critical/g)).toHaveLength(2)
    expect(body).toContain('pages are &quot;slow&quot;')
  })

  test('shows the changes of its own checks only, those of one moment as one', async () => {
    const { body } = await page({}, '/health/payments')
    const changes = body.slice(body.indexOf('Last changes'))
    expect(changes).toContain('<strong>cache</strong><span>UNKNOWN → <b>DOWN</b>')
    expect(changes).not.toMatch(/queue|readiness/)
    const { body: both } = await page()
    expect(both).toMatch(
      /<strong>(queue and readiness|readiness and queue)<\/strong><span>UNKNOWN → <b>DEGRADED/,
    )
  })

  test('an empty group says so', async () => {
    expect((await page({}, '/health/startup')).body).toContain('No checks belong here.')
    const clock = fakeClock()
    const { body } = await asking(createHealth({ clock, checks: {} }), clock)('/health')
    expect(body).toContain('Alive and ready for traffic.')
  })

  test('tells operators of thresholds, codes, the circuit and the runbook', async () => {
    const { health, ask } = orders()
    const circuit = health.circuit('cache', { consecutiveFailures: 1, jitter: 0 })
    await circuit.run(() => Promise.reject(new Error('no'))).catch(() => {})
    const { body } = await ask({ visibility: 'debug' })('/health/ready')
    expect(body).toContain('#eu · down after 3, up after 1')
    expect(body).toMatch(/<small>circuit open, next trial <time [^>]+>in \d s<\/time><\/small>/)
    expect(body).toContain('<a rel=noreferrer href="https://wiki.example/cache?a=1&amp;b=&quot;2&quot;">')
    expect(body).not.toMatch(/href="javascript/)
    for (const hidden of ['circuit', 'runbook', 'down after'])
      expect((await page()).body).not.toContain(hidden)
  })

  test('liveness carries no clock, so that it is rendered when something happens', async () => {
    const { clock, ask } = orders()
    const asks = ask()
    await asks('/health/live')
    const first = await asks('/health/live')
    await clock.advance(999)
    expect((await asks('/health/live')).body).toBe(first.body)
    expect(first.body).toMatch(/since <time datetime=[^>]+>2026-01-01 00:00:00 UTC</)
    expect(first.body).not.toMatch(/ ago|as of|up for/)
  })
})

test('nothing in it is taken for markup', async () => {
  for (const url of ['/health', '/health/ready', '/health/cache']) {
    const { body } = await page({ visibility: 'debug' }, url)
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body.match(/<script/g)).toHaveLength(1)
  }
})

test('names that objects have of their own are names like any other', async () => {
  const clock = fakeClock()
  const checks = { toString: check(() => up()), valueOf: check(() => down('gone')) }
  const health = createHealth({
    clock,
    checks,
    groups: { constructor: { members: ['toString', 'valueOf'] } },
  })
  const ask = asking(health, clock)
  for (const url of ['/health', '/health/constructor', '/health/toString']) {
    const { body } = await ask(url)
    expect(body).toContain(`<a href="${url === '/health' ? './health/' : ''}constructor"`)
  }
  expect((await ask('/health/constructor')).body).toContain('Not well: valueOf.')
})

test('shows the aggregate alone where no more may be seen', async () => {
  for (const url of ['/health', '/health/ready', '/health/cache']) {
    const { health, ask } = orders()
    health.outOfService('moving house')
    const { body } = await ask({ visibility: 'status' })(url)
    expect(body).toMatch(/<b>(UP|OUT OF SERVICE|DOWN)<\/b>/)
    expect(body).not.toMatch(
      /database|connected|orders|1\.2\.3|Last changes|up for|payments|moving|<nav|alert/,
    )
  }
})

test('its policy lets in its own style and script and nothing else', async () => {
  for (const [text, hash] of [
    [pageStyle, pageStyleHash],
    [pageScript, pageScriptHash],
  ] as const) {
    expect(hash).toBe(`sha256-${createHash('sha256').update(text).digest('base64')}`)
  }
  const { headers, body } = await page()
  expect(headers['Content-Security-Policy']).toBe(
    `default-src 'none'; style-src '${pageStyleHash}'; script-src '${pageScriptHash}'; connect-src 'self'; ` +
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(body).toContain(`<style>${pageStyle}</style>`)
  expect(body).toContain(`<script>${pageScript}</script>`)
  expect(body.replace("xmlns='http://www.w3.org/2000/svg'", '')).not.toMatch(/ style=|https?:|src=| on\w+=/)
})

describe('the base path', () => {
  test('shows all probes, while its status code stays that of liveness', async () => {
    const { database, ask } = orders()
    database.outcome = down('gone')
    const { status, body } = await ask()('/health')
    expect(status).toBe(200)
    expect(body).toContain('<title>DOWN – orders &lt;&amp;&quot; health</title>')
    expect(body).toContain('Alive, but not ready for traffic: database.')
    expect(body).toContain('liveness <b>UP</b>')
    expect(body).toContain('readiness <b>DOWN</b>')
    expect(body).toContain('<li id="c-loop"')
    expect((await ask()('/health?deep=true')).body).toContain(
      '<title>DOWN – orders &lt;&amp;&quot; readiness</title>',
    )
  })

  test('is not alive when liveness is not, with its status code', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { loop: selfCheck(() => down('stuck'), { probes: ['liveness'] }), db: check(() => up()) },
    })
    const { status, body } = await asking(health, clock)('/health')
    expect(status).toBe(503)
    expect(body).toContain('Not alive: loop.')
  })

  test('names all that degrades liveness and readiness', async () => {
    const clock = fakeClock()
    const late = selfCheck(() => degraded('late'), { probes: ['liveness'] })
    const pay = { outcome: down('gone') }
    const health = createHealth({
      clock,
      checks: {
        pay: check(() => pay.outcome, { critical: false, maxAgeMs: { up: 0, down: 0 } }),
        loop: late,
      },
    })
    const ask = asking(health, clock)
    expect((await ask('/health')).body).toContain('Alive and ready for traffic, but degraded: pay and loop.')
    pay.outcome = up()
    expect((await ask('/health')).body).toContain('Alive and ready for traffic, but degraded: loop.')
  })

  test('shows no more than the tersest of liveness and readiness', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { db: check(() => up()), loop: selfCheck(() => up(), { probes: ['liveness'] }) },
      groups: { readiness: { visibility: 'status' } },
    })
    const { body } = await asking(health, clock)('/health')
    expect(body).toContain('c-loop')
    expect(body).not.toContain('c-db')
  })

  test('answers within the budget, and says who did not', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { db: check(() => new Promise(() => {}), { timeoutMs: 5000 }) },
    })
    const answer = Promise.resolve(createHandler(health)({ url: '/health', headers: { accept: browser } }))
    await clock.advance(800)
    const { status, body } = (await answer) as HealthResponse
    expect(status).toBe(200)
    expect(body).toContain('no answer within 800 ms')
    expect(body).toContain('readiness <b>DOWN</b>')
  })

  test('waits for no group for longer than liveness may take', async () => {
    const clock = fakeClock()
    const hanging = check(() => new Promise(() => {}), { timeoutMs: 60_000 })
    const health = createHealth({
      clock,
      checks: { db: hanging },
      groups: { readiness: { budgetMs: 30_000 }, reports: { members: ['db'], budgetMs: 20_000 } },
    })
    let answer: HealthResponse | undefined
    void Promise.resolve(createHandler(health)({ url: '/health', headers: { accept: browser } })).then(
      (response) => {
        answer = response
      },
    )
    await clock.advance(800)
    expect(answer?.status).toBe(200)
    expect(answer?.body).toContain('has not run yet')
  })

  test('has the status code of liveness as it was answered, late checks included', async () => {
    const clock = fakeClock()
    let hangs = false
    const run = () => (hangs ? new Promise(() => {}) : up())
    const health = createHealth({
      clock,
      checks: { loop: selfCheck(run, { probes: ['liveness'], timeoutMs: 5000, maxAgeMs: { up: 100 } }) },
    })
    const handle = createHandler(health)
    const statuses = async () => {
      const answers = [browser, '*/*'].map((accept) => handle({ url: '/health', headers: { accept } }))
      await clock.advance(800)
      return (await Promise.all(answers)).map((response) => response?.status)
    }
    expect(await statuses()).toEqual([200, 200])
    hangs = true
    expect(await statuses()).toEqual([503, 503])
  })

  test('asks liveness beyond the limit too', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { loop: selfCheck(() => up(), { probes: ['liveness'] }), db: check(() => up()) },
    })
    const handle = createHandler(health, { rateLimit: { perSecond: 0.001, burst: 1 } })
    await handle({ url: '/health/db', headers: {} })
    const response = await handle({ url: '/health', headers: { accept: browser } })
    expect(response?.status).toBe(200)
    expect(response?.body).toContain('liveness <b>UP</b>')
  })

  test('leaves out what a request excludes', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { loop: selfCheck(() => down('stuck'), { probes: ['liveness'] }), db: check(() => up()) },
    })
    const ask = asking(health, clock)
    expect((await ask('/health')).status).toBe(503)
    expect((await ask('/health?exclude=loop')).status).toBe(200)
    expect((await ask('/health?exclude=db')).status).toBe(503)
  })

  test('runs no check beyond the limit, and answers all the same', async () => {
    const clock = fakeClock()
    const run = vi.fn(() => up())
    const health = createHealth({ clock, checks: { db: check(run, { maxAgeMs: { up: 0, down: 0 } }) } })
    const ask = asking(health, clock, { rateLimit: { perSecond: 0.001, burst: 2 } })
    for (let asked = 0; asked < 5; asked++) expect((await ask('/health')).status).toBe(200)
    expect(run).toHaveBeenCalledTimes(2)
  })
})

describe('links', () => {
  const paths = ['', '/', '/ready', '/ready/', '/live', '/payments', '/database', '/database/']

  test.each([
    ['/health', '', paths.map((path) => `/health${path}`)],
    ['/health', '/api/v1', paths.map((path) => `/health${path}`)],
    ['/health', '/api', ['/healthz', '/healthz/', '/readyz', '/livez/', '/startupz']],
    ['/a:b/c', '', [...paths.map((path) => `/a:b/c${path}`), '/readyz/']],
    ['/', '/api', ['/', '/ready', '/ready/', '/livez', '/database/']],
  ])('lead from everywhere beneath %s, mounted at "%s", to where they say', async (basePath, mount, urls) => {
    const { ask } = orders()
    const asks = ask({ basePath })
    const base = basePath === '/' ? '' : basePath
    for (const url of urls) {
      const { body } = await asks(`${url}?format=html`)
      const hrefs = [...body.matchAll(/<a href="([^"]*)"/g)].map(
        ([, href]) => new URL(href ?? '', `http://x${mount}${url}`).pathname,
      )
      const wanted = ['/', '/live', '/ready', '/startup', '/payments']
      expect([url, hrefs.slice(0, 5)]).toEqual([url, wanted.map((path) => mount + base + path)])
      for (const href of hrefs) expect(href.startsWith(`${mount}${base}/`)).toBe(true)
      for (const href of new Set(hrefs)) expect((await asks(href.slice(mount.length))).body).toContain('<nav')
    }
  })

  test('a page is rendered once for all who look from the same place', async () => {
    const { health, clock } = orders()
    const ask = asking(health, clock, {})
    await ask('/health/payments')
    const [one, two, slash] = [
      await ask('/health/live'),
      await ask('/health/live?x=1'),
      await ask('/health/live/'),
    ]
    expect(two).toBe(one)
    expect(slash.body).not.toBe(one.body)
  })

  test('mark where one is', async () => {
    expect((await page({}, '/health')).body).toContain('<a href="./health/" aria-current=page>overview')
    expect((await page()).body).toMatch(/<a href="ready" aria-current=page>readiness/)
  })
})

describe('size', () => {
  const of = async (count: number): Promise<number> => {
    const clock = fakeClock()
    const entries = Array.from({ length: count }, (_, index) => {
      const run = () =>
        new Promise((resolve) =>
          clock.after(12, () => resolve(index % 9 === 0 ? down('connection refused') : up('connected'))),
        )
      return [`dependency-${index}`, check(run, { critical: false })] as const
    })
    const health = createHealth({ clock, service: { name: 'orders' }, checks: Object.fromEntries(entries) })
    const { body } = await asking(health, clock)('/health')
    expect(body.match(/<li id="c-/g)).toHaveLength(count)
    return new TextEncoder().encode(body).length
  }

  test('is under 30 KB with sixty checks, and some 300 bytes a check with five hundred', async () => {
    expect(await of(5)).toBeLessThan(13_000)
    expect(await of(60)).toBeLessThan(30_000)
    expect(await of(500)).toBeLessThan(170_000)
  })
})

test('icon, colour and title follow the status', async () => {
  const { health, ask, database } = orders()
  const seen = new Map<string, string>()
  const look = async (url: string): Promise<void> => {
    const { body } = await ask()(url)
    const status = /data-status=(\w+)/.exec(body)?.[1] ?? ''
    expect(body).toContain(`<title>${status} – `)
    expect(body).toContain(`<header class=${status}>`)
    seen.set(status, /rel=icon href="([^"]+)"/.exec(body)?.[1] ?? '')
  }
  await look('/health/consumer')
  await look('/health/ready')
  await look('/health/live')
  health.outOfService('moving house')
  await look('/health/ready')
  database.outcome = down('gone')
  await look('/health/database')
  expect([...seen.keys()].sort()).toEqual(['DEGRADED', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'UP'])
  expect(new Set(seen.values()).size).toBe(5)
})

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { check, heartbeat } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { pageStyle, pageStyleHash } from './page-style.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

async function page(options: HandlerOptions = {}, url = '/health/ready') {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    service: { name: 'orders <&"', version: '1.2.3' },
    checks: {
      database: check(
        () => new Promise((resolve) => clock.after(20, () => resolve(up('connected', { idle: 3 })))),
      ),
      cache: check(() => down('<script>alert(1)</script>'), { critical: false, impact: 'pages are "slow"' }),
      queue: check(() => degraded("it's long")),
      consumer: heartbeat({ ttlMs: 1000, critical: false }),
    },
  })
  const answer = Promise.resolve(createHandler(health, options)({ url, headers: { accept: browser } }))
  await clock.advance(20)
  const response = await answer
  if (response === undefined) throw new Error('not a health endpoint')
  return response
}

test('a browser gets a page with every check, its text, its time and its changes', async () => {
  const { status, headers, body } = await page()
  expect(status).toBe(200)
  expect(headers['Content-Type']).toBe('text/html; charset=utf-8')
  expect(body).toContain('<title>DEGRADED – orders &lt;&amp;&quot; readiness</title>')
  for (const text of ['connected', 'idle 3', '20 ms', 'it&#39;s long', 'version 1.2.3', 'Last changes']) {
    expect(body).toContain(text)
  }
})

test('nothing in it is taken for markup', async () => {
  const { body } = await page()
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(body).not.toContain('<script')
  expect(body).toContain('pages are &quot;slow&quot;')
})

test('shows the aggregate alone where no more may be seen', async () => {
  const { body } = await page({ visibility: 'status' })
  expect(body).toContain('DEGRADED')
  for (const text of ['database', 'connected', '1.2.3', 'Last changes', 'up for'])
    expect(body).not.toContain(text)
})

test('its policy lets in its own style and nothing else', async () => {
  const hash = createHash('sha256').update(pageStyle).digest('base64')
  expect(pageStyleHash).toBe(`sha256-${hash}`)
  const { headers, body } = await page()
  expect(headers['Content-Security-Policy']).toContain(`default-src 'none'; style-src '${pageStyleHash}'`)
  expect(body).not.toMatch(/ style=|https?:|src=|href=|onload/)
})

test('is small', async () => {
  expect((await page()).body.length).toBeLessThan(10_000)
})

test('a group without checks says so', async () => {
  expect((await page({}, '/health/startup')).body).toContain('No checks belong here.')
})

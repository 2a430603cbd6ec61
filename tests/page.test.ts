import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { check, createHealth, degraded, down, heartbeat, type Outcome, up } from 'hale'
import { healthListener } from 'hale/node'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumProgram, startChromium } from './servers/chromium.ts'
import { whenOwned } from './servers/when-provided.ts'

const longest = `a${'-very'.repeat(12)}-ng`

// A busy machine takes longer than the second that vitest allows.
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000 })

/** A service with one check of each kind of state, behind a server that can be told to fail. */
async function startService() {
  const database: { outcome: Outcome } = { outcome: up('connected', { idle: 3 }) }
  const health = createHealth({
    service: { name: 'orders', version: '1.2.3' },
    checks: {
      database: check(() => database.outcome, { maxAgeMs: { up: 0, down: 0 } }),
      payments: check(() => down('<b>refused</b> 🔥'), { critical: false, impact: 'Charged later.' }),
      search: check(() => degraded('بطيء: 430 ms'), {
        critical: false,
        runbook: 'https://wiki.example/search',
      }),
      consumer: heartbeat({ ttlMs: 60_000, critical: false }),
      [longest]: check(() => up('x'.repeat(250)), { critical: false }),
      retired: check(() => up()),
    },
    groups: { checkout: { members: ['database', 'payments'] } },
  })
  health.check('retired').disable('moving house')
  const answerHealth = healthListener(health, { visibility: 'debug' })
  const behaviour: { instead?: (response: ServerResponse, answer: () => void) => void } = {}
  const requests: string[] = []
  const answer: RequestListener = (request, response) => {
    requests.push(request.url ?? '')
    const usual = (): void => {
      if (!answerHealth(request, response)) response.writeHead(404).end()
    }
    if (behaviour.instead) behaviour.instead(response, usual)
    else usual()
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<unknown> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    health,
    behaviour,
    requests,
    stop,
    again: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)),
    async [Symbol.asyncDispose](): Promise<void> {
      if (server.listening) await stop()
      await health.dispose()
    },
  }
}

whenOwned(chromiumProgram, 'the page in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())

  /** Opens it under a clock of the test's own; whatever the console says of an error is a failure. */
  async function open(url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    const asked: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => asked.push(request.url()))
    await page.clock.install()
    await page.goto(url)
    const note = page.getByRole('status')
    return { page, note, complaints, asked, [Symbol.asyncDispose]: () => context.close() }
  }

  // As texts, not as functions: the DOM's types would stand in for Node's in every other test.
  const inPage = <T = unknown>(page: Page, expression: string) => page.evaluate<T>(expression)

  const statusOf = (page: Page) => page.locator('#view').getAttribute('data-status')

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe)
    const found = await inPage<{ violations: string[]; passes: number }>(
      page,
      `axe.run().then(({ violations, passes }) => ({
        violations: violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')),
        passes: passes.length,
      }))`,
    )
    expect(found.passes).toBeGreaterThan(10)
    return found.violations
  }

  test.each(['light', 'dark'] as const)(
    'has nothing that axe objects to, in %s, at every width and status',
    async (colorScheme) => {
      await using service = await startService()
      // Only so that axe may be put into the page: its policy lets no other script in.
      await using opened = await open(`${service.url}/health`, { colorScheme, bypassCSP: true })
      const { page } = opened
      const states: readonly [string, () => void][] = [
        ['UP', () => service.health.check('payments').disable()],
        ['DEGRADED', () => service.health.check('payments').enable()],
        ['DOWN', () => Object.assign(service.database, { outcome: down('gone') })],
        ['OUT_OF_SERVICE', () => service.health.outOfService('moving house')],
      ]
      const paths = ['/health', '/health/live', '/health/ready', '/health/checkout', '/health/consumer']
      for (const [index, path] of [...paths, '/health/retired', '/health'].entries()) {
        await page.goto(service.url + path)
        for (const width of [320, 700, 1400]) {
          await page.setViewportSize({ width, height: 800 })
          const wide = await inPage<number>(page, 'document.documentElement.scrollWidth - innerWidth')
          expect([path, width, wide <= 0]).toEqual([path, width, true])
        }
        await page.setViewportSize({ width: index === 0 ? 320 : 1400, height: 800 })
        expect([path, await violations(page)]).toEqual([path, []])
      }
      for (const [, change] of states) {
        change()
        await page.goto(`${service.url}/health/ready`)
        expect(await violations(page)).toEqual([])
      }
      await inPage(page, `document.documentElement.classList.add('gone')`)
      expect(await violations(page)).toEqual([])
    },
    60_000,
  )

  test('asks for nothing but its own address, and its policy is never broken', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page, note, complaints, asked } = opened
    await eventually(() => note.textContent()).toBe('Refreshes every 5 s')
    await page.clock.fastForward(5_000)
    await eventually(() => service.requests.length).toBe(2)
    await page.clock.fastForward(5_000)
    await eventually(() => service.requests.length).toBe(3)
    expect(new Set(service.requests)).toEqual(new Set(['/health/ready']))
    expect(
      asked.filter((url) => !url.startsWith('data:')).every((url) => url === `${service.url}/health/ready`),
    ).toBe(true)
    expect(complaints).toEqual([])
    // Without that the checks above would hold for a page whose script never ran, or under no policy at all.
    const refused = page.waitForEvent('console', {
      predicate: (message) => /Content Security Policy/.test(message.text()),
    })
    await inPage(page, `document.head.append(Object.assign(document.createElement('script'), { text: '1' }))`)
    await refused
  })

  test('shows and announces a change within seconds, and keeps focus, scroll position and selection', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`, { viewport: { width: 400, height: 300 } })
    const { page, note } = opened
    const link = page.getByRole('link', { name: 'database', exact: true })
    await link.focus()
    await inPage(page, `getSelection().selectAllChildren(document.querySelector('h1'))`)
    await inPage(page, `(kept = document.querySelector('#c-payments')).scrollIntoView()`)
    const top = () =>
      inPage<number>(page, `document.querySelector('#c-payments').getBoundingClientRect().top`)
    const before = await top()
    service.database.outcome = down('connection refused')
    await page.clock.fastForward(5_000)
    await eventually(() => statusOf(page)).toBe('DOWN')
    expect(await page.title()).toBe('DOWN – orders readiness')
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toContain('c62828')
    expect(await note.textContent()).toMatch(/^Changed to DOWN at \d\d:\d\d:\d\d UTC$/)
    expect(await page.locator('.checks li').first().getAttribute('id')).toBe('c-database')
    expect(await page.locator('#c-database').textContent()).toContain('connection refused')
    // One row has moved to the top, and focus with it; the others are the elements that they were.
    expect(await inPage(page, 'kept.isConnected')).toBe(true)
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('database')
    expect(await inPage(page, 'String(getSelection())')).toBe('orders readiness')
    expect(Math.abs((await top()) - before)).toBeLessThan(40)
    service.database.outcome = up('connected')
    await page.clock.fastForward(5_000)
    await eventually(() => statusOf(page)).toBe('DEGRADED')
    expect(await note.textContent()).toContain('Changed to DEGRADED')
  })

  test('follows checks that come and go, and is then what a fresh page would be', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page } = opened
    const added = service.health.add(
      'another',
      check(() => down('new'), { critical: false }),
    )
    service.health.check('search').disable()
    await page.clock.fastForward(5_000)
    await eventually(() => page.locator('#c-another').count()).toBe(1)
    added[Symbol.dispose]()
    service.health.check('search').enable()
    service.database.outcome = down('gone')
    await page.clock.fastForward(5_000)
    await eventually(() => page.locator('#c-another').count()).toBe(0)
    await eventually(() => statusOf(page)).toBe('DOWN')
    const shape = async () =>
      (await inPage<string>(page, `document.querySelector('#view').outerHTML`)).replace(
        /PT[\dMS]+|\d+ (s|ms|min|failures?)\b|[\d:-]{8,10}Z?|value="[\d.]+"/g,
        '',
      )
    const patched = await shape()
    await page.reload()
    expect(patched).toBe(await shape())
  })

  test('can be paused and resumed by keyboard', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page, note } = opened
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await eventually(() => note.textContent()).toBe('Paused')
    const asked = service.requests.length
    service.database.outcome = down('gone')
    await page.clock.fastForward(60_000)
    expect(service.requests.length).toBe(asked)
    expect(await statusOf(page)).toBe('DEGRADED')
    await page.getByRole('button', { name: 'Resume' }).press('Space')
    await page.clock.fastForward(1)
    await eventually(() => statusOf(page)).toBe('DOWN')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
  })

  test('says that the service is gone, asks ever more rarely, and sees it come back', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page, note } = opened
    let failures = 0
    page.on('requestfailed', () => failures++)
    await service.stop()
    await page.clock.fastForward(5_000)
    await eventually(() => note.textContent()).toMatch(/^No answer since \d\d:\d\d:\d\d UTC$/)
    const first = await note.textContent()
    expect(await page.title()).toBe('No answer – DEGRADED – orders readiness')
    // What was known last stays to be read.
    expect(await page.locator('#c-payments').isVisible()).toBe(true)
    await page.clock.fastForward(5_000)
    await eventually(() => failures).toBe(2)
    expect(await note.textContent()).toBe(first)
    await service.again()
    const asked = service.requests.length
    await page.clock.fastForward(5_000)
    expect(service.requests.length).toBe(asked)
    await page.clock.fastForward(6_000)
    await eventually(() => note.textContent()).toBe('Refreshes every 5 s')
    expect(await page.title()).toBe('DEGRADED – orders readiness')
  })

  test("takes a proxy's own error page for no answer, and a hanging service too", async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page, note } = opened
    service.behaviour.instead = (response) =>
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>Bad gateway</h1></body></html>')
    await page.clock.fastForward(5_000)
    await eventually(() => note.textContent()).toMatch(/^No answer since .* \(HTTP 502\)$/)
    expect(await page.locator('h1').textContent()).toBe('orders readiness')
    service.behaviour.instead = (_, answer) => answer()
    await page.clock.fastForward(5_000)
    await eventually(() => note.textContent()).toBe('Refreshes every 5 s')
    service.behaviour.instead = () => {}
    const asked = service.requests.length
    await page.clock.fastForward(5_000)
    await eventually(() => service.requests.length).toBe(asked + 1)
    expect(await note.textContent()).toBe('Refreshes every 5 s')
    await page.clock.fastForward(10_000)
    await eventually(() => note.textContent()).toMatch(/^No answer since [\d:]+ UTC$/)
  })

  test('keeps to Retry-After when it asks too often, and is not gone then', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page, note } = opened
    service.behaviour.instead = (response) => response.writeHead(429, { 'retry-after': '30' }).end()
    const refused = page.waitForResponse((response) => response.status() === 429)
    await page.clock.fastForward(5_000)
    await refused
    expect(await note.textContent()).toBe('Refreshes every 5 s')
    await page.clock.fastForward(25_000)
    expect(service.requests.length).toBe(2)
    expect(await note.textContent()).toBe('Refreshes every 5 s')
    await page.clock.fastForward(5_000)
    await eventually(() => service.requests.length).toBe(3)
  })

  test('keeps up with five hundred checks', async () => {
    await using service = await startService()
    for (let index = 0; index < 500; index++) {
      const run = () =>
        index % 5 === 0 && service.database.outcome.status === 'DOWN' ? down('gone') : up('connected')
      service.health.add(`dependency-${index}`, check(run, { critical: false, maxAgeMs: { up: 0, down: 0 } }))
    }
    await using opened = await open(`${service.url}/health/ready`)
    const { page } = opened
    expect(await page.locator('.checks li').count()).toBe(506)
    service.database.outcome = down('gone')
    await page.clock.fastForward(5_000)
    await eventually(() => page.locator('.checks li.DOWN').count()).toBe(102)
    expect(await page.locator('.checks li').nth(101).getAttribute('class')).toBe('DOWN')
  })

  test('does not ask while nobody looks', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page } = opened
    await inPage(page, `Object.defineProperty(document, 'hidden', { value: true, writable: true })`)
    await page.clock.fastForward(60_000)
    expect(service.requests.length).toBe(1)
    await inPage(page, `document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))`)
    await page.clock.fastForward(1)
    await eventually(() => service.requests.length).toBe(2)
  })

  test('is whole without script', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`, { javaScriptEnabled: false })
    const { page } = opened
    expect(await page.getByRole('listitem').count()).toBeGreaterThan(8)
    expect(await page.getByText('connected').isVisible()).toBe(true)
    expect(await page.getByRole('button').count()).toBe(0)
  })

  test('goes by keyboard from the pause button through the probes to the checks, and by their links', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health`)
    const { page } = opened
    const order: string[] = []
    for (let press = 0; press < 8; press++) {
      await page.keyboard.press('Tab')
      order.push(await inPage<string>(page, 'document.activeElement.firstChild.textContent.trim()'))
    }
    expect(order).toEqual([
      'Pause',
      'overview',
      'liveness',
      'readiness',
      'startup',
      'checkout',
      'payments',
      'consumer',
    ])
    await page.getByRole('link', { name: /^checkout/ }).press('Enter')
    await eventually(() => page.url()).toBe(`${service.url}/health/checkout`)
    await page.getByRole('link', { name: 'database', exact: true }).click()
    await eventually(() => page.url()).toBe(`${service.url}/health/database`)
    await page.getByRole('link', { name: 'overview' }).click()
    await eventually(() => page.title()).toBe('DEGRADED – orders health')
  })

  test('takes texts for texts, whatever is in them', async () => {
    await using service = await startService()
    await using opened = await open(`${service.url}/health/ready`)
    const { page } = opened
    expect(await page.locator('#c-payments div').textContent()).toContain('<b>refused</b> 🔥')
    expect(await page.locator('#c-payments div b').count()).toBe(0)
    expect(await inPage(page, `getComputedStyle(document.querySelector('#c-search div')).unicodeBidi`)).toBe(
      'plaintext',
    )
  })
})

// @ts-check
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { inProject } from './project.mjs'

/**
 * Makes the pictures of the page in docs/images, with Debian's Chromium or that of `CHROMIUM`, from the built package:
 * `npm run build && node tools/page-images.mjs`. They show a clock of their own, so that they change with the page only.
 */
const { check, createHealth, degraded, down, heartbeat, selfCheck, up } = await import('hale')
const { createHandler } = await import('hale/http')
const { fakeClock } = await import('hale/testing')

const clock = fakeClock(Date.parse('2026-11-22T08:00:00Z'))
/** @type {(ms: number, outcome: () => import('hale').Outcome) => () => Promise<import('hale').Outcome>} */
const after = (ms, outcome) => () => new Promise((resolve) => clock.after(ms, () => resolve(outcome())))
let paymentsAnswer = true
let searchSlow = false
const health = createHealth({
  clock,
  service: { name: 'orders', version: '1.2.3' },
  checks: {
    database: check(after(12, () => up('connected', { idle: 7, total: 10 }))),
    payments: check(
      after(3, () => (paymentsAnswer ? up('HTTP 200') : down('connection refused'))),
      {
        critical: false,
        impact: 'Orders are taken and charged later.',
      },
    ),
    search: check(after(430, () => (searchSlow ? degraded('slow: 430 ms') : up('HTTP 200')))),
    'event-loop': selfCheck(after(1, () => up('p99 4 ms'))),
    consumer: heartbeat({ ttlMs: 120_000 }),
  },
  groups: { checkout: { members: ['database', 'payments'] } },
})

/** @param {number} minutes */
async function pass(minutes) {
  for (let left = minutes; left > 0; left--) {
    health.check('consumer').beat()
    const answers = Promise.all([
      health.readiness(),
      health.group('checkout'),
      health.startup(),
      health.liveness(),
    ])
    await clock.advance(500)
    await answers
    await clock.advance(59_500)
  }
}

await pass(21)
paymentsAnswer = false
await pass(3)
paymentsAnswer = true
await pass(16)
searchSlow = true
await pass(11)
paymentsAnswer = false
await pass(4)
health.check('consumer').beat()

const answer = Promise.resolve(createHandler(health)({ url: '/health', headers: { accept: 'text/html' } }))
await clock.advance(500)
const { headers, body } = /** @type {import('hale/http').HealthResponse} */ (await answer)
const server = createServer((_, response) => response.writeHead(200, headers).end(body)).listen(
  0,
  '127.0.0.1',
)
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
})
mkdirSync(inProject('docs', 'images'), { recursive: true })
for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 1000, height: 400 },
    deviceScaleFactor: 1,
  })
  await page.goto(`http://127.0.0.1:${port}/health`)
  await page.screenshot({ path: inProject('docs', 'images', `page-${colorScheme}.png`), fullPage: true })
}
await browser.close()
server.close()
await health.dispose()

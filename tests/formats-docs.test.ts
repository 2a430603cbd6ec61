import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check, createHealth, degraded, down, selfCheck, up } from 'hale'
import { createHandler } from 'hale/http'
import { formatSchemas } from 'hale/schemas'
import { fakeClock } from 'hale/testing'
import { expect, test } from 'vitest'

const file = fileURLToPath(new URL('../docs/formats.md', import.meta.url))
const page = readFileSync(file, 'utf8')

const clock = fakeClock(Date.UTC(2026, 10, 22, 9))
const after = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
const health = createHealth({
  clock,
  service: { name: 'orders', version: '1.2.3' },
  checks: {
    database: check(() => after(4).then(() => up('connected', { connections: 10, idle: 7 }))),
    search: check(() => after(12).then(() => degraded('slow')), { critical: false }),
    payments: check(() => after(3).then(() => down('connection refused')), {
      critical: false,
      impact: 'Customers pay by invoice.',
    }),
    'event-loop': selfCheck(() => up(), { probes: ['liveness'] }),
  },
})
const handle = createHandler(health, { actuator: true, metrics: true })

/** The rows of the table whose head begins so, each by its cells. */
function table(head: string): readonly (readonly string[])[] {
  const lines = page.slice(page.indexOf(head)).split('\n').slice(2)
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('|')),
  )
  return rows.map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$|`/g, '')))
}

const names: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'text/html; charset=utf-8': 'html',
  'text/plain; charset=utf-8': 'kubernetes',
  'application/health+json': 'health-json',
  'application/vnd.spring-boot.actuator.v3+json': 'actuator',
  'application/vnd.spring-boot.actuator.v2+json': 'actuator',
  'text/plain; version=0.0.4; charset=utf-8': 'prometheus',
  'application/openmetrics-text; version=1.0.0; charset=utf-8': 'prometheus',
}

const negotiation = table('| who | sends as `Accept`')

test.each(negotiation)(
  '%s, which sends %s, gets %s at /health and %s at /readyz',
  async (_, accept, base, readyz) => {
    const headers = accept === 'nothing' ? {} : { accept }
    const format = async (url: string) => {
      const answered = handle({ url, headers })
      await clock.advance(20)
      return names[(await answered)?.headers['Content-Type'] ?? '']
    }
    expect([await format('/health'), await format('/readyz')]).toEqual([base, readyz])
    expect(await format('/health?format=json')).toBe('json')
  },
)

test('the table of formats has those that have a schema, and the clients that matter', () => {
  expect(table('| `?format=`').map(([name]) => name)).toEqual(Object.keys(formatSchemas))
  expect(negotiation.length).toBeGreaterThan(15)
})

/** JSON as people would write it: what is short stands on one line. */
function pretty(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ')
  if (line.length + indent.length <= 110 || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  const list = Array.isArray(value)
  const entries = list
    ? value.map((each) => `${deeper}${pretty(each, deeper)}`)
    : Object.entries(value).map(([key, each]) => `${deeper}${JSON.stringify(key)}: ${pretty(each, deeper)}`)
  return `${list ? '[' : '{'}\n${entries.join(',\n')}\n${indent}${list ? ']' : '}'}`
}

const example = /<!-- body: (\S+) -->\n```(json|text)\n([^`]*)```/g
const examples = [...page.matchAll(example)].map(([, url = '', kind = '', body = '']) => ({
  url,
  kind,
  body,
}))

test('has an example of every body but the page', () => {
  expect(examples).toHaveLength(Object.keys(formatSchemas).length - 1)
})

test('shows the bodies that are served', async () => {
  const made: string[] = []
  for (const { url, kind } of examples) {
    const asked = handle({ url: '/health/ready', headers: {} })
    await clock.advance(20)
    await asked
    await handle({ url: '/health/live', headers: {} })
    const answered = handle({ url, headers: {} })
    await clock.advance(20)
    const { body = '' } = (await answered) ?? {}
    const shown = url.endsWith('metrics') ? body.replace(/^(?:#.*| *hale_.*} 0)\n/gm, '') : body
    made.push(kind === 'json' ? `${pretty(timeless(JSON.parse(body)))}\n` : shown)
  }
  // HALE_UPDATE_DOCS=1 writes what is served into the page.
  if (process.env.HALE_UPDATE_DOCS === '1') {
    let index = 0
    const written = page.replace(
      example,
      (_, url, kind) => `<!-- body: ${url} -->\n\`\`\`${kind}\n${made[index++]}\`\`\``,
    )
    writeFileSync(file, written)
    return
  }
  expect(examples.map(({ body }) => body)).toEqual(made)
})

test('says what is left at visibility status', async () => {
  const terse = createHandler(health, { visibility: 'status', actuator: true })
  const line = page.split('\n').find((each) => each.startsWith("At visibility `'status'`")) ?? ''
  for (const url of [
    '/health/ready?format=json',
    '/health/ready?format=health-json',
    '/actuator/health/readiness',
    '/health/ready?format=microprofile',
    '/readyz',
  ]) {
    const answered = terse({ url, headers: {} })
    await clock.advance(20)
    expect(line).toContain(`\`${(await answered)?.body}\``)
  }
})

/** Times as they are at nine o'clock, and durations as if nothing had passed. */
function timeless(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replace(/"20\d\d-\d\d-\d\dT[^"]*Z"/g, '"2026-11-22T09:00:00.000Z"')
    .replace(/"uptime":"PT\w+"/g, '"uptime":"PT1H30M20S"')
    .replace(/("observedValue":)\d+(,"observedUnit":"s")/, '$15420$2')
  return JSON.parse(text)
}

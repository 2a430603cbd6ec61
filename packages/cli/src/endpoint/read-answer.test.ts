import { check, createHealth, degraded, down, up } from 'hale'
import { createHandler } from 'hale/http'
import { describe, expect, it } from 'vitest'
import { readAnswer } from './read-answer.ts'

const health = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: {
    database: check(() => up('connected')),
    search: check(() => degraded('slow')),
    payments: check(() => down('connection refused'), { critical: false, impact: 'Charged later.' }),
  },
})
const checksOfHale = [
  { name: 'database', status: 'UP', message: 'connected' },
  { name: 'search', status: 'DEGRADED', message: 'slow' },
  { name: 'payments', status: 'DOWN', message: 'connection refused' },
]

async function answered(url: string, options: Parameters<typeof createHandler>[1] = {}, status?: number) {
  const response = await createHandler(health, options)({ url, headers: {} })
  return readAnswer(status ?? response?.status ?? 0, String(response?.body), 12)
}

describe('what hale serves', () => {
  it('is read with all that it tells', async () => {
    const answer = await answered('/health/ready')
    expect(answer).toMatchObject({
      answered: true,
      kind: 'hale',
      status: 'DEGRADED',
      httpStatus: 200,
      service: 'orders',
      version: '1.2.3',
      durationMs: 12,
      checks: checksOfHale,
    })
    const [, search, payments] = answer.checks
    expect(search).toMatchObject({ since: expect.any(Number), durationMs: expect.any(Number) })
    expect(payments).toMatchObject({ critical: false, impact: 'Charged later.' })
    expect(answer.message).toBeUndefined()
  })

  it('is the same as a list', async () => {
    const { checks, ...rest } = await answered('/health/ready', { detailsAs: 'list' })
    expect(rest).toMatchObject({ kind: 'hale', status: 'DEGRADED', service: 'orders', version: '1.2.3' })
    expect(checks).toMatchObject(checksOfHale)
  })

  it.each([
    ['actuator', 'DEGRADED', checksOfHale],
    ['health-json', 'DEGRADED', [{ name: 'database', status: 'UP' }, ...checksOfHale.slice(1)]],
    ['microprofile', 'DEGRADED', checksOfHale],
  ])('is read as %s', async (format, status, checks) => {
    const answer = await answered(`/health/ready?format=${format}`)
    expect(answer).toMatchObject({ kind: format, status })
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    expect([...answer.checks].sort(byName)).toMatchObject([...checks].sort(byName))
    const payments = answer.checks.find(({ name }) => name === 'payments')
    expect(payments).toMatchObject({
      critical: false,
      durationMs: expect.any(Number),
      since: expect.any(Number),
    })
  })

  it('is read as the text of Kubernetes', async () => {
    expect(await answered('/readyz')).toMatchObject({ kind: 'kubernetes', status: 'UP', checks: [] })
    expect(await answered('/readyz?verbose')).toMatchObject({
      kind: 'kubernetes',
      status: 'UP',
      checks: [
        { name: 'database', status: 'UP' },
        { name: 'search', status: 'UP' },
        { name: 'payments', status: 'DOWN', message: 'reason withheld' },
      ],
    })
    expect(readAnswer(503, '[-]etcd failed: reason withheld\nreadyz check failed\n', 1)).toMatchObject({
      status: 'DOWN',
      checks: [{ name: 'etcd', status: 'DOWN' }],
    })
  })

  it('tells little when it is terse', async () => {
    const answer = await answered('/health/ready', { visibility: 'status' })
    expect(answer).toMatchObject({ kind: 'hale', status: 'DEGRADED', checks: [] })
  })

  it('says that it drains', () => {
    const details = { application: { status: 'OUT_OF_SERVICE', message: 'draining' } }
    const answer = readAnswer(503, JSON.stringify({ status: 'OUT_OF_SERVICE', details }), 1)
    expect(answer).toMatchObject({ status: 'OUT_OF_SERVICE', message: 'draining', checks: [] })
  })
})

describe('what others serve', () => {
  it('has components within components (Actuator)', () => {
    const db = {
      status: 'DOWN',
      components: { main: { status: 'DOWN', details: { error: 'x' } }, replica: { status: 'UP' } },
    }
    const answer = readAnswer(503, JSON.stringify({ status: 'DOWN', components: { db } }), 1)
    expect(answer.checks).toEqual([
      { name: 'db', status: 'DOWN' },
      { name: 'db.main', status: 'DOWN', message: 'x' },
      { name: 'db.replica', status: 'UP' },
    ])
  })

  it('has nodes and measurements (application/health+json)', () => {
    const node = { status: 'WARN', observedValue: 0.25, observedUnit: 's', output: 'slow' }
    const checks = {
      'cassandra:responseTime': [node, { status: 'pass' }],
      uptime: [{ componentType: 'system' }],
    }
    const answer = readAnswer(200, JSON.stringify({ status: 'warn', releaseId: '7', checks }), 1)
    expect(answer).toMatchObject({ kind: 'health-json', status: 'DEGRADED', version: '7' })
    expect(answer.checks.map(({ name, status, durationMs }) => ({ name, status, durationMs }))).toEqual([
      { name: 'cassandra[0]', status: 'DEGRADED', durationMs: 250 },
      { name: 'cassandra[1]', status: 'UP', durationMs: undefined },
    ])
  })

  it.each([
    [200, '', 'UP', undefined],
    [204, '', 'UP', undefined],
    [200, '<html>', 'UP', undefined],
    [503, 'no', 'DOWN', 'HTTP 503'],
    [404, '{}', 'DOWN', 'HTTP 404: there is nothing at this path'],
    [401, '', 'DOWN', 'HTTP 401: it wants credentials (--header)'],
    // Where the body and HTTP differ.
    [500, '{"status":"UP"}', 'DOWN', 'says UP, but with HTTP 500'],
    [200, '{"status":"DOWN"}', 'DOWN', 'says DOWN, but with HTTP 200'],
  ])('by HTTP %d and %j is %s: %s', (httpStatus, text, status, message) => {
    expect(readAnswer(httpStatus, text, 1)).toMatchObject({ status, ...(message && { message }) })
  })

  it.each([
    ['null'],
    ['[]'],
    ['{"status":1}'],
    ['{"status":"constructor"}'],
    ['{"status":"UP","details":{"__proto__":null,"a":[[[]]],"b":5}}'],
    ['{"status":"UP","checks":[null,{"name":{}}]}'],
  ])('may be anything: %s', (text) => {
    expect(readAnswer(200, text, 1)).toMatchObject({ status: 'UP', checks: [] })
  })

  it('cannot move the cursor, turn the writing round or fill the screen', () => {
    const details = {
      'a\u001b[2Jb': { status: 'DOWN', error: `x\u001b]0;t\u0007\n\u202ey${'z'.repeat(9000)}` },
    }
    const [only] = readAnswer(503, JSON.stringify({ status: 'DOWN', service: 's', details }), 1).checks
    expect(only?.name).toBe('a [2Jb')
    expect(only?.message).toMatch(/^x \]0;t yz+…$/)
    expect(only?.message).toHaveLength(513)
  })

  it('has at most 256 checks here', () => {
    const entries = Array.from({ length: 1000 }, (_, index) => [`c${index}`, { status: 'UP' }])
    const answer = readAnswer(
      200,
      JSON.stringify({ status: 'UP', components: Object.fromEntries(entries) }),
      1,
    )
    expect(answer.checks).toHaveLength(256)
  })
})

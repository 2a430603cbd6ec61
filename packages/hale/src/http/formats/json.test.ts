import { describe, expect, it } from 'vitest'
import { check, heartbeat, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { Visibility } from '../../core/group-settings.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import type { Report } from '../../core/report.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { jsonFormat } from './json.ts'

const service = { name: 'orders', version: '1.2.3' }
const begun = '2026-01-01T00:00:00.000Z'
const later = '2026-01-01T01:30:20.000Z'

interface Body {
  readonly status: string
  readonly service?: string
  readonly timestamp?: string
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly transitions?: readonly Readonly<Record<string, unknown>>[]
}

/** Everything that an entry can be, once, ninety minutes and twenty seconds after creation. */
async function served(options: HandlerOptions = {}): Promise<(url: string) => Promise<Body>> {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    service,
    checks: {
      database: check(() => up('connected', { pool: { idle: 3, busy: 1 } })),
      cache: check(
        () => {
          throw Object.assign(new Error('redis://:hunter2@10.0.0.7'), {
            code: 'ECONNREFUSED',
            password: 'hunter2',
          })
        },
        {
          runbook: 'https://runbooks/cache',
          impact: 'pages are slow',
          tags: ['tier-1'],
          componentType: 'datastore',
        },
      ),
      search: check(() => degraded('slow', { p99: Number.NaN }), {
        critical: false,
        impact: 'results are old',
      }),
      queue: check(() => down('too long', { fn: () => 1, depth: 12 }), { critical: false }),
      slow: check(() => new Promise<void>((resolve) => clock.after(14.5, resolve))),
      off: check(() => up(), { enabled: false, impact: 'none' }),
      silent: heartbeat({ ttlMs: 86_400_000 }),
      memory: selfCheck(() => up(), { probes: ['liveness'], intervalMs: 60_000 }),
    },
  })
  const handle = createHandler(health, options)
  const answer = async (url: string): Promise<Body> => {
    const response = handle({ url, headers: {} })
    await clock.advance(15)
    return JSON.parse((await response)?.body ?? '')
  }
  await answer('/health/ready')
  await clock.advance(5_420_000 - 15 - 14.5)
  return answer
}

describe('the JSON body at visibility "components"', () => {
  it('has the status, the service, the time and the details, in this order', async () => {
    const body = await (await served())('/health/ready')
    expect(Object.keys(body)).toEqual(['status', 'service', 'timestamp', 'details'])
    expect(body).toMatchObject({ status: 'DOWN', service: 'orders', timestamp: later })
    expect(Object.keys(body.details)).toEqual([
      'application',
      'database',
      'cache',
      'search',
      'queue',
      'slow',
      'off',
      'silent',
    ])
  })

  it('says how the application itself is', async () => {
    const { details } = await (await served())('/health/ready')
    expect(details.application).toEqual({ status: 'UP', version: '1.2.3', uptime: 'PT1H30M20S' })
  })

  it.each<readonly [string, string, object]>([
    [
      'UP, without since',
      'database',
      { status: 'UP', message: 'connected', response_time_ms: 0, data: { pool: { idle: 3, busy: 1 } } },
    ],
    [
      'DOWN by an error, with since and impact',
      'cache',
      {
        status: 'DOWN',
        error: 'connection refused',
        response_time_ms: 0,
        since: begun,
        impact: 'pages are slow',
      },
    ],
    [
      'DEGRADED, not critical',
      'search',
      {
        status: 'DEGRADED',
        message: 'slow',
        response_time_ms: 0,
        data: { p99: 'NaN' },
        since: begun,
        critical: false,
      },
    ],
    [
      'DOWN by its author, with a note on its data',
      'queue',
      {
        status: 'DOWN',
        error: 'too long',
        response_time_ms: 0,
        data: { fn: null, depth: 12 },
        data_note: 'a function was left out',
        since: begun,
        critical: false,
      },
    ],
    ['a duration, in whole milliseconds', 'slow', { status: 'UP', response_time_ms: 15 }],
    ['disabled', 'off', { status: 'UNKNOWN', message: 'disabled', since: begun }],
    ['never beaten', 'silent', { status: 'UNKNOWN', error: 'no heartbeat yet', since: begun }],
  ])('writes an entry that is %s', async (_what, name, entry) => {
    const { details } = await (await served())('/health/ready')
    expect(details[name]).toEqual(entry)
  })

  it('shows nothing of the error that was thrown', async () => {
    for (const visibility of ['status', 'components', 'debug'] as const) {
      const ask = await served({ visibility })
      for (const url of ['/health/ready', '/health/cache', '/health/live']) {
        expect(JSON.stringify(await ask(url))).not.toMatch(/hunter2|10\.0\.0\.7|stack|password|redis/)
      }
    }
  })

  it('says since when a check has not answered, not when that was asked for', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { slow: check(() => new Promise(() => {}), { timeoutMs: 1e7 }) },
    })
    const handle = createHandler(health)
    const since: unknown[] = []
    for (let asked = 0; asked < 3; asked++) {
      const response = handle({ url: '/health/ready', headers: {} })
      await clock.advance(60_000)
      since.push(JSON.parse((await response)?.body ?? '').details.slow.since)
    }
    expect(new Set(since).size, since.join()).toBe(1)
  })

  it('carries no clock in liveness', async () => {
    const body = await (await served())('/health/live')
    expect(Object.keys(body)).toEqual(['status', 'service', 'details'])
    expect(body.details).toEqual({
      application: { status: 'UP', version: '1.2.3' },
      memory: { status: 'UP', response_time_ms: 0 },
    })
  })

  it('shows one check alone under its own path', async () => {
    const body = await (await served())('/health/queue')
    expect(body.status).toBe('DOWN')
    expect(Object.keys(body.details)).toEqual(['application', 'queue'])
  })

  it('leaves out a service that has no name or version', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const response = await createHandler(health)({ url: '/health', headers: {} })
    expect(response?.body).toBe('{"status":"UP","details":{"application":{"status":"UP"}}}')
  })

  it('says why the application is out of service', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    health.outOfService('moving house')
    const response = await createHandler(health)({ url: '/health/ready', headers: {} })
    expect(JSON.parse(response?.body ?? '').details.application).toEqual({
      status: 'OUT_OF_SERVICE',
      message: 'maintenance: moving house',
      uptime: 'PT0S',
    })
  })
})

describe('the JSON body at visibility "status"', () => {
  it.each(['/health', '/health/ready', '/health/live', '/health/cache', '/health/startup'])(
    'shows nothing but the status at %s',
    async (url) => {
      for (const detailsAs of ['object', 'list'] as const) {
        const body = await (await served({ visibility: 'status', detailsAs }))(url)
        expect(Object.keys(body)).toEqual(['status'])
      }
    },
  )
})

describe('the JSON body at visibility "debug"', () => {
  it('adds what operators need', async () => {
    const { details } = await (await served({ visibility: 'debug' }))('/health/ready')
    expect(details.cache).toEqual({
      status: 'DOWN',
      error: 'connection refused',
      response_time_ms: 0,
      since: begun,
      impact: 'pages are slow',
      critical: true,
      enabled: true,
      kind: 'dependency',
      error_code: 'ECONNREFUSED',
      checked_at: '2026-01-01T01:30:19.985Z',
      failure_threshold: 1,
      success_threshold: 1,
      consecutive_failures: 2,
      consecutive_successes: 0,
      outstanding_runs: 0,
      timeout_ms: 500,
      component_type: 'datastore',
      tags: ['tier-1'],
      runbook: 'https://runbooks/cache',
    })
    expect(details.database).toMatchObject({ since: begun, critical: true, consecutive_successes: 2 })
    expect(details.silent).not.toHaveProperty('timeout_ms')
    expect(details.off).toMatchObject({ enabled: false, impact: 'none' })
  })

  it('lists the transitions, without results', async () => {
    const { transitions = [] } = await (await served({ visibility: 'debug' }))('/health/ready')
    expect(transitions).toContainEqual({ check: 'cache', from: 'UNKNOWN', to: 'DOWN', at: begun })
    expect(transitions).toContainEqual({
      probe: 'readiness',
      from: 'UNKNOWN',
      to: 'DOWN',
      at: expect.any(String),
    })
    for (const transition of transitions)
      expect(Object.keys(transition).slice(1)).toEqual(['from', 'to', 'at'])
  })

  it('gives a background check its interval', async () => {
    const { details } = await (await served({ visibility: 'debug' }))('/health/live')
    expect(details.memory).toMatchObject({ kind: 'self', interval_ms: 60_000, timeout_ms: 500 })
  })
})

describe("detailsAs: 'list'", () => {
  it('gives the same entries, each beginning with its name', async () => {
    for (const visibility of ['components', 'debug'] as const) {
      const asObject = await (await served({ visibility }))('/health/ready')
      const asList = await (await served({ visibility, detailsAs: 'list' }))('/health/ready')
      const entries = asList.details as unknown as readonly Readonly<Record<string, unknown>>[]
      expect(Array.isArray(entries)).toBe(true)
      for (const entry of entries) expect(Object.keys(entry)[0]).toBe('name')
      expect(Object.fromEntries(entries.map(({ name, ...entry }) => [name, entry]))).toEqual(asObject.details)
    }
  })
})

describe('a body of the application', () => {
  const context = { service, visibility: 'components', transitions: [], groups: [] } as const

  function report(): Report {
    return createHealth({ clock: fakeClock(), checks: {} }).ask('liveness') as Report
  }

  it('is made from the report and the visibility', () => {
    const seen: unknown[] = []
    const format = jsonFormat('object', (given: Report, visibility: Visibility) => {
      seen.push(given.status, visibility)
      return [{ name: 'Application', status: given.status }]
    })
    expect(format.render(report(), context)).toBe('[{"name":"Application","status":"UP"}]')
    expect(seen).toEqual(['UP', 'components'])
  })

  it.each([
    [null, 'null'],
    ['ok', '"ok"'],
    [0, '0'],
    [false, 'false'],
    [[], '[]'],
  ])('may be %j', (value, body) => {
    expect(jsonFormat('object', () => value).render(report(), context)).toBe(body)
  })

  const circular: { self?: unknown } = {}
  circular.self = circular

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a BigInt', { n: 1n }],
    ['a circle', circular],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no')
        },
      },
    ],
    ['a toJSON of nothing', { toJSON: () => undefined }],
  ])('that JSON cannot hold fails: %s', (_what, value) => {
    expect(() => jsonFormat('object', () => value).render(report(), context)).toThrow()
  })
})

describe('names and data that look like something else', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', 'toJSON', 'valueOf', 'then'])(
    'a check named %s',
    async (name) => {
      const outcome: Outcome = up('fine', { toJSON: 1, constructor: 2, ['__proto__']: 3 })
      const health = createHealth({ clock: fakeClock(), checks: { [name]: check(() => outcome) } })
      const body = (await createHandler(health)({ url: `/health/${name}`, headers: {} }))?.body ?? ''
      expect(Object.keys(JSON.parse(body).details)).toEqual(['application', name])
      expect(body).toContain('"data":{"toJSON":1,"constructor":2,"__proto__":3}')
    },
  )
})

import { describe, expect, it } from 'vitest'
import { expectValid } from '../../../../../tests/format-validity.ts'
import { check, heartbeat, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HealthRequest } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { metricsText } from './prometheus.ts'

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

function made(runs: () => void = () => {}) {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    checks: {
      database: check(
        () =>
          new Promise((resolve) => {
            runs()
            clock.after(15, () => resolve(up()))
          }),
      ),
      search: check(() => degraded('slow'), { critical: false }),
      cache: check(() => down('gone'), { critical: false }),
      off: check(() => {}),
      consumer: heartbeat({ ttlMs: 1000, probes: [] }),
      loop: selfCheck(() => up(), { probes: ['liveness'] }),
    },
    groups: { secret: { members: ['consumer'], visibility: 'status' } },
  })
  health.check('off').disable()
  const ask = async (url: string, options: HandlerOptions = {}, more: Partial<HealthRequest> = {}) =>
    createHandler(health, { metrics: true, ...options })({ url, headers: {}, ...more })
  const probed = async (): Promise<void> => {
    const asked = health.readiness()
    await clock.advance(15)
    await asked
    await health.liveness()
  }
  return { clock, health, ask, probed }
}

const readiness = `# HELP hale_probe_up Whether the probe or group is healthy: UP or DEGRADED.
# TYPE hale_probe_up gauge
hale_probe_up{probe="readiness"} 1
# HELP hale_check_status The check's reported status: 1 for the one that it has.
# TYPE hale_check_status gauge
hale_check_status{check="database",status="UP"} 1
hale_check_status{check="database",status="DEGRADED"} 0
hale_check_status{check="database",status="UNKNOWN"} 0
hale_check_status{check="database",status="OUT_OF_SERVICE"} 0
hale_check_status{check="database",status="DOWN"} 0
hale_check_status{check="search",status="UP"} 0
hale_check_status{check="search",status="DEGRADED"} 1
hale_check_status{check="search",status="UNKNOWN"} 0
hale_check_status{check="search",status="OUT_OF_SERVICE"} 0
hale_check_status{check="search",status="DOWN"} 0
hale_check_status{check="cache",status="UP"} 0
hale_check_status{check="cache",status="DEGRADED"} 0
hale_check_status{check="cache",status="UNKNOWN"} 0
hale_check_status{check="cache",status="OUT_OF_SERVICE"} 0
hale_check_status{check="cache",status="DOWN"} 1
# HELP hale_check_last_duration_seconds How long the last run of the check took.
# TYPE hale_check_last_duration_seconds gauge
hale_check_last_duration_seconds{check="database"} 0.015
hale_check_last_duration_seconds{check="search"} 0
hale_check_last_duration_seconds{check="cache"} 0
# HELP hale_lifecycle_state Where the service is in its life: 1 for the state that it is in.
# TYPE hale_lifecycle_state gauge
hale_lifecycle_state{state="starting"} 0
hale_lifecycle_state{state="running"} 1
hale_lifecycle_state{state="maintenance"} 0
hale_lifecycle_state{state="draining"} 0
hale_lifecycle_state{state="stopped"} 0
hale_lifecycle_state{state="failed"} 0
`

describe('a report as metrics', () => {
  it('says what is known of its checks, not of one that is switched off', async () => {
    const { ask, probed } = made()
    await probed()
    const response = await ask('/health/ready?format=prometheus')
    expect(response?.headers['Content-Type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response?.body).toBe(readiness)
    expectValid('prometheus', response)
  })

  it('is OpenMetrics for whoever asks for that', async () => {
    const { ask, probed } = made()
    await probed()
    const response = await ask('/health/ready', {}, { headers: { accept: prometheus2 } })
    expect(response?.headers['Content-Type']).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    const unit = '# TYPE hale_check_last_duration_seconds gauge\n'
    expect(response?.body).toBe(
      `${readiness.replace(unit, `${unit}# UNIT hale_check_last_duration_seconds seconds\n`)}# EOF\n`,
    )
    expectValid('prometheus', response)
  })

  it('runs nothing, and is 200 whatever it tells: a failed scrape tells nothing', async () => {
    let runs = 0
    const { ask, health } = made(() => void runs++)
    const response = await ask('/health/ready?format=prometheus')
    expect(response?.status).toBe(200)
    expect(response?.body).not.toContain('hale_probe_up')
    expect(response?.body).toContain('hale_check_status{check="database",status="UNKNOWN"} 1\n')
    expect(runs).toBe(0)
    health.drain()
    const draining = (await ask('/health/ready?format=prometheus'))?.body
    expect(draining).toContain('{state="draining"} 1\n')
    expect(draining).toContain('hale_probe_up{probe="readiness"} 0\n')
  })

  it('is the verdict alone at status, and a check its status alone', async () => {
    const { ask, health } = made()
    const text = async (url: string) => (await ask(url, { visibility: 'status' }))?.body ?? ''
    expect(await text('/health/ready?format=prometheus')).toBe('')
    health.drain()
    const probe = await text('/health/ready?format=prometheus')
    expect(probe.split('\n')).toHaveLength(4)
    expect(probe).toContain('hale_probe_up{probe="readiness"} 0\n')
    const single = await text('/health/database?format=prometheus')
    expect(single).toContain('hale_check_status{check="database",status="UNKNOWN"} 1\n')
    expect(single).not.toMatch(/probe_up|duration|lifecycle/)
  })

  it('escapes what labels cannot hold', () => {
    const probes = [['a"b\\c\nd', 'UP']] as const
    expect(metricsText({ probes, checks: [], durations: true }, false)).toContain(
      'hale_probe_up{probe="a\\"b\\\\c\\nd"} 1\n',
    )
  })
})

describe('/health/metrics', () => {
  it('is not there unless asked for', async () => {
    expect(await made().ask('/health/metrics', { metrics: false })).toBeUndefined()
  })

  it('tells everything that is known, and runs nothing', async () => {
    let runs = 0
    const { ask, health } = made(() => void runs++)
    health.drain()
    const response = await ask('/health/metrics')
    expectValid('prometheus', response)
    expect(response?.status).toBe(200)
    for (const probe of ['readiness', 'startup', 'secret'])
      expect(response?.body).toContain(`hale_probe_up{probe="${probe}"}`)
    // Nobody has asked for it, so nobody is to be woken for it.
    expect(response?.body).not.toContain('probe="liveness"')
    expect(response?.body).toContain('hale_check_status{check="loop"')
    expect(response?.body).toContain('hale_lifecycle_state{state="draining"} 1\n')
    expect(runs).toBe(0)
  })

  it('shows strangers no check of a group that is terse', async () => {
    const { ask, probed } = made()
    await probed()
    const token = 'sixteen characters'
    expect((await ask('/health/metrics', { token }))?.body).not.toContain('consumer')
    const headers = { authorization: `Bearer ${token}` }
    expect((await ask('/health/metrics', { token }, { headers }))?.body).toContain('consumer')
    const terse = (await ask('/health/metrics', { visibility: 'status' }))?.body
    expect(terse?.split('\n')).toHaveLength(2 + 4 + 1)
  })

  it('is made once a second at most', async () => {
    const { clock, health } = made()
    let looked = 0
    const watched = new Proxy(health, {
      get: (target, key) => {
        if (key === 'snapshot') looked++
        const value = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const handle = createHandler(watched, { metrics: true })
    for (let second = 0; second < 3; second++) {
      for (let asked = 0; asked < 50; asked++) await handle({ url: '/health/metrics/', headers: {} })
      await clock.advance(1000)
    }
    expect(looked).toBe(3)
  })

  it.each([
    [undefined, 'text/plain; version=0.0.4; charset=utf-8'],
    ['text/html', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    [prometheus2, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ])('answers %s with %s', async (accept, type) => {
    const response = await made().ask('/health/metrics', {}, { headers: { accept } })
    expect(response?.headers['Content-Type']).toBe(type)
    expectValid('prometheus', response)
  })

  it('only reads, and is limited', async () => {
    const { ask, health } = made()
    expect((await ask('/health/metrics', {}, { method: 'POST' }))?.status).toBe(405)
    expect((await ask('/health/metrics', {}, { method: 'HEAD' }))?.body).toBe('')
    const handle = createHandler(health, { metrics: true, rateLimit: { perSecond: 1 } })
    const status = async () => (await handle({ url: '/health/metrics', headers: {} }))?.status
    expect([await status(), await status()]).toEqual([200, 429])
  })
})

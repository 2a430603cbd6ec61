import { describe, expect, it } from 'vitest'
import { expectValid } from '../../../../../tests/format-validity.ts'
import { check, heartbeat, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

async function body(url: string, options: HandlerOptions = {}) {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    service: { name: 'orders', version: '1.2.3' },
    checks: {
      database: check(() => up('connected', { idle: 3 }), {
        componentType: 'datastore',
        runbook: 'https://wiki.example/db',
      }),
      cache: check(() => down('gone'), { critical: false, impact: 'Pages are slow.' }),
      search: check(() => degraded('slow'), { critical: false }),
      off: check(() => {}),
      uptime: heartbeat({ ttlMs: 60_000, critical: false }),
      loop: selfCheck(() => up(), { probes: ['liveness'] }),
    },
  })
  health.check('off').disable('migration')
  await clock.advance(90_061_000)
  const response = await createHandler(
    health,
    options,
  )({ url, headers: { accept: 'application/health+json' } })
  expect(response?.headers['Content-Type']).toBe('application/health+json')
  expectValid('health-json', response)
  return { status: response?.status, ...JSON.parse(response?.body ?? '') }
}

describe('application/health+json', () => {
  it('says each check under its name and measurement', async () => {
    const { checks, ...root } = await body('/health/ready')
    const at = checks['database:responseTime'][0].time
    expect(root).toEqual({ status: 'warn', releaseId: '1.2.3', serviceId: 'orders' })
    expect(checks).toEqual({
      'database:responseTime': [
        { observedValue: 0, observedUnit: 'ms', status: 'pass', time: at, data: { idle: 3 } },
      ],
      'cache:responseTime': [
        {
          observedValue: 0,
          observedUnit: 'ms',
          status: 'fail',
          time: at,
          output: 'gone',
          since: at,
          critical: false,
          impact: 'Pages are slow.',
        },
      ],
      'search:responseTime': [
        {
          observedValue: 0,
          observedUnit: 'ms',
          status: 'warn',
          time: at,
          output: 'slow',
          since: at,
          critical: false,
        },
      ],
      off: [{ status: 'pass', output: 'disabled: migration', enabled: false }],
      uptime: [
        { componentType: 'system', observedValue: 90_061, observedUnit: 's', status: 'pass', time: at },
        expect.objectContaining({ status: 'fail', critical: false }),
      ],
    })
  })

  it('adds what operators need at debug', async () => {
    const { checks } = await body('/health/ready', { visibility: 'debug' })
    expect(checks['database:responseTime'][0]).toMatchObject({
      componentType: 'datastore',
      links: { runbook: 'https://wiki.example/db' },
    })
  })

  it('is the word alone at status', async () => {
    expect(await body('/health/ready', { visibility: 'status' })).toEqual({ status: 'warn' })
  })

  it('has no clock in liveness', async () => {
    const { checks } = await body('/health/live')
    expect(Object.keys(checks)).toEqual(['loop:responseTime'])
  })

  it('passes and fails with the HTTP status', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) } })
    const handle = createHandler(health)
    const word = async () => {
      const response = await handle({ url: '/health/ready?format=health-json', headers: {} })
      expectValid('health-json', response)
      const { status, output } = JSON.parse(response?.body ?? '')
      return [response?.status, status, output]
    }
    expect(await word()).toEqual([200, 'pass', undefined])
    health.outOfService('reindexing')
    expect(await word()).toEqual([503, 'fail', 'maintenance: reindexing'])
  })
})

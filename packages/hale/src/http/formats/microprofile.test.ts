import { expect, it } from 'vitest'
import { expectValid } from '../../../../../tests/format-validity.ts'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

function made() {
  const health = createHealth({
    clock: fakeClock(),
    checks: {
      database: check(() => up('connected', { idle: 3, full: false, nodes: ['a', 'b'], none: null })),
      search: check(() => degraded('slow'), { critical: false }),
      off: check(() => down('gone')),
      loop: selfCheck(() => up(undefined, [1, 2]), { probes: ['liveness'] }),
      models: selfCheck(() => up(), { probes: ['startup'] }),
      elsewhere: check(() => down('gone'), { probes: [] }),
    },
  })
  health.check('off').disable()
  const ask = async (url: string, options: HandlerOptions = {}) => {
    const response = await createHandler(health, { formats: ['microprofile'], ...options })({
      url,
      headers: {},
    })
    expectValid('microprofile', response)
    return { code: response?.status, ...JSON.parse(response?.body ?? '') }
  }
  return { health, ask }
}

it('has plain values in data, whatever the check returned', async () => {
  const { status, checks, code } = await made().ask('/health/ready')
  expect([code, status]).toEqual([200, 'UP'])
  expect(checks).toEqual([
    {
      name: 'database',
      status: 'UP',
      data: { idle: 3, full: false, nodes: '["a","b"]', message: 'connected', response_time_ms: 0 },
    },
    {
      name: 'search',
      status: 'UP',
      data: {
        message: 'slow',
        response_time_ms: 0,
        since: expect.stringMatching(/^20/),
        degraded: true,
        critical: false,
      },
    },
  ])
})

it('shows all probes at the base path, and each at its own, /health/started too', async () => {
  const { ask } = made()
  const names = async (url: string) => (await ask(url)).checks.map(({ name }: { name: string }) => name)
  expect(await names('/health')).toEqual(['database', 'search', 'loop', 'models'])
  expect(await names('/health?deep=true')).toEqual(['database', 'search'])
  expect(await names('/health/live')).toEqual(['loop'])
  expect(await names('/health/started')).toEqual(['models'])
  expect(await names('/health/started')).toEqual(await names('/health/startup'))
})

it('is DOWN at the base path for whatever any probe is', async () => {
  const { health, ask } = made()
  health.drain('SIGTERM')
  expect(await ask('/health/live')).toMatchObject({ code: 200, status: 'UP' })
  const whole = await ask('/health')
  expect(whole).toMatchObject({ code: 503, status: 'DOWN' })
  expect(whole.checks[0]).toEqual({
    name: 'application',
    status: 'DOWN',
    data: { message: 'draining: SIGTERM' },
  })
})

it('is the status and an empty list at status', async () => {
  expect(await made().ask('/health', { visibility: 'status' })).toEqual({
    code: 200,
    status: 'UP',
    checks: [],
  })
})

it('leaves liveness at the base path to whoever asks for nothing in particular', async () => {
  const { health } = made()
  health.drain()
  const handle = createHandler(health)
  expect((await handle({ url: '/health', headers: {} }))?.status).toBe(200)
  expect((await handle({ url: '/health?format=microprofile', headers: {} }))?.status).toBe(503)
})

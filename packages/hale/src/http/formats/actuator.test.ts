import { describe, expect, it } from 'vitest'
import { expectValid } from '../../../../../tests/format-validity.ts'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { HealthSource } from '../../core/health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

const v3 = 'application/vnd.spring-boot.actuator.v3+json'
const v2 = 'application/vnd.spring-boot.actuator.v2+json'

function made(outcome = up('connected', { idle: 3 })) {
  return createHealth({
    clock: fakeClock(),
    service: { name: 'orders' },
    checks: {
      search: check(() => degraded('slow'), { critical: false }),
      database: check(() => outcome),
      mail: check(() => down('gone'), { critical: false, impact: 'No mail.' }),
      loop: selfCheck(() => up(), { probes: ['liveness'] }),
    },
    groups: { checkout: { members: ['database'] } },
  })
}

async function ask(url: string, options: HandlerOptions = {}, accept = v3, health: HealthSource = made()) {
  const response = await createHandler(health, options)({ url, headers: { accept } })
  expect(response?.headers['Content-Type']).toBe(accept)
  expectValid('actuator', response)
  return { code: response?.status, ...JSON.parse(response?.body ?? '') }
}

const search = {
  status: 'UP',
  details: { critical: false, degraded: true, message: 'slow', responseTimeMs: 0, since: expect.any(String) },
}
const mail = {
  status: 'DOWN',
  details: {
    critical: false,
    error: 'gone',
    impact: 'No mail.',
    responseTimeMs: 0,
    since: expect.any(String),
  },
}
const database = { status: 'UP', details: { data: { idle: 3 }, message: 'connected', responseTimeMs: 0 } }

describe('the body of the actuator', () => {
  it('is the whole at the base path: components sorted, groups at the root', async () => {
    const whole = await ask('/health')
    expect(whole).toEqual({
      code: 200,
      status: 'UP',
      components: {
        database,
        livenessState: { status: 'UP' },
        loop: { status: 'UP', details: { responseTimeMs: 0 } },
        mail,
        readinessState: { status: 'UP', details: { degraded: true } },
        search,
      },
      groups: ['checkout', 'liveness', 'readiness', 'startup'],
    })
    expect(Object.keys(whole.components)).toEqual(Object.keys(whole.components).sort())
  })

  it('says details for components in v2', async () => {
    const { components, ...others } = await ask('/health')
    expect(await ask('/health', {}, v2)).toEqual({ ...others, details: components })
  })

  it.each([
    ['/health/ready', ['database', 'mail', 'readinessState', 'search']],
    ['/health/live', ['livenessState', 'loop']],
    ['/health/startup', ['startupState']],
    ['/health/checkout', ['database']],
  ])('%s has the components %j and no groups', async (url, names) => {
    const { components, groups } = await ask(url)
    expect(Object.keys(components)).toEqual(names)
    expect(groups).toBeUndefined()
  })

  it('is a component for a single check', async () => {
    expect(await ask('/health/database')).toEqual({ code: 200, ...database })
    expect(await ask('/health/mail')).toEqual({ code: 503, ...mail })
  })

  it('leaves out what is empty', async () => {
    const empty = createHealth({ clock: fakeClock(), checks: {}, groups: { none: { members: [] } } })
    expect(await ask('/health/none', {}, v3, empty)).toEqual({ code: 200, status: 'UP' })
  })

  it('is the status alone at status', async () => {
    expect(await ask('/health', { visibility: 'status' })).toEqual({ code: 200, status: 'UP' })
  })

  it('keeps the statuses that Spring has, and 503 for UNKNOWN too', async () => {
    expect(await ask('/health/ready', {}, v3, made(down('gone')))).toMatchObject({
      code: 503,
      status: 'DOWN',
    })
    const health = made()
    health.outOfService('reindexing')
    const out = await ask('/health', {}, v3, health)
    expect(out).toMatchObject({ code: 503, status: 'OUT_OF_SERVICE' })
    expect(out.components.readinessState).toEqual({
      status: 'OUT_OF_SERVICE',
      details: { message: 'maintenance: reindexing' },
    })
  })
})

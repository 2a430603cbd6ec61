import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { profileOf } from '../../profile/defaults.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { TargetOptions } from '../target.ts'
import { targets } from './index.ts'

const plain = profileOf({ name: 'orders', port: 3000 })

/** All of whose answers may take so long. */
function within(budgetMs: number): ServiceProfile {
  const { liveness, readiness, startup } = plain
  return {
    ...plain,
    liveness: { ...liveness, budgetMs },
    readiness: { ...readiness, budgetMs },
    startup: { ...startup, budgetMs },
  }
}

async function generated(name: string, profile: ServiceProfile, options: TargetOptions = {}) {
  const target = await targets[name]?.()
  if (target === undefined) throw new Error(`no target ${name}`)
  return target.files(profile, options)
}

async function only(name: string, profile: ServiceProfile, options: TargetOptions = {}, path?: string) {
  const files = await generated(name, profile, options)
  return (path === undefined ? files[0] : files.find((it) => it.path === path))?.text ?? ''
}

describe('AWS', () => {
  test('lets ECS replace nothing because a dependency is down', async () => {
    const template = parse(await only('ecs', plain))
    expect(template.Resources.OrdersTargetGroup.Properties.HealthCheckPath).toBe('/health/startup')
    const [container] = template.Resources.OrdersTask.Properties.ContainerDefinitions
    expect(container.HealthCheck.Command.join(' ')).toContain('/health/live')
    const told = parse(await only('ecs', plain, { probe: 'readiness' }))
    expect(told.Resources.OrdersTargetGroup.Properties.HealthCheckPath).toBe('/health/ready')
    const actuator = { ...plain, startup: plain.readiness }
    const nameless = parse(await only('ecs', actuator)).Resources.OrdersTargetGroup.Properties
    expect(nameless.HealthCheckPath).toBe('/health/live')
    expect(await only('alb', plain, { probe: 'liveness' })).toContain('Asks liveness, as told')
    expect(parse(await only('alb', plain)).Resources.OrdersTargetGroup.Properties.HealthCheckPath).toBe(
      '/health/ready',
    )
  })

  test('sends requests as the service takes them, over TLS where its probes are on its own port', async () => {
    const encrypted = { ...plain, tls: true }
    const protocols = async (profile: ServiceProfile, name: string) => {
      const { Protocol, HealthCheckProtocol } = parse(await only(name, profile)).Resources.OrdersTargetGroup
        .Properties
      expect(await only(name, profile, { form: 'terraform' })).toMatch(
        new RegExp(`^ {2}protocol += "${Protocol}"$`, 'm'),
      )
      return [Protocol, HealthCheckProtocol]
    }
    expect(await protocols(plain, 'alb')).toEqual(['HTTP', 'HTTP'])
    expect(await protocols(encrypted, 'alb')).toEqual(['HTTPS', 'HTTPS'])
    expect(await protocols({ ...encrypted, servicePort: 8080 }, 'alb')).toEqual(['HTTP', 'HTTPS'])
    expect(await protocols(encrypted, 'nlb')).toEqual(['TCP', 'HTTPS'])
  })

  test('says what it cannot hold', async () => {
    const slow = { ...plain, inFlightMs: 300_000 }
    await expect(generated('ecs', slow)).rejects.toThrow(
      /--drain-delay-ms and --in-flight-ms: makes a stopTimeout of 315 s, and AWS allows 2 to 120 s/,
    )
  })

  test('has the timeout below the interval', async () => {
    for (const budgetMs of [1, 800, 2500, 50_000]) {
      const profile = within(budgetMs)
      const text = await only('alb', profile)
      const properties = Object.values<{ Properties: Record<string, number> }>(parse(text).Resources)[0]
        ?.Properties
      expect(properties?.HealthCheckTimeoutSeconds).toBeLessThan(properties?.HealthCheckIntervalSeconds ?? 0)
    }
    const slow = { ...plain, startup: { path: '/health/startup', budgetMs: 5000 } }
    const { HealthCheckTimeoutSeconds } = parse(await only('ecs', slow)).Resources.OrdersTargetGroup
      .Properties
    expect(HealthCheckTimeoutSeconds).toBeGreaterThan(5)
  })
})

test('a balancer that notices a drain too late says so, and what to set', async () => {
  const late = await only('azure', plain, {}, 'load-balancer.tf')
  expect(late.replace(/\n\s*# /g, ' ')).toContain('LATER than the 5000 ms')
  expect(late).toContain('drainDelayMs: 10000')
  expect(await only('google', plain)).not.toContain('LATER')
})

test.each([
  ['google', within(400_000), /--budget-ms: makes an interval of 401 s, and Google allows 1 to 300 s/],
  ['google', { ...plain, inFlightMs: 4_000_000 }, /--in-flight-ms: .* and Google allows 0 to 3600 s/],
  ['azure', { ...plain, inFlightMs: 4_000_000 }, /--in-flight-ms: .* and Azure allows 0 to 3600 s/],
  ['alb', { ...plain, inFlightMs: 4_000_000 }, /--in-flight-ms: .* and AWS allows 0 to 3600 s/],
])('%s is told nothing that it would refuse', async (name, profile, said) => {
  await expect(generated(name, profile)).rejects.toThrow(said)
})

test('what ends without a word is not said to be noticed in time', async () => {
  const silent = { ...plain, drainsItself: false }
  for (const name of [
    'alb',
    'google',
    'azure',
    'consul',
    'haproxy',
    'caddy',
    'varnish',
    'envoy',
    'traefik',
  ]) {
    const text = (await only(name, silent)).replace(/\n\s*(?:#|\/\/) /g, ' ')
    expect([name, text.includes('Its end is not among them')]).toEqual([name, true])
    expect(text).not.toMatch(/goes on serving|stops listening|it serves on/)
    expect(await only(name, plain)).not.toContain('Its end')
  }
})

describe('the gateway of Azure', () => {
  const gateway = (profile: ServiceProfile) => only('azure', profile, {}, 'application-gateway.tf')

  test('asks where health is, by the name of the service', async () => {
    expect(await gateway(plain)).toMatch(/host += "orders"/)
    expect(await gateway(plain)).not.toMatch(/port += 9400/)
    const apart = await gateway({ ...plain, port: 9400, servicePort: 8080 })
    const [probe, settings] = apart.split('backend_http_settings = {')
    expect(probe).toMatch(/port += 9400/)
    expect(settings).toMatch(/port += 8080/)
  })

  test('says where it would ask in another way than it sends requests', async () => {
    expect(await gateway({ ...plain, tls: true })).not.toContain('ASKS AS IT SENDS')
    expect(await gateway({ ...plain, tls: true, servicePort: 8080 })).toContain('ASKS AS IT SENDS')
  })
})

test('Google is never told of a timeout above the interval, which it refuses', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50_000 }),
      fc.integer({ min: 0, max: 40_000 }),
      async (budgetMs, drainDelayMs) => {
        const profile = { ...within(budgetMs), drainDelayMs }
        const { checkIntervalSec, timeoutSec } = parse(await only('google', profile)).spec.healthCheck
        expect(timeoutSec).toBeLessThanOrEqual(checkIntervalSec)
        expect(timeoutSec * 1000).toBeGreaterThan(budgetMs)
      },
    ),
    { numRuns: 20 },
  ))

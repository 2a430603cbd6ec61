import { describe, expect, it } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

function made(outcome = up()) {
  const clock = fakeClock()
  const slow = (ms: number) => check(() => new Promise<void>((resolve) => clock.after(ms, resolve)))
  const health = createHealth({
    clock,
    checks: { database: check(() => outcome), slow: slow(30), slower: slow(120.26) },
  })
  const headers = async (url: string, options: HandlerOptions) => {
    const answered = createHandler(health, options)({ url, headers: {} })
    await clock.advance(121)
    return (await answered)?.headers ?? {}
  }
  return { health, headers }
}

describe('envoy', () => {
  const options = { envoy: true }

  it('hears that a service is degraded, on every format', async () => {
    const { headers } = made(degraded('slow'))
    for (const url of ['/health/ready', '/readyz', '/health/ready?format=html', '/health/database'])
      expect((await headers(url, options))['x-envoy-degraded']).toBe('true')
    expect(await headers('/health/live', options)).not.toHaveProperty('x-envoy-degraded')
  })

  it('hears nothing of a service that is well, or down', async () => {
    for (const outcome of [up(), down('gone')])
      expect(Object.keys(await made(outcome).headers('/health/ready', options)).join()).not.toContain('envoy')
  })

  it('hears at once that a service drains, from readiness alone', async () => {
    const { health, headers } = made()
    health.outOfService()
    expect(await headers('/health/ready', options)).not.toHaveProperty('x-envoy-immediate-health-check-fail')
    health.drain()
    expect((await headers('/health/ready', options))['x-envoy-immediate-health-check-fail']).toBe('true')
    for (const url of ['/health/live', '/health/database', '/health/startup'])
      expect(await headers(url, options)).not.toHaveProperty('x-envoy-immediate-health-check-fail')
  })

  it('hears nothing unless that is wanted', async () => {
    const { health, headers } = made(degraded('slow'))
    health.drain()
    expect(Object.keys(await headers('/health/ready', {})).join()).not.toContain('envoy')
  })
})

describe('Server-Timing', () => {
  const options = { serverTiming: true }

  it('has each check, the slowest first', async () => {
    const { 'Server-Timing': timing } = await made().headers('/health/ready', options)
    expect(timing).toBe('slower;dur=120.3, slow;dur=30, database;dur=0')
  })

  it('is not there unless wanted, where nothing is shown, or where there is nothing to show', async () => {
    const { headers } = made()
    expect(await headers('/health/ready', {})).not.toHaveProperty('Server-Timing')
    expect(await headers('/health/ready', { ...options, visibility: 'status' })).not.toHaveProperty(
      'Server-Timing',
    )
    expect(await headers('/health/live', options)).not.toHaveProperty('Server-Timing')
  })

  it('has at most 2048 characters, and whole entries', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `check-number-${index}`)
    const health = createHealth({
      clock: fakeClock(),
      checks: Object.fromEntries(names.map((name) => [name, check(() => {})])),
    })
    const response = await createHandler(health, options)({ url: '/health/ready', headers: {} })
    const timing = response?.headers['Server-Timing'] ?? ''
    expect(timing.length).toBeLessThanOrEqual(2048)
    expect(timing.length).toBeGreaterThan(1900)
    expect(timing).toMatch(/^(check-number-\d+;dur=0, )*check-number-\d+;dur=0$/)
  })
})

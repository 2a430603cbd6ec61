import { expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { createHandler } from './handle.ts'

// Registries of other threads and processes, or of somebody's own making: any part of one may fail.

const secret = 'planted-Secret-4711'

function fail(): never {
  throw new Error(secret)
}

const options = { metrics: true, openapi: true, actuator: true }

/** A registry one member of which fails, and what it logged. */
function failing(
  member: keyof HealthSource,
  how: () => unknown,
): { source: HealthSource; logged: unknown[] } {
  const logged: unknown[] = []
  const log = (message: string): void => void logged.push(message)
  const health = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => {}) },
    logger: { info: () => {}, warn: () => {}, error: log },
  })
  const source = new Proxy(health as HealthSource, {
    get(target, key) {
      if (key === member) return how
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { source, logged }
}

it.each([
  ['ask', '/health/ready'],
  ['ask', '/health/live'],
  ['ask', '/health/live?format=html'],
  ['ask', '/health?format=html'],
  ['ask', '/actuator/health'],
  ['latest', '/readyz/database'],
  ['latest', '/health/ready?format=prometheus'],
  ['hasCheck', '/health/nobody'],
  ['visibilityOf', '/health/ready'],
  ['snapshot', '/health/metrics'],
  ['snapshot', '/health/openapi.json'],
] as const)('answers 500 with a problem when %s throws at %s', async (member, url) => {
  const { source, logged } = failing(member, fail)
  const handle = createHandler(source, options)
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    const answered = await handle({ method, url, headers: {} })
    expect(answered?.status).toBe(500)
    expect(answered?.headers['Content-Type']).toBe('application/problem+json')
    expect(answered?.body ?? '').not.toContain(secret)
    expect(answered?.body === '').toBe(method !== 'GET')
  }
  expect(logged).toContain('a health answer could not be made')
})

it('answers 500 when what was asked in time cannot be shown', async () => {
  const { source, logged } = failing('latest', fail)
  const { status } = (await createHandler(source)({ url: '/health?format=html', headers: {} })) ?? {}
  expect(status).toBe(500)
  expect(logged).toHaveLength(1)
})

it('answers in the same turn what fails in the same turn', () => {
  const answered = createHandler(failing('ask', fail).source)({ url: '/health/ready', headers: {} })
  expect(answered).not.toBeInstanceOf(Promise)
})

it('serves a group that the registry learns of later, and none of a name that it does not', async () => {
  const health = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) } })
  let { groups } = health as HealthSource
  const late = { name: 'late', kind: 'group', budgetMs: 800, members: ['database'] } as const
  const source = new Proxy(health as HealthSource, {
    get(target, key) {
      if (key === 'groups') return groups
      if (key === 'ask') return (name: string) => target.ask(name === 'late' ? 'readiness' : name)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const handle = createHandler(source)
  const status = async (url: string) => (await handle({ url, headers: {} }))?.status
  expect(await status('/health/late')).toBeUndefined()
  groups = [...groups, late]
  expect(await status('/health/later')).toBeUndefined()
  expect(await status('/health/late')).toBe(200)
  expect(await status('/health/liveness')).toBeUndefined()
})

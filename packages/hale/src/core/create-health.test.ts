import { describe, expect, expectTypeOf, test } from 'vitest'
import { check, heartbeat, selfCheck } from './check.ts'
import { createHealth } from './create-health.ts'
import type { Health, HealthSource } from './health.ts'

const options = {
  checks: {
    database: check(() => {}),
    cache: check(() => {}, { critical: false }),
    loop: selfCheck(() => {}, { probes: ['liveness', 'readiness'] }),
    model: selfCheck(() => {}, { probes: ['startup'] }),
    consumer: heartbeat({ ttlMs: 1000 }),
    orphan: check(() => {}, { dangerouslyRestartOnFailure: true, probes: ['liveness'] }),
  },
  groups: { payments: { members: ['database', 'cache'] }, readiness: { visibility: 'status' } },
} as const

describe('types', () => {
  test('reports hold exactly the names of their probe, as literals', async () => {
    const health = createHealth(options)
    const readiness = await health.readiness()
    expectTypeOf<keyof typeof readiness.checks>().toEqualTypeOf<'database' | 'cache' | 'loop' | 'consumer'>()
    expectTypeOf(readiness.checks.database.name).toEqualTypeOf<'database'>()
    const liveness = await health.liveness()
    expectTypeOf<keyof typeof liveness.checks>().toEqualTypeOf<'loop' | 'orphan'>()
    const startup = await health.startup()
    expectTypeOf<keyof typeof startup.checks>().toEqualTypeOf<'model'>()
    const payments = await health.group('payments')
    expectTypeOf<keyof typeof payments.checks>().toEqualTypeOf<'database' | 'cache'>()
    expect(Object.keys(readiness.checks)).toEqual(['database', 'cache', 'loop', 'consumer'])
    expect(Object.keys(liveness.checks)).toEqual(['loop', 'orphan'])
    expect(Object.keys(payments.checks)).toEqual(['database', 'cache'])
  })

  test('a misspelt name does not compile', async () => {
    const health = createHealth(options)
    const readiness = await health.readiness()
    // @ts-expect-error: it is called database
    expect(readiness.checks.databse).toBeUndefined()
    // @ts-expect-error: it belongs to startup
    expect(readiness.checks.model).toBeUndefined()
    // @ts-expect-error: there is no such check
    expect(() => health.check('databse')).toThrow(/no check is named "databse"/)
    // @ts-expect-error: there is no such group
    await expect(health.group('payment')).rejects.toThrow(/no group is named "payment"/)
    // @ts-expect-error: a member that is no check
    expect(() => createHealth({ checks: { a: check(() => {}) }, groups: { g: { members: ['b'] } } })).toThrow(
      /members/,
    )
  })

  test('a dependency check in liveness or startup does not compile, and throws where types are not looked at', () => {
    // @ts-expect-error: a dependency cannot restart the process
    const live = check(() => {}, { probes: ['liveness'] })
    // @ts-expect-error: nor hold its start
    const start = check(() => {}, { probes: ['startup'] })
    expect(() => createHealth({ checks: { live_: live, start } })).toThrow(/2 problems/)
    expectTypeOf(check(() => {}, { probes: ['readiness'] })).not.toBeAny()
    expectTypeOf(selfCheck(() => {}, { probes: ['liveness'] })).not.toBeAny()
  })

  test('a misspelt or foreign option does not compile', () => {
    // @ts-expect-error: it is called timeoutMs
    const misspelt = check(() => {}, { timeout: 5 })
    // @ts-expect-error: a heartbeat runs nothing
    const foreign = heartbeat({ ttlMs: 5, retries: 1 })
    expect(() => createHealth({ checks: { misspelt, foreign } })).toThrow(/2 problems/)
  })

  test('a misspelt option of a group does not compile', () => {
    const checks = { a: check(() => {}) }
    const own = () =>
      createHealth({
        checks,
        groups: {
          g: {
            members: ['a'],
            // @ts-expect-error: it is called visibility
            visiblity: 'status',
          },
        },
      })
    const ofProbe = () =>
      createHealth({
        checks,
        groups: {
          readiness: {
            // @ts-expect-error: it is called budgetMs
            budgetMS: 5,
          },
        },
      })
    expect(own).toThrow(/did you mean visibility/)
    expect(ofProbe).toThrow(/did you mean budgetMs/)
  })

  test('a registry of any names fits what adapters take', () => {
    const health = createHealth(options)
    expectTypeOf(health).toExtend<HealthSource>()
    expectTypeOf(health).toExtend<Health>()
    const untyped: Record<string, ReturnType<typeof check>> = { a: check(() => {}) }
    expectTypeOf(createHealth({ checks: untyped })).toExtend<HealthSource>()
  })
})

import CircuitBreaker from 'opossum'
import { afterEach, expect, test, vi } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down, up } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { followHealth, type OpossumBreaker, opossum } from './opossum.ts'

const breakers: CircuitBreaker[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const breaker of breakers.splice(0)) breaker.shutdown()
})

/** A real breaker around a dependency. opossum has no clock to inject: its timers are those of vitest. */
function rig() {
  vi.useFakeTimers()
  const dependency = { well: true, calls: 0 }
  const breaker = new CircuitBreaker(
    async () => {
      dependency.calls++
      if (!dependency.well) throw new Error('secret 10.0.0.7')
      return 'paid'
    },
    { resetTimeout: 1000, volumeThreshold: 2, timeout: 500 },
  )
  breakers.push(breaker as CircuitBreaker)
  return { dependency, breaker }
}

function ofCheck(breaker: OpossumBreaker) {
  const health = createHealth({ clock: fakeClock(), checks: { payments: opossum(breaker) } })
  return { health, run: async () => health.check('payments').run() }
}

test('shows a breaker that opens, half-opens and closes, with its counts', async () => {
  const { dependency, breaker } = rig()
  const { health, run } = ofCheck(breaker)
  expect(await run()).toMatchObject({ status: 'UP', message: 'circuit closed', critical: false })
  dependency.well = false
  for (let i = 0; i < 3; i++) await breaker.fire().catch(() => {})
  const report = await run()
  expect(report).toMatchObject({
    status: 'DOWN',
    error: 'circuit open',
    data: { successes: 0, failures: 2, timeouts: 0, rejects: 1, fallbacks: 0 },
  })
  expect(JSON.stringify(report)).not.toContain('secret')
  // Out of rotation it would get no call, and without a call it never closes.
  expect((await health.readiness()).status).toBe('DEGRADED')
  vi.advanceTimersByTime(1000)
  expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'circuit half-open' })
  dependency.well = true
  await breaker.fire()
  expect(await run()).toMatchObject({ status: 'UP' })
  breaker.shutdown()
  expect(await run()).toMatchObject({ status: 'DOWN', error: 'circuit shut down' })
})

test('is critical when asked to be, and complains about what is no breaker', () => {
  const { breaker } = rig()
  const health = createHealth({ checks: { payments: opossum(breaker, { critical: true }) } })
  expect(health.check('payments').report().critical).toBe(true)
  expect(() => createHealth({ checks: { payments: opossum({} as never) } })).toThrow(
    'checks.payments.breaker: expected a CircuitBreaker of opossum, got an object',
  )
  expect(() => createHealth({ checks: { payments: opossum(breaker, 5 as never) } })).toThrow(
    ConfigurationError,
  )
})

test('a check opens a breaker and keeps it open, past its own timer, until it is back', async () => {
  const { dependency, breaker } = rig()
  const health = createHealth({ clock: fakeClock(), checks: { payments: check(() => up()) } })
  const stop = followHealth(health, 'payments', breaker)
  health.check('payments').set(down('refused'))
  expect(breaker.opened).toBe(true)
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(1000)
    await expect(breaker.fire()).rejects.toThrow('Breaker is open')
  }
  expect(dependency.calls).toBe(0)
  health.check('payments').set(up())
  expect(breaker.closed).toBe(true)
  expect(await breaker.fire()).toBe('paid')
  health.check('payments').set(down())
  stop()
  expect(breaker.closed).toBe(true)
  health.check('payments').set(up())
  health.check('payments').set(down())
  expect(breaker.closed).toBe(true)
  expect(breaker.listenerCount('halfOpen')).toBe(0)
})

test('starts open when the check is DOWN already, and a disabled check lets go', () => {
  const { breaker } = rig()
  const health = createHealth({ clock: fakeClock(), checks: { payments: check(() => up()) } })
  health.check('payments').set(down())
  followHealth(health, 'payments', breaker)
  expect(breaker.opened).toBe(true)
  health.check('payments').disable()
  expect(breaker.closed).toBe(true)
})

test('leaves a breaker alone that has been shut down', () => {
  const { breaker } = rig()
  const health = createHealth({ clock: fakeClock(), checks: { payments: check(() => up()) } })
  followHealth(health, 'payments', breaker)
  breaker.shutdown()
  health.check('payments').set(down())
  expect(breaker.isShutdown).toBe(true)
  health.check('payments').set(up())
  expect(breaker.isShutdown).toBe(true)
})

test('a breaker does not follow the check that shows it: it would hold itself open', async () => {
  const { dependency, breaker } = rig()
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const health = createHealth({ clock: fakeClock(), logger, checks: { payments: opossum(breaker) } })
  // Known only when the check runs: noticed at the first transition.
  followHealth(health, 'payments', breaker)
  dependency.well = false
  for (let i = 0; i < 3; i++) await breaker.fire().catch(() => {})
  await health.check('payments').run()
  expect(logger.error).toHaveBeenCalledWith(
    'a listener of "transition" failed',
    expect.objectContaining({ err: expect.any(ConfigurationError) }),
  )
  vi.advanceTimersByTime(1000)
  expect(breaker.halfOpen).toBe(true)
  expect(() => followHealth(health, 'payments', breaker)).toThrow('shows this very breaker')
})

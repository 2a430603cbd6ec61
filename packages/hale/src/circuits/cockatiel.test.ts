import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  retry,
  wrap,
} from 'cockatiel'
import { afterEach, expect, test, vi } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down, up } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { cockatiel, followHealth } from './cockatiel.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A real policy. cockatiel has no clock to inject: it reads that of vitest. */
function rig() {
  vi.useFakeTimers()
  const dependency = { well: true, calls: 0, during: async () => {} }
  const policy = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(2) })
  const call = () =>
    policy.execute(async () => {
      dependency.calls++
      await dependency.during()
      if (!dependency.well) throw new Error('secret 10.0.0.7')
      return 'paid'
    })
  return { dependency, policy, call }
}

async function failTwice(call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 2; i++) await call().catch(() => {})
}

test('shows a policy that opens, half-opens and closes', async () => {
  const { dependency, policy, call } = rig()
  const health = createHealth({ clock: fakeClock(), checks: { payments: cockatiel(policy) } })
  const run = () => health.check('payments').run()
  expect(await run()).toMatchObject({ status: 'UP', message: 'circuit closed', critical: false })
  dependency.well = false
  await failTwice(call)
  const report = await run()
  expect(report).toMatchObject({ status: 'DOWN', error: 'circuit open' })
  expect(JSON.stringify(report)).not.toContain('secret')
  // Out of rotation it would get no call, and without a call it never half-opens.
  expect((await health.readiness()).status).toBe('DEGRADED')
  vi.advanceTimersByTime(1000)
  dependency.well = true
  let half: unknown
  dependency.during = async () => {
    await Promise.resolve()
    half = await run()
  }
  await call()
  expect(half).toMatchObject({ status: 'DEGRADED', message: 'circuit half-open' })
  expect(await run()).toMatchObject({ status: 'UP' })
  const isolation = policy.isolate()
  expect(await run()).toMatchObject({ status: 'DOWN', error: 'circuit isolated' })
  isolation.dispose()
})

test('complains about what is no circuit breaker, such as what it is wrapped in', () => {
  const { policy } = rig()
  const wrapped = wrap(retry(handleAll, { maxAttempts: 2 }), policy)
  expect(() => createHealth({ checks: { payments: cockatiel(wrapped as never) } })).toThrow(
    'give the circuit breaker itself, not what it is wrapped in',
  )
  const health = createHealth({ checks: { payments: check(() => up()) } })
  expect(() => followHealth(health, 'payments', null as never)).toThrow(ConfigurationError)
})

test('a check isolates a policy and keeps it so until it is back', async () => {
  const { dependency, policy, call } = rig()
  const health = createHealth({ clock: fakeClock(), checks: { payments: check(() => up()) } })
  const stop = followHealth(health, 'payments', policy)
  dependency.well = false
  await failTwice(call)
  expect(policy.state).toBe(CircuitState.Open)
  health.check('payments').set(down('refused'))
  vi.advanceTimersByTime(60_000)
  await expect(call()).rejects.toBeInstanceOf(BrokenCircuitError)
  expect(dependency.calls).toBe(2)
  dependency.well = true
  health.check('payments').set(up())
  expect(policy.state).toBe(CircuitState.Closed)
  expect(await call()).toBe('paid')
  health.check('payments').set(down())
  stop()
  expect(policy.state).toBe(CircuitState.Closed)
  health.check('payments').set(up())
  health.check('payments').set(down())
  expect(policy.state).toBe(CircuitState.Closed)
})

test('a policy does not follow the check that shows it: it would hold itself open', async () => {
  const { dependency, policy, call } = rig()
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const health = createHealth({ clock: fakeClock(), logger, checks: { payments: cockatiel(policy) } })
  followHealth(health, 'payments', policy)
  dependency.well = false
  await failTwice(call)
  await health.check('payments').run()
  expect(policy.state).toBe(CircuitState.Open)
  expect(logger.error).toHaveBeenCalledWith(
    'a listener of "transition" failed',
    expect.objectContaining({ err: expect.any(ConfigurationError) }),
  )
  expect(() => followHealth(health, 'payments', policy)).toThrow('shows this very breaker')
})

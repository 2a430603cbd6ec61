import { describe, expect, expectTypeOf, test } from 'vitest'
import { type CheckDefinition, check, heartbeat, selfCheck } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { degraded } from '../core/outcome.ts'
import { fakeClock } from './fake-clock.ts'
import { type Faults, faults, withFaults } from './faults.ts'

function rehearsal(control: Faults, clock = fakeClock()) {
  let asked = 0
  const inner = check(() => {
    asked++
    return degraded('the real thing')
  })
  const checks = { database: withFaults(inner, control) }
  const health = createHealth({ clock, checks })
  return { clock, run: () => health.check('database').run(), asked: () => asked }
}

describe('faults', () => {
  test('are off until told', async () => {
    const control = faults()
    const { run } = rehearsal(control)
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'the real thing' })
    expect(control.current).toBe('none')
  })

  test('fail with a text that is shown, without asking', async () => {
    const control = faults()
    const { run, asked } = rehearsal(control)
    control.fail('Simulated database connection refused.')
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'Simulated database connection refused.' })
    expect(asked()).toBe(0)
    control.heal()
    expect((await run()).status).toBe('DEGRADED')
  })

  test('fail with an error that is not shown', async () => {
    const control = faults()
    const { run } = rehearsal(control)
    control.fail(Object.assign(new Error('password=hunter22'), { code: 'ECONNREFUSED' }))
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('hang until the timeout, or until healed', async () => {
    const control = faults()
    const { run, clock, asked } = rehearsal(control)
    control.hang()
    const report = run()
    await clock.advance(500)
    expect(await report).toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' })
    await clock.advance(0)
    const again = run()
    expect(control.current).toBe('hang')
    control.heal()
    expect((await again).status).toBe('DEGRADED')
    expect(asked()).toBe(1)
    expect(clock.pending).toBe(0)
  })

  test('are slow by the clock that is given', async () => {
    const clock = fakeClock()
    const control = faults(clock)
    const { run, asked } = rehearsal(control, clock)
    control.slow(300)
    const report = run()
    await clock.advance(299)
    expect(asked()).toBe(0)
    await clock.advance(1)
    expect(await report).toMatchObject({ status: 'DEGRADED', durationMs: 300 })
    control.slow(600)
    const late = run()
    await clock.advance(500)
    expect((await late).error).toBe('timed out after 500 ms')
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    expect(asked()).toBe(1)
  })

  test('are for more than one check, and leave the rest of a definition as it is', () => {
    const control = faults()
    const wrapped = withFaults(
      selfCheck(() => {}, { probes: ['liveness'], tags: ['x'] }),
      control,
    )
    expectTypeOf(wrapped).toEqualTypeOf<CheckDefinition<'liveness'>>()
    expect(wrapped).toMatchObject({ kind: 'self', options: { tags: ['x'] } })
  })

  test('know what they cannot do', () => {
    const control = faults()
    expect(() => control.slow(-1)).toThrow('faults.slow: 1 problem')
    expect(() => control.slow(undefined as unknown as number)).toThrow('delayMs')
    const checks = { consumer: withFaults(heartbeat({ ttlMs: 1000 }), control) }
    expect(() => createHealth({ checks })).toThrow('checks.consumer.withFaults: a heartbeat runs nothing')
  })
})

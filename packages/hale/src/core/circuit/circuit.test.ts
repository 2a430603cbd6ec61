import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test, vi } from 'vitest'
import { CallTimeoutError } from '../../errors/call-timeout-error.ts'
import { DependencyDownError } from '../../errors/dependency-down-error.ts'
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts'
import { type CheckOptions, check, heartbeat } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { degraded, down, up } from '../outcome.ts'
import type { CircuitChange, CircuitOptions } from './circuit.ts'

const settled = { consecutiveFailures: 3, jitter: 0, trialDelayMs: 1000 } as const

/** A registry with one dependency, which is well until it is told otherwise. */
function rig(options: CircuitOptions = settled, checkOptions: CheckOptions = {}) {
  const clock = fakeClock()
  const dependency = { well: true, runs: 0, calls: 0, hanging: false }
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const health = createHealth({
    clock,
    logger,
    checks: {
      payments: check(() => {
        dependency.runs++
        if (dependency.hanging) return new Promise(() => {})
        return dependency.well ? up('answers') : down('refuses')
      }, checkOptions),
    },
  })
  const changes: CircuitChange[] = []
  health.on('circuit', (change) => changes.push(change))
  const circuit = health.circuit('payments', options)
  const call = () =>
    circuit.run(() => {
      dependency.calls++
      if (!dependency.well) throw new Error('secret 10.0.0.7')
      return 'paid'
    })
  const report = () => health.check('payments').report()
  return { clock, dependency, health, circuit, call, changes, logger, report }
}

async function fail(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await expect(call()).rejects.toThrow()
}

const steps = (changes: readonly CircuitChange[]) =>
  changes.map(({ from, to, reason }) => `${from} → ${to}: ${reason}`)

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await clock.advance(ms)
  await clock.advance(0)
}

describe('closed', () => {
  test('makes the call and hands over what it answers or throws', async () => {
    const { circuit, call } = rig()
    expect(await call()).toBe('paid')
    const error = new Error('declined')
    await expect(circuit.run(() => Promise.reject(error))).rejects.toBe(error)
    const thrower = () => {
      throw error
    }
    await expect(circuit.run(thrower)).rejects.toBe(error)
    expect(circuit.counts).toMatchObject({ made: 3, succeeded: 1, failed: 2 })
    expect(circuit.state).toBe('closed')
  })

  test('opens when so many calls in a row have failed, and takes the check DOWN past its failureThreshold', async () => {
    const { dependency, circuit, call, changes, report, logger, health } = rig(settled, {
      failureThreshold: 5,
    })
    await health.check('payments').run()
    dependency.well = false
    await fail(2, call)
    dependency.well = true
    await call()
    dependency.well = false
    await fail(2, call)
    expect(circuit.state).toBe('closed')
    await fail(1, call)
    expect(circuit.state).toBe('open')
    expect(steps(changes)).toEqual(['closed → open: calls'])
    expect(report()).toMatchObject({ status: 'DOWN', error: 'circuit open: 3 calls in a row failed' })
    expect(report().details.circuit).toMatchObject({ state: 'open' })
    expect(logger.error).toHaveBeenCalledWith(
      'check payments UP → DOWN: circuit open: 3 calls in a row failed',
      expect.anything(),
    )
  })

  test('opens by rate once there are enough calls, and forgets what is older than the window', async () => {
    const options = {
      ...settled,
      consecutiveFailures: 100,
      failureRate: 0.5,
      minimumCalls: 10,
      windowMs: 1000,
    }
    const { clock, dependency, circuit, call, report } = rig(options)
    const alternate = async (times: number) => {
      for (let i = 0; i < times; i++) {
        dependency.well = i % 2 === 0
        await call().catch(() => {})
      }
    }
    await alternate(8)
    await pass(clock, 1100)
    await alternate(9)
    expect(circuit.state).toBe('closed')
    dependency.well = false
    await fail(1, call)
    expect(circuit.state).toBe('open')
    expect(report().error).toBe('circuit open: 5 of 10 calls failed')
  })

  test('leaves alone what isFailure excuses: such an answer is a good call', async () => {
    const isFailure = (error: unknown) => (error as { status?: number }).status !== 404
    const { circuit, call, dependency } = rig({ ...settled, isFailure })
    const notFound = () => circuit.run(() => Promise.reject(Object.assign(new Error(), { status: 404 })))
    dependency.well = false
    await fail(2, call)
    await fail(1, notFound)
    await fail(2, call)
    expect(circuit.state).toBe('closed')
    expect(circuit.counts).toMatchObject({ succeeded: 1, failed: 4 })
  })

  test('an isFailure that throws counts as a failure and is logged', async () => {
    const isFailure = () => {
      throw new Error('isFailure')
    }
    const { circuit, call, dependency, logger } = rig({ ...settled, isFailure })
    dependency.well = false
    await fail(3, call)
    expect(circuit.state).toBe('open')
    expect(logger.error).toHaveBeenCalledWith('isFailure of the circuit of payments failed', {
      err: new Error('isFailure'),
    })
  })
})

describe('open', () => {
  test('makes no call and says what is down, since when and when it is tried next', async () => {
    const { clock, dependency, circuit, call } = rig()
    dependency.well = false
    await fail(3, call)
    const since = clock.wallTime()
    await pass(clock, 400)
    const error = await call().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DependencyDownError)
    expect(error).toMatchObject({ code: 'HALE_DEPENDENCY_DOWN', check: 'payments', since, nextTrialMs: 600 })
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(dependency.calls).toBe(3)
    expect(circuit.counts.refused).toBe(1)
  })

  test('probes do not run the check between trials; the trial runs it without being asked', async () => {
    const { clock, dependency, health, call, circuit } = rig(settled, { maxAgeMs: { down: 0, up: 0 } })
    dependency.well = false
    await fail(3, call)
    for (let i = 0; i < 9; i++) {
      await pass(clock, 100)
      const report = await health.readiness()
      expect(report.checks.payments.status).toBe('DOWN')
    }
    expect(dependency.runs).toBe(0)
    await pass(clock, 100)
    expect(dependency.runs).toBe(1)
    expect(circuit.state).toBe('open')
    expect(health.check('payments').report().error).toBe('refuses')
  })

  test('tries again after twice the time, up to the bound', async () => {
    const { clock, dependency, call, health, changes } = rig({ ...settled, maxTrialDelayMs: 3000 })
    dependency.well = false
    await fail(3, call)
    const at: number[] = []
    health.on('run', () => at.push(clock.now()))
    await pass(clock, 13_000)
    expect(at).toEqual([1000, 3000, 6000, 9000, 12_000])
    expect(steps(changes).slice(0, 3)).toEqual([
      'closed → open: calls',
      'open → half-open: trial',
      'half-open → open: trial-failed',
    ])
  })

  test('leaves a share of the delay to chance, never more than the delay', async () => {
    const random = vi.spyOn(Math, 'random')
    for (const [chance, delay] of [
      [0, 1000],
      [0.5, 750],
      [0.999, 500],
    ] as const) {
      random.mockReturnValue(chance)
      const { clock, dependency, call } = rig({ ...settled, jitter: 0.5 })
      dependency.well = false
      await fail(3, call)
      await pass(clock, delay - 2)
      expect(dependency.runs).toBe(0)
      await pass(clock, 3)
      expect(dependency.runs).toBe(1)
    }
    random.mockRestore()
  })

  test('closes at once with a good trial, DEGRADED too', async () => {
    const { clock, dependency, circuit, call, changes, health, report } = rig()
    dependency.well = false
    await fail(3, call)
    dependency.well = true
    await pass(clock, 1000)
    expect(circuit.state).toBe('closed')
    expect(report()).toMatchObject({ status: 'UP', message: 'answers' })
    expect(steps(changes).at(-1)).toBe('half-open → closed: recovered')
    expect(await call()).toBe('paid')
    health.check('payments').set(down('maintenance'))
    expect(circuit.state).toBe('open')
    health.check('payments').set(degraded('slow'))
    expect(circuit.state).toBe('closed')
  })

  test('wants as many good trials as successThreshold, one soon after the other', async () => {
    const { clock, dependency, circuit, call, changes } = rig(settled, { successThreshold: 2 })
    dependency.well = false
    await fail(3, call)
    await pass(clock, 1000)
    dependency.well = true
    await pass(clock, 2000)
    expect(circuit.state).toBe('open')
    expect(steps(changes).at(-1)).toBe('half-open → open: more-trials')
    await pass(clock, 1000)
    expect(circuit.state).toBe('closed')
  })

  test('goes on with longer delays when the calls fail again soon after a good trial', async () => {
    const { clock, dependency, call, circuit } = rig()
    const openAgain = async () => {
      dependency.well = false
      await fail(3, call)
      dependency.well = true
    }
    const delay = async () => {
      const from = clock.now()
      while (circuit.state !== 'closed') await pass(clock, 100)
      return clock.now() - from
    }
    await openAgain()
    expect(await delay()).toBe(1000)
    await openAgain()
    expect(await delay()).toBe(2000)
    await openAgain()
    expect(await delay()).toBe(4000)
    await pass(clock, 10_000)
    await openAgain()
    expect(await delay()).toBe(1000)
  })

  test('calls that were under way when it opened count no more once it is closed', async () => {
    const { clock, dependency, circuit, call } = rig()
    const ends: (() => void)[] = []
    const late = [1, 2, 3].map(() =>
      circuit
        .run(() => new Promise((_, reject) => ends.push(() => reject(new Error('late')))))
        .catch(() => 'failed'),
    )
    dependency.well = false
    await fail(3, call)
    dependency.well = true
    await pass(clock, 1000)
    for (const end of ends) end()
    expect(await Promise.all(late)).toEqual(['failed', 'failed', 'failed'])
    expect(circuit.state).toBe('closed')
  })

  test('a good run that began before the calls failed does not close it', async () => {
    const clock = fakeClock()
    let answer = (_: unknown): void => {}
    const health = createHealth({
      clock,
      checks: { payments: check(() => new Promise((resolve) => (answer = resolve))) },
    })
    const circuit = health.circuit('payments', settled)
    const probe = health.readiness()
    await clock.advance(10)
    await fail(3, () => circuit.run(() => Promise.reject(new Error())))
    answer(up())
    await clock.advance(0)
    await probe
    expect(circuit.state).toBe('open')
    expect(health.check('payments').report().status).toBe('DOWN')
  })

  test('a trial that hangs keeps calls out, and the overlap guard keeps trials back', async () => {
    const { clock, dependency, circuit, call, report } = rig(settled, {
      timeoutMs: 500,
      overlapAfterMs: 5000,
    })
    dependency.well = false
    dependency.hanging = true
    await fail(3, call)
    await pass(clock, 1000)
    expect(circuit.state).toBe('half-open')
    await expect(call()).rejects.toMatchObject({ nextTrialMs: 0 })
    expect(dependency.calls).toBe(3)
    await pass(clock, 500)
    expect(report()).toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' })
    expect(circuit.state).toBe('open')
    await pass(clock, 4000)
    expect(dependency.runs).toBe(1)
    dependency.well = true
    dependency.hanging = false
    await pass(clock, 3000)
    expect(circuit.state).toBe('closed')
  })

  test('a run by hand takes the place of the next trial', async () => {
    const { clock, dependency, call, health } = rig()
    dependency.well = false
    await fail(3, call)
    await pass(clock, 500)
    await health.check('payments').run()
    await pass(clock, 1999)
    expect(dependency.runs).toBe(1)
    await pass(clock, 1)
    expect(dependency.runs).toBe(2)
  })

  test('a run by hand is a trial', async () => {
    const { dependency, circuit, call, health, clock } = rig()
    dependency.well = false
    await fail(3, call)
    dependency.well = true
    const ran = health.check('payments').run()
    await clock.advance(0)
    expect((await ran).status).toBe('UP')
    expect(circuit.state).toBe('closed')
    expect(clock.pending).toBe(0)
  })
})

describe('the check and its circuit are one state', () => {
  test('a check that turns DOWN by its own run opens it, and its trials find it well again', async () => {
    const { clock, dependency, health, circuit, changes } = rig()
    dependency.well = false
    const probe = health.readiness()
    await clock.advance(0)
    await probe
    expect(circuit.state).toBe('open')
    dependency.well = true
    await pass(clock, 1000)
    expect(circuit.state).toBe('closed')
    expect(steps(changes)).toEqual([
      'closed → open: check',
      'open → half-open: trial',
      'half-open → closed: recovered',
    ])
  })

  test('is open from the start when the check is DOWN already', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { payments: check(() => down('refuses')) } })
    const ran = health.check('payments').run()
    await clock.advance(0)
    await ran
    expect(health.circuit('payments').state).toBe('open')
    expect(clock.pending).toBe(1)
    await health.dispose()
  })

  test('a disabled check lets calls through and counts none of them; enabling begins anew', async () => {
    const { dependency, circuit, call, health, changes } = rig()
    dependency.well = false
    await fail(3, call)
    health.check('payments').disable('migration')
    expect(circuit.state).toBe('closed')
    expect(steps(changes).at(-1)).toBe('open → closed: disabled')
    await fail(5, call)
    expect(dependency.calls).toBe(8)
    health.check('payments').enable()
    await fail(2, call)
    expect(circuit.state).toBe('closed')
    await fail(1, call)
    expect(circuit.state).toBe('open')
  })

  test('what was counted before the check was disabled counts no more', async () => {
    const { dependency, circuit, call, health } = rig()
    dependency.well = false
    await fail(2, call)
    health.check('payments').disable()
    health.check('payments').enable()
    await fail(2, call)
    expect(circuit.state).toBe('closed')
  })

  test('background runs rest while it is open; trials come at least as often and nothing turns stale', async () => {
    const options = { ...settled, maxTrialDelayMs: 60_000 }
    const { clock, dependency, call, health, circuit } = rig(options, { intervalMs: 4000 })
    await pass(clock, 100)
    expect(dependency.runs).toBe(1)
    dependency.well = false
    await fail(3, call)
    const at: number[] = []
    health.on('run', () => at.push(clock.now() - 100))
    await pass(clock, 20_000)
    expect(at).toEqual([1000, 3000, 7000, 11_000, 15_000, 19_000])
    expect(health.check('payments').report().status).toBe('DOWN')
    dependency.well = true
    await pass(clock, 4000)
    expect(circuit.state).toBe('closed')
    const runs = dependency.runs
    await pass(clock, 8000)
    expect(dependency.runs).toBe(runs + 2)
    await health.dispose()
    expect(clock.pending).toBe(0)
  })

  test('of a heartbeat the next beat after the delay is the trial', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { consumer: heartbeat({ ttlMs: 60_000 }) } })
    const circuit = health.circuit('consumer', settled)
    const beat = () => health.check('consumer').beat()
    beat()
    await fail(3, () => circuit.run(() => Promise.reject(new Error())))
    beat()
    expect(health.check('consumer').report().status).toBe('DOWN')
    await pass(clock, 1000)
    expect(circuit.state).toBe('half-open')
    await expect(circuit.run(() => 1)).rejects.toBeInstanceOf(DependencyDownError)
    beat()
    expect(circuit.state).toBe('closed')
    expect(health.check('consumer').report().status).toBe('UP')
    // The beat that was missed opens it, and the next one closes it at once: nothing contradicts it.
    await pass(clock, 60_000)
    expect(circuit.state).toBe('open')
    beat()
    expect(circuit.state).toBe('closed')
  })

  test('says so when the check calls through its own circuit, which could never close', async () => {
    const clock = fakeClock()
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
    const health = createHealth({
      clock,
      logger,
      checks: { payments: check((): Promise<unknown> => health.circuit('payments').run(() => 'paid')) },
    })
    const circuit = health.circuit('payments', settled)
    await fail(3, () => circuit.run(() => Promise.reject(new Error())))
    await pass(clock, 10_000)
    const told = logger.error.mock.calls.filter(([message]) => String(message).includes('its own circuit'))
    expect(told).toHaveLength(1)
    await health.dispose()
  })

  test('tells listeners and diagnostics_channel after the report says it too', async () => {
    const { dependency, call, health } = rig()
    const seen: unknown[] = []
    const hear = (message: unknown) => seen.push(message)
    subscribe('hale:circuit', hear)
    const states: unknown[] = []
    health.on('circuit', ({ to }) =>
      states.push([to, health.snapshot().checks.payments.details.circuit?.state]),
    )
    dependency.well = false
    await fail(3, call)
    unsubscribe('hale:circuit', hear)
    expect(states).toEqual([['open', 'open']])
    expect(seen).toEqual([
      { check: 'payments', from: 'closed', to: 'open', reason: 'calls', at: expect.any(Number) },
    ])
  })

  test('a listener that disables the check when it opens leaves no trial behind', async () => {
    const { clock, dependency, call, health, circuit } = rig()
    health.on('circuit', ({ to }) => {
      if (to === 'half-open') health.check('payments').disable()
    })
    dependency.well = false
    await fail(3, call)
    await pass(clock, 1000)
    expect(circuit.state).toBe('closed')
    expect(dependency.runs).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('the end', () => {
  test('disposed or removed, calls go through and no timer is left', async () => {
    for (const end of ['dispose', 'remove'] as const) {
      const { clock, dependency, call, health, circuit } = rig({
        ...settled,
        slowCallMs: 100,
        timeoutMs: 200,
      })
      dependency.well = false
      await fail(3, call)
      if (end === 'dispose') await health.dispose()
      else health.check('payments')[Symbol.dispose]()
      expect(clock.pending).toBe(0)
      expect(circuit.state).toBe('closed')
      dependency.well = true
      expect(await call()).toBe('paid')
      dependency.well = false
      await fail(9, call)
      expect(circuit.state).toBe('closed')
      expect(clock.pending).toBe(0)
    }
  })

  test('a call under way keeps its timeout, and takes the last timer with it', async () => {
    const { clock, circuit, health } = rig({ ...settled, timeoutMs: 200 })
    const answer = circuit.run(() => new Promise(() => {})).catch((error: unknown) => error)
    await health.dispose()
    await pass(clock, 200)
    expect(await answer).toBeInstanceOf(CallTimeoutError)
    expect(clock.pending).toBe(0)
  })

  test('asked for only after the end, it lets calls through', async () => {
    const health = createHealth({ checks: { payments: check(() => down()) } })
    await health.check('payments').run()
    await health.dispose()
    expect(await health.circuit('payments').run(() => 'paid')).toBe('paid')
  })
})

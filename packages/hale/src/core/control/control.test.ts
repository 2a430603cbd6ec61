import { channel } from 'node:diagnostics_channel'
import { describe, expect, test, vi } from 'vitest'
import { RevisionError } from '../../errors/revision-error.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check, heartbeat } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { down, up } from '../outcome.ts'
import type { ControlEvent } from './control-change.ts'

function service() {
  const clock = fakeClock()
  const state = { outcome: up() as unknown, takesMs: 0 }
  const run = vi.fn(async () => {
    if (state.takesMs > 0) await new Promise<void>((resolve) => clock.after(state.takesMs, resolve))
    return state.outcome
  })
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const health = createHealth({
    clock,
    logger,
    checks: {
      database: check(run, { timeoutMs: 500, failureThreshold: 2 }),
      consumer: heartbeat({ ttlMs: 30_000, critical: false }),
    },
  })
  health.check('consumer').beat()
  const told: ControlEvent[] = []
  health.on('control', (event) => told.push(event))
  return { clock, health, run, state, told, logger, database: health.check('database') }
}

describe('a change', () => {
  test('applies from the next run on', async () => {
    const { clock, health, database, state } = service()
    state.takesMs = 300
    const before = health.readiness()
    await clock.advance(300)
    expect((await before).checks.database.status).toBe('UP')
    database.tune({ timeoutMs: 200, failureThreshold: 1 })
    await clock.advance(2000)
    const after = health.readiness()
    await clock.advance(300)
    expect((await after).checks.database).toMatchObject({ status: 'DOWN', error: 'timed out after 200 ms' })
  })

  test('leaves the run under way with what it began with', async () => {
    const { clock, health, database, state } = service()
    state.takesMs = 300
    const answer = health.readiness()
    await clock.advance(100)
    database.tune({ timeoutMs: 150 })
    await clock.advance(200)
    expect((await answer).checks.database.status).toBe('UP')
  })

  test('of criticality changes the verdict at once, without a run', async () => {
    const { health, database, state, run, clock } = service()
    state.outcome = down('gone')
    expect((await health.readiness()).status).toBe('DOWN')
    const transitions = vi.fn()
    health.on('transition', transitions)
    database.tune({ critical: false })
    await clock.advance(0)
    expect((await health.readiness()).status).toBe('DEGRADED')
    expect(run).toHaveBeenCalledOnce()
    expect(transitions).toHaveBeenCalledWith(expect.objectContaining({ probe: 'readiness', to: 'DEGRADED' }))
  })

  test('of ages and intervals takes hold of the result that is there', async () => {
    const { clock, health, database, run } = service()
    await health.readiness()
    database.tune({ maxAgeMs: { up: 10_000 } })
    await clock.advance(9000)
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(1)
    database.tune({ maxAgeMs: { up: 500 } })
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(2)
    database.tune({ intervalMs: 2000 })
    await clock.advance(10_000)
    const inBackground = run.mock.calls.length
    expect(inBackground).toBeGreaterThanOrEqual(6)
    database.tune({ intervalMs: null })
    await clock.advance(60_000)
    expect(run).toHaveBeenCalledTimes(inBackground)
    expect(database.control().tuned).toEqual({ maxAgeMs: { up: 500 } })
  })

  test('of a heartbeat counts from its last beat', async () => {
    const { clock, health } = service()
    const consumer = health.check('consumer')
    await clock.advance(20_000)
    consumer.tune({ ttlMs: 15_000 })
    expect(consumer.report().status).toBe('DOWN')
    consumer.beat()
    consumer.tune({ ttlMs: 60_000 })
    await clock.advance(59_999)
    expect(consumer.report().status).toBe('UP')
    await clock.advance(1)
    expect(consumer.report().error).toBe('no heartbeat for 60 s')
  })

  test('is told with what was and what is, logged and published, once', () => {
    const { database, told, logger, clock } = service()
    const published = vi.fn()
    channel('hale:control').subscribe(published)
    database.tune({ timeoutMs: 200, critical: false, retries: 0 })
    const event = {
      check: 'database',
      by: 'code',
      action: 'change',
      changes: { timeoutMs: { from: 500, to: 200 }, critical: { from: true, to: false } },
      at: clock.wallTime(),
    }
    expect(told).toEqual([event])
    expect(published).toHaveBeenCalledExactlyOnceWith(event, 'hale:control')
    expect(logger.info).toHaveBeenCalledWith(
      'check database, by code: critical true → false, timeoutMs 500 → 200',
      event,
    )
    database.tune({ timeoutMs: 200 })
    expect(told).toHaveLength(1)
    channel('hale:control').unsubscribe(published)
  })

  test('with anything wrong in it changes nothing, and says all that is wrong', () => {
    const { database, health, told } = service()
    const change = {
      timeoutMs: '200',
      failureThreshold: 0,
      critcal: false,
      reason: 'x',
      maxAgeMs: 5,
    } as never
    expect(() => health.control.change('database', change, 'admin')).toThrow(
      /5 problems[\s\S]*critcal: unknown option; did you mean critical\?[\s\S]*reason: goes with enabled: false[\s\S]*timeoutMs: expected a number/,
    )
    expect(() => health.check('consumer').tune({ timeoutMs: 5 })).toThrow(/timeoutMs: unknown option/)
    expect(() => health.control.change('database', 'x' as never, 'admin')).toThrow(
      /change: expected an object/,
    )
    expect(database.control()).toMatchObject({ enabled: true, tuned: {}, settings: { timeoutMs: 500 } })
    expect(told).toEqual([])
  })

  test('made for a revision that is not the latest is refused', () => {
    const { health, database } = service()
    const { revision } = database.control()
    health.control.change('database', { retries: 1 }, 'admin', revision)
    expect(() => health.control.change('database', { retries: 2 }, 'admin', revision)).toThrow(RevisionError)
    expect(() => health.control.reset('database', 'admin', revision)).toThrow(RevisionError)
    expect(database.control().settings.retries).toBe(1)
    expect(database.control().revision).not.toBe(revision)
  })

  test('null returns one setting to configuration, reset() all of them and what is enabled', () => {
    const { database, told } = service()
    const configured = database.control().settings
    database.tune({ timeoutMs: 200, retries: 3 })
    database.tune({ timeoutMs: null })
    expect(database.control()).toMatchObject({
      tuned: { retries: 3 },
      settings: { timeoutMs: 500, retries: 3 },
    })
    database.disable('migration')
    told.length = 0
    database.reset()
    expect(database.control()).toMatchObject({ enabled: true, tuned: {}, settings: configured })
    expect(Object.keys(database.control().tuned)).toEqual([])
    expect(told).toMatchObject([
      {
        changes: {
          retries: { from: 3, to: 0 },
          enabled: { from: false, to: true },
          reason: { from: 'migration' },
        },
      },
    ])
  })
})

describe('what is handed out', () => {
  test('is no handle on what is in force', () => {
    const { database, health } = service()
    database.tune({ maxAgeMs: { up: 2000 } })
    const attempts = [
      () => Object.assign(database.control().settings.maxAgeMs as object, { up: 1e9 }),
      () => Object.assign(database.control().tuned.maxAgeMs as object, { up: 1e9 }),
      () => Object.assign(database.control().settings, { timeoutMs: 1 }),
      () => Object.assign(database.control().tuned, { timeoutMs: 1 }),
      () => Object.assign(database.control(), { enabled: false }),
      () => Object.assign(health.check('consumer').control().tuned, { ttlMs: 1 }),
    ]
    for (const attempt of attempts) expect(attempt).toThrow(TypeError)
    expect(database.control().settings).toMatchObject({ timeoutMs: 500, maxAgeMs: { up: 2000, down: 1000 } })
  })

  test('cannot be changed by a subscriber or listener for those after it', () => {
    const { database, health, told } = service()
    const tamper = (event: unknown): void => {
      const { changes } = event as ControlEvent
      for (const target of [event, changes, ...Object.values(changes), changes.maxAgeMs?.to])
        expect(Object.isFrozen(target)).toBe(true)
    }
    const failed = vi.fn()
    const subscriber = (event: unknown): void => {
      try {
        tamper(event)
      } catch (error) {
        failed(error)
      }
    }
    channel('hale:control').subscribe(subscriber)
    database.tune({ maxAgeMs: { up: 5 } })
    health.outOfService('x')
    channel('hale:control').unsubscribe(subscriber)
    expect(failed).not.toHaveBeenCalled()
    expect(told).toHaveLength(2)
  })

  test('keeps nothing of what was given', () => {
    const { database } = service()
    const given = { maxAgeMs: { up: 2000 } }
    database.tune(given)
    given.maxAgeMs.up = 1e9
    expect(database.control().settings.maxAgeMs).toEqual({ up: 2000, down: 1000 })
    expect(database.control().tuned).toEqual({ maxAgeMs: { up: 2000 } })
  })
})

describe('a revision', () => {
  test('changes with each change that changes something, and with nothing else', async () => {
    const { database, health, clock, told } = service()
    const seen = [database.control().revision]
    const changed = (): boolean => {
      const { revision } = database.control()
      const isNew = !seen.includes(revision)
      if (isNew) seen.push(revision)
      return isNew
    }
    await health.readiness()
    await database.run()
    health.check('consumer').tune({ ttlMs: 5 })
    database.tune({})
    database.tune({ timeoutMs: 500 })
    database.enable()
    database.reset()
    expect(changed()).toBe(false)
    database.tune({ timeoutMs: 400 })
    expect(changed()).toBe(true)
    database.disable('x', { forMs: 10 })
    expect(changed()).toBe(true)
    await clock.advance(10)
    expect(changed()).toBe(true)
    database.reset()
    expect(changed()).toBe(true)
    expect(told.filter(({ check, action }) => check === 'database' && action === 'change')).toHaveLength(4)
  })

  test('is another one after a restart', async () => {
    const clock = fakeClock()
    const revision = (): string =>
      createHealth({ clock, checks: { database: check(() => {}) } })
        .check('database')
        .control().revision
    const before = revision()
    await clock.advance(1)
    expect(revision()).not.toBe(before)
  })

  test('of a check that was removed is not that of the one added in its place', () => {
    const { health } = service()
    const before = health.add(
      'cache',
      check(() => {}),
    )
    const { revision } = before.control()
    before[Symbol.dispose]()
    expect(
      health
        .add(
          'cache',
          check(() => {}),
        )
        .control().revision,
    ).not.toBe(revision)
  })
})

test('a change that only enables or disables is no change of the report but that', () => {
  const { health, database } = service()
  const changed = vi.fn()
  health.watch?.(changed)
  database.disable('x')
  expect(changed).toHaveBeenCalledOnce()
})

test('a change and its enabling are told together, and a half of it is never seen', () => {
  const { health, told, database } = service()
  const seen: unknown[] = []
  health.on('transition', () => seen.push(database.control().settings.timeoutMs))
  health.control.change('database', { timeoutMs: 100, enabled: false, reason: 'x\ny', forMs: 1000 }, 'admin')
  expect(told).toHaveLength(1)
  expect(told[0]?.reason).toBe('x y')
  expect(Object.keys(told[0]?.changes ?? {}).sort()).toEqual(['enabled', 'reason', 'timeoutMs', 'until'])
})

test.each([Number.NaN, Infinity, -1, 0, '5', null, 1n, {}])(
  'a disabling for %s is refused, with nothing done',
  (forMs) => {
    const { health, database, told, clock } = service()
    const pending = clock.pending
    expect(() =>
      health.control.change('database', { enabled: false, forMs: forMs as never }, 'admin'),
    ).toThrow(/forMs: expected a number of milliseconds/)
    expect(database.control().enabled).toBe(true)
    expect(told).toEqual([])
    expect(clock.pending).toBe(pending)
  },
)

test('a check that was configured as disabled is disabled again by a reset, without the reason of another time', () => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { cache: check(() => {}, { enabled: false }) } })
  const cache = health.check('cache')
  cache.enable()
  cache.reset()
  expect(cache.control()).toMatchObject({ enabled: false })
  cache.disable('x', { forMs: 1000 })
  cache.reset()
  expect(cache.control()).not.toHaveProperty('reason')
  expect(cache.control()).not.toHaveProperty('until')
  expect(clock.pending).toBe(0)
})

test('after the end nothing is changed, told or started', async () => {
  const { health, database, told, clock } = service()
  const before = database.control()
  await health.dispose()
  database.disable('late', { forMs: 1000 })
  database.tune({ timeoutMs: 5, intervalMs: 10 })
  database.reset()
  expect(database.control()).toEqual(before)
  expect(told).toEqual([])
  expect(clock.pending).toBe(0)
})

test('maintenance is told with the reason that is shown, bounded and on one line', () => {
  const { health, told, logger } = service()
  health.control.outOfService(`a\n${'x'.repeat(20_000)}`, 'admin')
  expect(told[0]?.reason?.length).toBeLessThanOrEqual(256)
  expect(told[0]?.reason).toMatch(/^a x/)
  expect(logger.info.mock.calls[0]?.[0].length).toBeLessThan(400)
})

describe('disabling', () => {
  test('for a time says why and until when, and ends by itself', async () => {
    const { database, health, clock, told } = service()
    await health.readiness()
    database.disable('migration', { forMs: 600_000 })
    const until = clock.wallTime() + 600_000
    expect(database.control()).toMatchObject({ enabled: false, reason: 'migration', until })
    expect((await health.readiness()).checks.database.message).toBe('disabled: migration')
    await clock.advance(600_000)
    expect(database.control()).not.toHaveProperty('until')
    expect(told.map(({ by, reason, changes }) => [by, reason, changes.enabled])).toEqual([
      ['code', 'migration', { from: true, to: false }],
      ['expiry', undefined, { from: false, to: true }],
    ])
    expect(clock.pending).toBe(1)
  })

  test('that expires under load lets no probe see anything but disabled or its result', async () => {
    const { database, health, clock, state } = service()
    await health.readiness()
    state.takesMs = 50
    database.disable('migration', { forMs: 1000 })
    const seen = new Set<string>()
    for (let elapsed = 0; elapsed < 2000; elapsed += 10) {
      void health.readiness().then(({ status, checks }) => {
        seen.add(`${status} ${checks.database.enabled ? checks.database.status : 'disabled'}`)
      })
      await clock.advance(10)
    }
    await clock.advance(100)
    expect(seen).toEqual(new Set(['UP disabled', 'UP UP']))
  })

  test('again, or enabling by hand, replaces the expiry', async () => {
    const { database, clock } = service()
    database.disable('first', { forMs: 1000 })
    database.disable('second', { forMs: 5000 })
    await clock.advance(1500)
    expect(database.control()).toMatchObject({ enabled: false, reason: 'second' })
    database.enable()
    expect(database.control()).toMatchObject({ enabled: true })
    expect(database.control()).not.toHaveProperty('reason')
    expect(clock.pending).toBe(1)
    database.disable('for good')
    await clock.advance(10_000)
    expect(database.control().enabled).toBe(false)
  })

  test('leaves no timer behind when the check or the registry goes', async () => {
    const { health, clock } = service()
    const handle = health.add(
      'cache',
      check(() => {}),
    )
    handle.disable('x', { forMs: 1000 })
    handle[Symbol.dispose]()
    health.check('database').disable('x', { forMs: 1000 })
    await health.dispose()
    expect(clock.pending).toBe(0)
    expect(() => health.control.of('cache')).toThrow(/no check is named "cache"/)
    expect(() => health.control.of('databse')).toThrow('no check is named "databse"; did you mean database?')
  })
})

test('a run that is forced is told, with who did it', async () => {
  const { health, run, told } = service()
  await health.readiness()
  expect(await health.control.run('database', 'admin')).toMatchObject({ status: 'UP' })
  expect(run).toHaveBeenCalledTimes(2)
  expect(told).toMatchObject([{ check: 'database', by: 'admin', action: 'run' }])
})

test('maintenance is told as well', async () => {
  const { health, told } = service()
  health.outOfService('reindexing')
  expect((await health.readiness()).application.message).toBe('maintenance: reindexing')
  health.control.inService('admin')
  health.control.inService('admin')
  expect(told).toMatchObject([
    { by: 'code', reason: 'reindexing', changes: { maintenance: { from: undefined, to: 'reindexing' } } },
    { by: 'admin', changes: { maintenance: { from: 'reindexing', to: undefined } } },
  ])
  expect(told[0]).not.toHaveProperty('check')
})

test('a listener that throws does not keep a change from being applied', () => {
  const { health, database } = service()
  health.on('control', () => {
    throw new Error('x')
  })
  database.tune({ timeoutMs: 100 })
  expect(database.control().settings.timeoutMs).toBe(100)
})

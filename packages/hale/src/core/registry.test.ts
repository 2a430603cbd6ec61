import { describe, expect, test, vi } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { type CheckContext, check, heartbeat, selfCheck } from './check.ts'
import { createHealth } from './create-health.ts'
import { degraded, down, up } from './outcome.ts'
import type { Transition } from './transitions.ts'

const hang = (): Promise<never> => new Promise(() => {})

describe('on demand', () => {
  test('serves the result from memory until it is too old, well and unwell at different ages', async () => {
    const clock = fakeClock()
    let works = true
    const run = vi.fn(() => (works ? up() : down()))
    const health = createHealth({ clock, checks: { db: check(run, { maxAgeMs: { up: 5000, down: 100 } }) } })
    await health.readiness()
    await clock.advance(4999)
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(1)
    works = false
    await clock.advance(1)
    expect((await health.readiness()).status).toBe('DOWN')
    await clock.advance(99)
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(2)
    await clock.advance(1)
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(3)
  })

  test('a check reads a clock that is an instance of a class', async () => {
    class Stopped {
      readonly #at = 4711
      now(): number {
        return this.#at
      }
      wallTime(): number {
        return this.#at
      }
      after(): () => void {
        return () => {}
      }
    }
    const read = vi.fn(({ now }: CheckContext) => now())
    const health = createHealth({ clock: new Stopped(), checks: { db: check(read) } })
    expect((await health.readiness()).status).toBe('UP')
    expect(read).toHaveReturnedWith(4711)
  })

  test('an age of zero runs the check for each question, yet once for those who ask together', async () => {
    const run = vi.fn(async () => {})
    const health = createHealth({ clock: fakeClock(), checks: { db: check(run, { maxAgeMs: { up: 0 } }) } })
    await Promise.all([health.readiness(), health.readiness(), health.readiness()])
    expect(run).toHaveBeenCalledTimes(1)
    await health.readiness()
    expect(run).toHaveBeenCalledTimes(2)
  })

  test('groups, probes and single checks share a run', async () => {
    const run = vi.fn(async () => {})
    const checks = { db: selfCheck(run, { probes: ['readiness', 'liveness', 'startup'] }) }
    const health = createHealth({ clock: fakeClock(), checks, groups: { pay: { members: ['db'] } } })
    await Promise.all([
      health.readiness(),
      health.liveness(),
      health.startup(),
      health.group('pay'),
      health.ask('db'),
    ])
    await health.check('db').run()
    expect(run).toHaveBeenCalledTimes(2)
  })

  test('checks that are nearly due are run with those that are, so that results age together', async () => {
    const clock = fakeClock()
    const runs = [vi.fn(), vi.fn(), vi.fn()]
    const after = (ms: number, run: () => void) => (): Promise<void> => {
      run()
      return new Promise((resolve) => clock.after(ms, resolve))
    }
    const [first, second, late] = runs.map((run, index) => check(after([0, 50, 300][index] ?? 0, run)))
    const health = createHealth({
      clock,
      checks: { first, second, late } as Record<string, ReturnType<typeof check>>,
    })
    void health.readiness()
    await clock.advance(300)
    await clock.advance(700)
    void health.readiness()
    expect(runs.map((run) => run.mock.calls.length)).toEqual([2, 2, 1])
    await clock.advance(50)
    expect(health.ask('readiness')).not.toBeInstanceOf(Promise)
  })

  test('a run longer than the budget answers the next one who asks', async () => {
    const clock = fakeClock()
    const slow = (): Promise<unknown> =>
      new Promise((resolve) => clock.after(1500, () => resolve(up('late'))))
    const health = createHealth({
      clock,
      checks: { slow: check(slow, { timeoutMs: 5000 }), quick: check(() => up()) },
    })
    const first = health.readiness()
    await clock.advance(800)
    const { checks, status } = await first
    expect(status).toBe('DOWN')
    expect(checks.slow).toMatchObject({ status: 'DOWN', error: 'no answer within 800 ms', durationMs: 800 })
    expect(checks.quick.status).toBe('UP')
    const second = health.readiness()
    await clock.advance(700)
    expect((await second).checks.slow).toMatchObject({ status: 'UP', message: 'late', durationMs: 1500 })
  })

  test('each group may have a budget of its own', async () => {
    const clock = fakeClock()
    const groups = { fast: { members: ['hanging'], budgetMs: 100 }, readiness: { budgetMs: 300 } } as const
    const health = createHealth({ clock, checks: { hanging: check(hang) }, groups })
    const answers = [health.group('fast'), health.readiness()]
    await clock.advance(100)
    expect((await answers[0])?.checks.hanging?.error).toBe('no answer within 100 ms')
    await clock.advance(200)
    expect((await answers[1])?.checks.hanging?.error).toBe('no answer within 300 ms')
  })
})

describe('thresholds', () => {
  test('hold the reported status, its texts and its since, and show how far they are', async () => {
    const clock = fakeClock()
    let works = true
    const run = (): unknown => (works ? up('fine') : down('broken'))
    const options = { failureThreshold: 3, successThreshold: 2, maxAgeMs: { up: 0, down: 0 } }
    const health = createHealth({ clock, checks: { db: check(run, options) } })
    await health.readiness()
    works = false
    const since = clock.wallTime()
    await clock.advance(10)
    await health.readiness()
    const held = (await health.readiness()).checks.db
    expect(held).toMatchObject({ status: 'UP', message: 'fine', since, details: { consecutiveFailures: 2 } })
    const turned = (await health.readiness()).checks.db
    expect(turned).toMatchObject({ status: 'DOWN', error: 'broken', since: since + 10 })
    expect(turned.message).toBeUndefined()
    works = true
    expect((await health.readiness()).checks.db).toMatchObject({ status: 'DOWN', error: 'broken' })
    expect((await health.readiness()).checks.db).toMatchObject({ status: 'UP', message: 'fine' })
  })
})

describe('in the background', () => {
  test('runs at its interval, whether anybody asks or not, and nobody who asks waits or causes a run', async () => {
    const clock = fakeClock()
    const run = vi.fn(async () => {})
    const health = createHealth({ clock, checks: { db: check(run, { intervalMs: 1000 }) } })
    await clock.advance(3500)
    expect(run).toHaveBeenCalledTimes(4)
    for (let asked = 0; asked < 10; asked++) expect(health.ask('readiness')).not.toBeInstanceOf(Promise)
    expect(run).toHaveBeenCalledTimes(4)
  })

  test('who asks before the first result joins the first run', async () => {
    const run = vi.fn(async () => {})
    const health = createHealth({ clock: fakeClock(), checks: { db: check(run, { intervalMs: 1000 }) } })
    expect((await health.readiness()).status).toBe('UP')
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('a result older than three runs is UNKNOWN in the snapshot, and whoever asks gets a new one', async () => {
    const clock = fakeClock()
    const timers = { ...clock, after: vi.fn(clock.after) }
    const health = createHealth({
      clock: timers,
      checks: { db: check(() => up('well'), { intervalMs: 1000 }) },
    })
    await health.readiness()
    // The loop is blocked: time passes, and no timer fires.
    const blocked = clock.now() + 3600
    timers.now = () => blocked
    expect(health.snapshot().checks.db).toMatchObject({
      status: 'UNKNOWN',
      error: 'stale: no result for 3.6 s',
    })
    expect(health.snapshot().groups.readiness).toBe('DOWN')
    expect((await health.readiness()).checks.db).toMatchObject({ status: 'UP', message: 'well' })
  })

  test('a hanging check stays DOWN, not UNKNOWN, while the guard holds further runs back', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { db: check(hang, { intervalMs: 1000 }) } })
    await clock.advance(9000)
    expect(health.snapshot().checks.db).toMatchObject({ status: 'DOWN', error: 'timed out after 500 ms' })
  })
})

describe('heartbeats', () => {
  test('UNKNOWN before the first beat, DOWN without one, UP while beaten', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { consumer: heartbeat({ ttlMs: 1000 }) } })
    expect((await health.readiness()).checks.consumer).toMatchObject({
      status: 'UNKNOWN',
      error: 'no heartbeat yet',
    })
    const consumer = health.check('consumer')
    consumer.beat()
    expect((await health.readiness()).status).toBe('UP')
    await clock.advance(999)
    consumer.beat()
    await clock.advance(999)
    expect((await health.readiness()).status).toBe('UP')
    await clock.advance(1)
    expect((await health.readiness()).checks.consumer).toMatchObject({
      status: 'DOWN',
      error: 'no heartbeat for 1 s',
    })
    consumer.set(degraded('behind', { lag: 7 }))
    expect((await health.readiness()).checks.consumer).toMatchObject({ status: 'DEGRADED', data: { lag: 7 } })
    consumer.beat()
    expect(consumer.report()).toMatchObject({ status: 'UP' })
    expect(consumer.report().message).toBeUndefined()
  })

  test('never beaten at all is DOWN after its time', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { consumer: heartbeat({ ttlMs: 1000 }) } })
    await clock.advance(1000)
    expect(health.snapshot().checks.consumer.status).toBe('DOWN')
  })

  test('beats that say nothing new leave the report as it is', () => {
    const health = createHealth({ clock: fakeClock(), checks: { consumer: heartbeat({ ttlMs: 1000 }) } })
    health.check('consumer').beat()
    const report = health.ask('readiness')
    for (let beat = 0; beat < 1000; beat++) health.check('consumer').beat()
    expect(health.ask('readiness')).toBe(report)
  })

  test('failureThreshold counts missed beats', async () => {
    const clock = fakeClock()
    const health = createHealth({
      clock,
      checks: { consumer: heartbeat({ ttlMs: 1000, failureThreshold: 2 }) },
    })
    health.check('consumer').beat()
    await clock.advance(1000)
    expect(health.snapshot().checks.consumer.status).toBe('UP')
    await clock.advance(1000)
    expect(health.snapshot().checks.consumer.status).toBe('DOWN')
  })
})

describe('handles', () => {
  test('a disabled check says so, does not count, does not run, and comes back by itself', async () => {
    const clock = fakeClock()
    const run = vi.fn(() => down('broken'))
    const health = createHealth({ clock, checks: { db: check(run) } })
    expect((await health.readiness()).status).toBe('DOWN')
    health.check('db').disable('migration', { forMs: 60_000 })
    const report = await health.readiness()
    expect(report.status).toBe('UP')
    expect(report.checks.db).toMatchObject({
      status: 'UNKNOWN',
      message: 'disabled: migration',
      enabled: false,
    })
    await clock.advance(59_999)
    await health.check('db').run()
    expect(run).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    expect((await health.readiness()).checks.db).toMatchObject({ status: 'DOWN', enabled: true })
    expect(run).toHaveBeenCalledTimes(2)
  })

  test('disabling aborts what runs, whose late result changes nothing', async () => {
    const clock = fakeClock()
    let signal: AbortSignal | undefined
    let settle = (_: unknown): void => {}
    const run = (context: { signal: AbortSignal }): Promise<unknown> => {
      signal = context.signal
      return new Promise((resolve) => {
        settle = resolve
      })
    }
    const health = createHealth({ clock, checks: { db: check(run) } })
    const answer = health.readiness()
    health.check('db').disable()
    expect(signal?.aborted).toBe(true)
    expect((await answer).status).toBe('UP')
    settle(down('late'))
    await clock.advance(0)
    expect(health.snapshot().checks.db).toMatchObject({ status: 'UNKNOWN', message: 'disabled' })
  })

  test('a check registered as disabled waits for enable; a background one then runs at once', async () => {
    const clock = fakeClock()
    const run = vi.fn()
    const health = createHealth({ clock, checks: { db: check(run, { enabled: false, intervalMs: 1000 }) } })
    await clock.advance(5000)
    expect(run).not.toHaveBeenCalled()
    health.check('db').enable()
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('set is a result like that of a run, thresholds and age included', async () => {
    const run = vi.fn(() => up())
    const health = createHealth({ clock: fakeClock(), checks: { db: check(run, { failureThreshold: 2 }) } })
    await health.readiness()
    const handle = health.check('db')
    handle.set(down('write failed'))
    expect(handle.report().status).toBe('UP')
    handle.set(down('write failed'))
    expect((await health.readiness()).checks.db).toMatchObject({ status: 'DOWN', error: 'write failed' })
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('bad arguments are told at once', async () => {
    const health = createHealth({ checks: { db: check(() => {}) } })
    expect(() => health.check('db').set('UP' as never)).toThrow(
      /expected up\(\), degraded\(\) or down\(\), got a string/,
    )
    expect(() => health.check('db').disable('x', { forMs: -1 })).toThrow(
      /options\.forMs: expected a number of milli/,
    )
    for (const options of [null, 5, 'later'])
      expect(() => health.check('db').disable('x', options as never)).toThrow('options: expected an object')
    expect(() => health.check('cache' as never)).toThrow('no check is named "cache"; known are db')
    await expect(health.group('cache' as never)).rejects.toThrow('no group is named "cache"')
  })
})

describe('checks that come and go', () => {
  test('an added check joins its probes; disposing its handle removes it', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { db: check(() => {}) } })
    await health.readiness()
    {
      using handle = health.add(
        'cache',
        check(() => down('cold')),
      )
      expect(handle.name).toBe('cache')
      expect((await health.readiness()).status).toBe('DOWN')
      expect(health.hasCheck('cache')).toBe(true)
    }
    expect((await health.readiness()).status).toBe('UP')
    expect(health.ask('cache')).toBeUndefined()
    expect(Object.keys((await health.readiness()).checks)).toEqual(['db'])
  })

  test('a name that is taken or reserved is refused, with nothing changed', () => {
    const health = createHealth({ checks: { db: check(() => {}) }, groups: { pay: { members: ['db'] } } })
    for (const name of ['db', 'pay', 'live', 'readiness', '']) {
      expect(() =>
        health.add(
          name,
          check(() => {}),
        ),
      ).toThrow(/health\.add: 1 problem/)
    }
    expect(Object.keys(health.snapshot().checks)).toEqual(['db'])
  })
})

describe('transitions', () => {
  test('come once for each change, of checks and of probes, never for each question', async () => {
    const clock = fakeClock()
    let works = true
    const options = { maxAgeMs: { up: 0, down: 0 } }
    const health = createHealth({
      clock,
      checks: { db: check(() => (works ? up() : down('gone')), options) },
    })
    const seen: string[] = []
    health.on('transition', (t: Transition) =>
      seen.push(`${'check' in t ? t.check : t.probe} ${t.from}→${t.to}`),
    )
    for (const state of [true, true, false, false, true]) {
      works = state
      await health.readiness()
    }
    expect(seen).toEqual([
      'db UNKNOWN→UP',
      'startup UNKNOWN→UP',
      'liveness UNKNOWN→UP',
      'readiness UNKNOWN→UP',
      'db UP→DOWN',
      'readiness UP→DOWN',
      'db DOWN→UP',
      'readiness DOWN→UP',
    ])
    expect(health.transitions).toHaveLength(8)
  })

  test('probes change without being asked, once all their checks have something to say', async () => {
    const clock = fakeClock()
    const late = (): Promise<void> => new Promise((resolve) => clock.after(300, resolve))
    const health = createHealth({
      clock,
      checks: { a: check(() => {}, { intervalMs: 1000 }), b: check(late, { intervalMs: 1000 }) },
    })
    const ofReadiness = (): readonly Transition[] =>
      health.transitions.filter((t) => 'probe' in t && t.probe === 'readiness')
    await clock.advance(299)
    expect(health.snapshot().groups.readiness).toBe('UNKNOWN')
    expect(ofReadiness()).toEqual([])
    await clock.advance(1)
    expect(ofReadiness()).toMatchObject([{ from: 'UNKNOWN', to: 'UP' }])
  })

  test('a listener sees the state that it is told of', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { db: check(() => down('gone')) } })
    let seen: string | undefined
    health.on('transition', () => {
      seen = health.snapshot().checks.db.error
    })
    await health.readiness()
    expect(seen).toBe('gone')
  })
})

test('the worst of service and checks wins', async () => {
  const health = createHealth({ clock: fakeClock(), checks: { db: check(() => down('gone')) } })
  health.outOfService('index rebuild')
  expect((await health.readiness()).status).toBe('DOWN')
  health.check('db').disable()
  expect((await health.readiness()).status).toBe('OUT_OF_SERVICE')
  health.inService()
  expect((await health.readiness()).status).toBe('UP')
})

test('a snapshot runs nothing', () => {
  const run = vi.fn()
  const health = createHealth({ clock: fakeClock(), service: { name: 'orders' }, checks: { db: check(run) } })
  const snapshot = health.snapshot()
  expect(run).not.toHaveBeenCalled()
  expect(snapshot.checks.db).toMatchObject({ status: 'UNKNOWN', error: 'has not run yet' })
  expect(snapshot).toMatchObject({
    service: { name: 'orders' },
    groups: { readiness: 'UNKNOWN', liveness: 'UP' },
  })
})

test('who only looks is told DOWN of what is down, and not of what nobody has asked', async () => {
  const checks = {
    asked: check(() => {}),
    unasked: selfCheck(() => {}, { probes: ['liveness'] }),
    detail: selfCheck(() => {}, { probes: ['liveness'], critical: false }),
    silent: heartbeat({ ttlMs: 1000, probes: [] }),
    failed: check(() => down('gone'), { probes: [] }),
  }
  const health = createHealth({
    clock: fakeClock(),
    checks,
    groups: {
      waits: { members: ['silent', 'unasked'] },
      fails: { members: ['failed', 'unasked'] },
      ignores: { members: ['detail', 'asked'] },
    },
  })
  await health.readiness()
  await health.check('failed').run()
  const { liveness, readiness, ...others } = health.snapshot().groups
  expect({ liveness, readiness }).toEqual({ liveness: 'UNKNOWN', readiness: 'UP' })
  // A beat that does not come is the service's own affair: asking changes nothing.
  expect(others).toMatchObject({ waits: 'DOWN', fails: 'DOWN', ignores: 'DEGRADED' })
  expect(health.latest('liveness')).toMatchObject({ status: 'UNKNOWN', application: { status: 'UP' } })
  expect(health.latest('liveness')).toBe(health.latest('liveness'))
  expect(health.latest('failed')?.status).toBe('DOWN')
  await health.liveness()
  expect(health.snapshot().groups).toMatchObject({ liveness: 'UP', ignores: 'UP' })
  health.check('detail').set(down('gone'))
  expect(health.latest('detail')?.status).toBe('DOWN')
})

test('disposing aborts what runs, stops every timer and takes readiness out of service', async () => {
  const clock = fakeClock()
  const signals: AbortSignal[] = []
  const health = createHealth({
    clock,
    checks: {
      hanging: check(({ signal }) => {
        signals.push(signal)
        return hang()
      }),
      background: check(() => {}, { intervalMs: 1000 }),
      beat: heartbeat({ ttlMs: 1000 }),
    },
  })
  health.check('background').disable('x', { forMs: 1000 })
  const answer = health.readiness()
  {
    await using disposed = health
    void disposed
  }
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect((await answer).status).toBe('DOWN')
  expect(clock.pending).toBe(0)
  expect((await health.liveness()).status).toBe('UP')
  expect((await health.readiness()).application).toEqual({
    status: 'OUT_OF_SERVICE',
    state: 'stopped',
    message: 'stopped',
  })
  await health.dispose()
  health.check('beat').beat()
  health.check('background').enable()
  await health.check('hanging').run()
  expect(signals).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

describe('what is handed over wrongly', () => {
  test('a startup task that is a function is told to be called', () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    expect(() => health.startupTask('load', (async () => {}) as never)).toThrow(
      /task: expected a promise, got a function; call it: startupTask\(name, fn\(\)\)/,
    )
  })

  test('options of the start are validated, all at once', () => {
    const options = { timeoutMs: '5', restartOnFailure: 'no', timeout: 5 } as never
    expect(() => createHealth({ checks: {}, startup: options })).toThrow(/3 problems/)
    const health = createHealth({ checks: {} })
    expect(() => health.startupTask('x', Promise.resolve(), { timeoutMs: 0, progress: 3 } as never)).toThrow(
      /2 problems/,
    )
  })

  test('a check that stays DOWN for another reason says so in the log, with its error', async () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
    const [refused, unknown] = [Object.assign(new Error(), { code: 'ECONNREFUSED' }), new Error('raw')]
    const run = vi.fn().mockRejectedValueOnce(refused).mockRejectedValue(unknown)
    const health = createHealth({ clock: fakeClock(), checks: { db: check(run) }, logger })
    for (let times = 0; times < 3; times++) await health.check('db').run()
    const told = logger.error.mock.calls.filter(([text]) => text.startsWith('check db'))
    expect(told).toEqual([
      ['check db UNKNOWN → DOWN: connection refused', expect.objectContaining({ err: refused })],
      ['check db still DOWN: check failed', { check: 'db', err: unknown }],
    ])
    await health.dispose()
  })

  test('a failed startup task is logged with what it threw', async () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
    const health = createHealth({ clock: fakeClock(), checks: {}, logger })
    const thrown = new Error('postgres://u:p@db')
    health.startupTask('migrate', Promise.reject(thrown))
    await expect(health.started()).rejects.toThrow('startup task "migrate" failed')
    expect(logger.error).toHaveBeenCalledWith('startup task migrate: failed', {
      task: 'migrate',
      err: thrown,
    })
    expect((await health.startup()).application.message).toBe('startup failed: migrate: failed')
  })
})

test('listeners hear of changes in the order they happened, also of those they cause', async () => {
  const health = createHealth({ clock: fakeClock(), checks: { db: check(() => down('gone')) } })
  const seen: string[] = []
  health.on('transition', (t) => {
    if ('check' in t && t.to === 'DOWN') health.check('db').set(up('mended'))
  })
  health.on('transition', (t) => {
    if ('check' in t) seen.push(`${t.from}→${t.to}`)
  })
  await health.check('db').run()
  expect(seen).toEqual(['UNKNOWN→DOWN', 'DOWN→UP'])
})

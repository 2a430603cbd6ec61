import { describe, expect, it, vi } from 'vitest'
import { fakedTime } from '../../../../tests/faked-time.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { ProbeOptions } from '../core/group-settings.ts'
import type { Report } from '../core/report.ts'
import { createHandler } from '../http/handle.ts'
import { finite, stateOf } from '../mirror/state.ts'
import { beatMs } from './loop-beat.ts'
import { monotonicMs } from './monotonic.ts'
import { SharedMemory } from './shared-memory.ts'
import { stateText } from './state-text.ts'
import { WatchedMirror } from './watched-mirror.ts'

const opened = fakedTime()

const ageMs = 1000

async function watched(limits: object = {}, probes: { readonly [name: string]: ProbeOptions } = {}) {
  const health = createHealth({
    checks: {
      database: check(() => {}, { maxAgeMs: { up: ageMs } }),
      queue: check(() => {}, { intervalMs: 1000, timeoutMs: 500, probes: [] }),
    },
    groups: { background: { members: ['queue'], visibility: 'status' }, ...probes },
  })
  opened.push(() => health.dispose())
  await health.readiness()
  await vi.advanceTimersByTimeAsync(1)
  const memory = new SharedMemory()
  const publish = (nextWithinMs = 0): void => {
    const timed = { state: stateOf(health), takenAt: monotonicMs(), nextWithinMs }
    memory.write(stateText(timed, 100_000)?.text ?? '')
    memory.beat(monotonicMs())
  }
  publish()
  const asked: string[] = []
  const link = { ask: (name: string) => asked.push(name), ping: () => {} }
  const mirror = new WatchedMirror(memory, { blockedAfterMs: 5000, maxSnapshotAgeMs: 3000, ...limits }, link)
  opened.push(() => mirror.stop())
  const answer = async (name: string): Promise<void> => {
    const report = await health.ask(name)
    mirror.answered(
      name,
      report,
      monotonicMs(),
      finite(health.validity?.(name) ?? { freshMs: 0, staleMs: 0 }),
    )
  }
  /** Time goes by; the main loop beats or does not. */
  const pass = async (ms: number, beating: boolean): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      await vi.advanceTimersByTimeAsync(Math.min(100, left))
      if (beating) memory.beat(monotonicMs())
    }
  }
  return { health, memory, mirror, asked, publish, answer, pass }
}

async function end(report: Report | Promise<Report> | undefined): Promise<Report> {
  let settled: Report | undefined
  void Promise.resolve(report).then((value) => {
    settled = value
  })
  await vi.advanceTimersByTimeAsync(900)
  return settled as Report
}

describe('a report', () => {
  it('is the same object while it is fresh, and asks nobody', async () => {
    const { mirror, asked, pass } = await watched()
    await pass(500, true)
    expect(mirror.ask('readiness')).toBe(mirror.ask('readiness'))
    expect(mirror.ask('readiness')).toMatchObject({ status: 'UP' })
    expect(asked).toEqual([])
    expect(mirror.ask('nobody')).toBeUndefined()
  })

  it('that is only looked at asks nobody, and is believed no longer than one that is asked for', async () => {
    const { mirror, asked, pass } = await watched()
    await pass(1100, true)
    expect(mirror.latest('readiness')).toMatchObject({ status: 'UP', application: { state: 'running' } })
    expect(mirror.latest('event-loop')).toMatchObject({ status: 'UP' })
    expect(mirror.latest('nobody')).toBeUndefined()
    await pass(6000, false)
    expect(mirror.latest('readiness')).toMatchObject({ status: 'DOWN' })
    expect(mirror.latest('database')).toMatchObject({ status: 'DOWN' })
    expect(asked).toEqual([])
  })

  it('that has aged is asked for, and the answer is served', async () => {
    const { mirror, asked, pass, answer } = await watched()
    await pass(1100, true)
    const waiting = mirror.ask('readiness')
    expect(waiting).toBeInstanceOf(Promise)
    expect(asked).toEqual(['readiness'])
    await answer('readiness')
    expect((await end(waiting)).status).toBe('UP')
    expect(asked).toEqual(['readiness'])
  })

  it('of background checks is not asked for while the next state may still come', async () => {
    const { mirror, asked, pass, publish, health } = await watched()
    publish(2000)
    const { staleMs = 0 } = health.validity?.('background') ?? {}
    await pass(staleMs + 1500, true)
    expect(mirror.ask('background')).toMatchObject({ status: 'UP' })
    expect(asked).toEqual([])
    await pass(1000, true)
    expect(mirror.ask('background')).toBeInstanceOf(Promise)
  })

  it('that has aged is served as it is when the loop is busy', async () => {
    const { mirror, pass } = await watched()
    await pass(1100, true)
    const begun = monotonicMs()
    const report = mirror.ask('readiness')
    await vi.advanceTimersByTimeAsync(15)
    expect(await report).toMatchObject({ status: 'UP' })
    expect(monotonicMs() - begun).toBeLessThan(20)
  })

  it('that is too old is waited for within the budget, then UNKNOWN', async () => {
    const { mirror, pass } = await watched()
    await pass(4200, true)
    const report = mirror.ask('readiness')
    await vi.advanceTimersByTimeAsync(700)
    let settled = false
    void Promise.resolve(report).then(() => {
      settled = true
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toBe(false)
    const made = await end(report)
    expect(made).toMatchObject({
      status: 'UNKNOWN',
      application: { status: 'UNKNOWN', message: expect.stringMatching(/^not refreshed for [45](\.\d)? s$/) },
    })
  })

  it('of background results is stale when the registry would say so, not later', async () => {
    const { mirror, health, publish, pass } = await watched({ maxSnapshotAgeMs: 60_000 })
    await vi.advanceTimersByTimeAsync(2000)
    publish()
    await health.dispose()
    await pass(3000, true)
    expect(await end(mirror.ask('background'))).toMatchObject({ status: 'UP' })
    await pass(600, true)
    expect(await end(mirror.ask('background'))).toMatchObject({ status: 'UNKNOWN' })
  })

  it('of background results is stale by as much later as the next state was promised to come', async () => {
    const { mirror, health, publish, pass } = await watched({ maxSnapshotAgeMs: 60_000 })
    await vi.advanceTimersByTimeAsync(2000)
    publish(2000)
    await health.dispose()
    await pass(5000, true)
    expect(mirror.latest('background')).toMatchObject({ status: 'UP' })
    await pass(600, true)
    expect(mirror.latest('background')).toMatchObject({ status: 'UNKNOWN' })
  })

  it('goes on in time while the loop beats, and stands still when it does not', async () => {
    const { mirror, publish, health, pass } = await watched()
    health.check('database').disable()
    publish()
    const first = mirror.ask('readiness') as Report
    await pass(2000, true)
    const second = mirror.ask('readiness') as Report
    expect((second.timestamp ?? 0) - (first.timestamp ?? 0)).toBe(2000)
    expect((second.uptimeMs ?? 0) - (first.uptimeMs ?? 0)).toBe(2000)
    await pass(2000, false)
    expect(mirror.ask('readiness')).toBe(second)
  })

  it('of liveness carries no clock and stays the same object', async () => {
    const { mirror, pass } = await watched()
    const first = mirror.ask('liveness')
    await pass(3000, true)
    expect(mirror.ask('liveness')).toBe(first)
    expect(first).not.toHaveProperty('timestamp')
  })
})

describe('a loop that does not turn', () => {
  it('makes all but startup DOWN, and they come back by themselves', async () => {
    const { mirror, memory, pass } = await watched({ maxSnapshotAgeMs: 60_000 })
    await pass(5000, false)
    expect(mirror.ask('liveness')).toMatchObject({ status: 'UP' })
    await pass(200, false)
    for (const name of ['liveness', 'readiness', 'background', 'database']) {
      expect(mirror.ask(name)).toMatchObject({
        status: 'DOWN',
        application: { status: 'DOWN', message: 'event loop blocked for 5.2 s' },
      })
    }
    expect(mirror.ask('startup')).toMatchObject({ status: 'UP' })
    expect(mirror.ask('event-loop')).toMatchObject({ status: 'DOWN' })
    expect(mirror.ask('liveness')).toBe(mirror.ask('liveness'))
    memory.beat(monotonicMs())
    expect(mirror.ask('liveness')).toMatchObject({ status: 'UP' })
    expect(mirror.ask('event-loop')).toMatchObject({ status: 'UP' })
  })

  it('is not blamed for a time in which this thread did not run either', async () => {
    const { mirror } = await watched()
    // Stopped: time goes by, and no timer runs.
    vi.spyOn(process, 'hrtime').mockReturnValue([Math.floor(monotonicMs() / 1000) + 60, 0])
    expect(mirror.ask('liveness')).toMatchObject({ status: 'UP' })
  })
})

describe('the check of the loop', () => {
  it('is there unless the registry has one of that name', async () => {
    const { mirror, health, publish } = await watched()
    expect(mirror.hasCheck('event-loop')).toBe(true)
    expect(mirror.ask('event-loop')).toMatchObject({
      kind: 'check',
      checks: { 'event-loop': { data: { delay_ms: 0, utilization: 0 } } },
    })
    const own = health.add(
      'event-loop',
      check(() => {}),
    )
    publish()
    expect(mirror.hasCheck('event-loop')).toBe(true)
    expect(Object.keys((mirror.latest('event-loop') as Report).checks)).toEqual(['event-loop'])
    expect((mirror.latest('event-loop') as Report).checks['event-loop']).not.toHaveProperty('data')
    own[Symbol.dispose]()
  })

  it('counts a timer that is just being late', async () => {
    const { mirror, memory, pass } = await watched()
    memory.figures = { delayMs: 3, utilization: 0.5 }
    await pass(1100, false)
    const { data } = (mirror.ask('event-loop') as Report).checks['event-loop'] ?? {}
    expect(data).toEqual({ delay_ms: 1100 - beatMs, utilization: 0.5 })
  })
})

describe("the loop's own check", () => {
  const terse = { visibility: 'status' } as const

  it.each([
    [
      'whose probes are all shown by their status',
      { liveness: terse, readiness: terse, startup: terse },
      false,
    ],
    ['one of whose probes is shown by its status', { liveness: terse }, false],
    ['that says nothing of its probes', {}, true],
  ])('of a registry %s is shown no more', async (_which, probes, shown) => {
    const { mirror } = await watched({}, probes)
    const body = async (options: object) => {
      const answer = createHandler(mirror, options)({ url: '/health/event-loop', headers: {} })
      return JSON.parse((await answer)?.body ?? '')
    }
    const strict = { status: 'UP' }
    if (shown) expect(await body({})).toHaveProperty('details.event-loop.data.delay_ms')
    else expect(await body({})).toEqual(strict)
    expect(await body({ visibility: 'status' })).toEqual(strict)
    // Who is known sees it all the same.
    expect(await body({ visibility: () => 'debug' })).toHaveProperty('details.event-loop')
  })
})

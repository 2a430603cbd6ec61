import { describe, expect, test, vi } from 'vitest'
import { DisposedError } from '../../errors/disposed-error.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check, selfCheck } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { down, up } from '../outcome.ts'

describe('startup', () => {
  test('is held back by its checks and complete for good once each has been UP', async () => {
    const clock = fakeClock()
    let loaded = false
    const run = vi.fn(() => (loaded ? up('loaded') : down('loading')))
    const health = createHealth({ clock, checks: { model: selfCheck(run, { probes: ['startup'] }) } })
    expect((await health.startup()).status).toBe('DOWN')
    expect((await health.readiness()).status).toBe('UP')
    loaded = true
    await clock.advance(1000)
    expect((await health.startup()).status).toBe('UP')
    loaded = false
    await clock.advance(60_000)
    expect((await health.startup()).status).toBe('UP')
    expect(run).toHaveBeenCalledTimes(2)
  })

  test('started() asks the startup checks itself', async () => {
    const clock = fakeClock()
    let loaded = false
    const health = createHealth({
      clock,
      checks: { model: selfCheck(() => (loaded ? up() : down()), { probes: ['startup'] }) },
    })
    const done = vi.fn()
    void health.started().then(done)
    await clock.advance(2500)
    expect(done).not.toHaveBeenCalled()
    loaded = true
    await clock.advance(1000)
    expect(done).toHaveBeenCalledOnce()
    expect(clock.pending).toBe(0)
  })

  test('a pending task holds readiness back, not liveness', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    let finish = (): void => {}
    health.startupTask(
      'migrate',
      new Promise<void>((resolve) => {
        finish = resolve
      }),
    )
    expect(await health.readiness()).toMatchObject({
      status: 'OUT_OF_SERVICE',
      application: { status: 'OUT_OF_SERVICE', message: 'starting: migrate' },
    })
    expect((await health.startup()).status).toBe('OUT_OF_SERVICE')
    expect((await health.liveness()).status).toBe('UP')
    finish()
    await health.started()
    expect((await health.readiness()).status).toBe('UP')
    expect((await health.startup()).status).toBe('UP')
  })
})

describe('whenHealthy', () => {
  test('resolves once readiness is healthy for the first time, and asks while somebody waits', async () => {
    const clock = fakeClock()
    let reachable = false
    const run = vi.fn(() => (reachable ? up() : down()))
    const health = createHealth({ clock, checks: { db: check(run) } })
    const healthy = vi.fn()
    void health.whenHealthy().then(healthy)
    await clock.advance(2500)
    expect(run).toHaveBeenCalledTimes(3)
    expect(healthy).not.toHaveBeenCalled()
    reachable = true
    await clock.advance(1000)
    expect(healthy).toHaveBeenCalledOnce()
    expect(clock.pending).toBe(0)
    reachable = false
    await clock.advance(5000)
    await health.readiness()
    // The first time is past, whatever comes.
    await health.whenHealthy()
  })

  test('waits for the start, even where readiness does not', async () => {
    const clock = fakeClock()
    let loaded = false
    const health = createHealth({
      clock,
      checks: { model: selfCheck(() => (loaded ? up() : down()), { probes: ['startup'] }) },
    })
    const healthy = vi.fn()
    void health.whenHealthy().then(healthy)
    await clock.advance(1500)
    expect((await health.readiness()).status).toBe('UP')
    expect(healthy).not.toHaveBeenCalled()
    loaded = true
    await clock.advance(1000)
    expect(healthy).toHaveBeenCalledOnce()
  })

  test('rejects when the registry ends first', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { db: check(() => down()) } })
    const healthy = health.whenHealthy()
    await health.dispose()
    await expect(healthy).rejects.toBeInstanceOf(DisposedError)
    await expect(health.whenHealthy()).rejects.toBeInstanceOf(DisposedError)
  })
})

test('the boot deadline and its restart reach the probes', async () => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: {}, startup: { timeoutMs: 30_000, restartOnFailure: true } })
  let done = 3
  const loading = new Promise(() => {})
  health.startupTask('loading models', loading, { progress: () => ({ done, total: 7 }) })
  expect((await health.readiness()).application.message).toBe('starting: loading models 3/7')
  done = 4
  await clock.advance(1000)
  expect((await health.startup()).application.message).toBe('starting: loading models 4/7')
  expect((await health.liveness()).status).toBe('UP')
  await clock.advance(29_000)
  expect(await health.startup()).toMatchObject({
    status: 'DOWN',
    application: { message: 'not started within 30 s: loading models 4/7' },
  })
  expect((await health.liveness()).status).toBe('DOWN')
})

test.each([
  ['nothing to start', {}],
  ['a startup check', { model: selfCheck(() => {}, { probes: ['startup'] }) }],
  ['a disabled startup check', { model: selfCheck(() => down(), { probes: ['startup'], enabled: false }) }],
])('the boot deadline does not fail a start that nobody has asked about: %s', async (_, checks) => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks, startup: { timeoutMs: 3000, restartOnFailure: true } })
  await clock.advance(10_000)
  expect((await health.liveness()).status).toBe('UP')
  expect((await health.readiness()).status).toBe('UP')
  expect(clock.pending).toBe(0)
})

test('a startup check that was UP once counts, whatever it is at the deadline', async () => {
  const clock = fakeClock()
  let loaded = true
  const model = selfCheck(() => (loaded ? up() : down()), { probes: ['startup'] })
  const other = selfCheck(() => (loaded ? down() : up()), { probes: ['startup'] })
  const health = createHealth({ clock, checks: { model, other }, startup: { timeoutMs: 5000 } })
  await clock.advance(1500)
  expect((await health.startup()).status).toBe('DOWN')
  loaded = false
  await clock.advance(6000)
  expect(await health.startup()).toMatchObject({ status: 'UP', application: { status: 'UP' } })
})

test('draining while somebody waits for the start says nothing to them, also when it is disposed', async () => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: {} })
  health.startupTask('load', new Promise(() => {}))
  const settled = vi.fn()
  health.started().then(settled, settled)
  health.drain('SIGTERM')
  await health.dispose()
  health.started().then(settled, settled)
  await clock.advance(5000)
  expect(settled).not.toHaveBeenCalled()
  expect(clock.pending).toBe(0)
})

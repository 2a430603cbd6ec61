import { expect, test, vi } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { down, up } from '../outcome.ts'

test.each([
  ['turning an interval on', undefined, 3_600_000, 5000],
  ['shortening an interval', 60_000, 30_000, 1000],
])('%s tells of no change while the check is well', async (_, before, waitMs, intervalMs) => {
  const clock = fakeClock()
  const run = () => new Promise<void>((resolve) => clock.after(20, resolve))
  const options = before === undefined ? {} : { intervalMs: before }
  const health = createHealth({ clock, checks: { db: check(run, options) } })
  void health.readiness()
  await clock.advance(100)
  const seen = vi.fn()
  health.on('transition', seen)
  await clock.advance(waitMs)
  health.check('db').tune({ intervalMs })
  await clock.advance(100)
  expect(seen).not.toHaveBeenCalled()
})

test('a background result that is stale already is not made fresh by another interval', async () => {
  const clock = fakeClock()
  let hangs = false
  const run = () => (hangs ? new Promise<void>(() => {}) : undefined)
  const health = createHealth({ clock, checks: { db: check(run, { intervalMs: 1000, timeoutMs: 60_000 }) } })
  await clock.advance(100)
  hangs = true
  await clock.advance(100_000)
  const { status } = health.check('db').report()
  health.check('db').tune({ intervalMs: 5000 })
  expect(health.check('db').report().status).toBe(status)
})

test('a change lets no failed result live for as long as a good one', async () => {
  const clock = fakeClock()
  const state = { outcome: up() }
  const options = { failureThreshold: 2, maxAgeMs: { up: 60_000, down: 1000 } }
  const health = createHealth({ clock, checks: { db: check(() => state.outcome, options) } })
  await health.readiness()
  state.outcome = down('x')
  await clock.advance(60_000)
  await health.readiness()
  health.check('db').tune({ retries: 1 })
  await clock.advance(2000)
  await health.readiness()
  expect(health.check('db').report().status).toBe('DOWN')
})

test('the handle of a check that was removed changes nothing, least of all the one added in its place', () => {
  const health = createHealth({ clock: fakeClock(), checks: {} })
  const before = health.add(
    'x',
    check(() => {}),
  )
  before[Symbol.dispose]()
  expect(() => before.enable()).not.toThrow()
  const after = health.add(
    'x',
    check(() => {}),
  )
  before.disable('x')
  before.tune({ retries: 3 })
  before.reset()
  expect(after.control()).toMatchObject({ enabled: true, settings: { retries: 0 } })
})

test('draining while somebody waits for the first healthy moment says nothing to them', async () => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { db: check(() => down()) } })
  const settled = vi.fn()
  health.whenHealthy().then(settled, settled)
  health.drain('SIGTERM')
  await health.dispose()
  health.whenHealthy().then(settled, settled)
  await clock.advance(5000)
  expect(settled).not.toHaveBeenCalled()
  expect(clock.pending).toBe(0)
})

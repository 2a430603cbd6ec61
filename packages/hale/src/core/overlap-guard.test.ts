import { expect, test } from 'vitest'
import { OverlapGuard } from './overlap-guard.ts'
import type { Run } from './run.ts'

function lostRun(): Run & { forgotten: boolean } {
  const run = { forgotten: false, forget: () => (run.forgotten = true) }
  return run as unknown as Run & { forgotten: boolean }
}

test('blocks nothing while nothing is lost', () => {
  expect(new OverlapGuard(10_000).blockedUntil).toBe(-Infinity)
})

test('a lost run blocks the next for the overlap, the third for a minute', () => {
  const guard = new OverlapGuard(10_000)
  guard.abandoned(lostRun(), 500)
  expect(guard.blockedUntil).toBe(10_500)
  guard.abandoned(lostRun(), 11_000)
  expect(guard.blockedUntil).toBe(21_000)
  guard.abandoned(lostRun(), 21_500)
  expect(guard.blockedUntil).toBe(81_500)
})

test('never more than three are outstanding: the oldest is forgotten when another starts', () => {
  const guard = new OverlapGuard(10)
  const runs = [lostRun(), lostRun(), lostRun(), lostRun()]
  for (const [index, run] of runs.entries()) {
    guard.starting()
    guard.abandoned(run, index)
    expect(guard.outstanding).toBeLessThanOrEqual(3)
  }
  expect(runs.map((run) => run.forgotten)).toEqual([true, false, false, false])
})

test('a lost run that settles after all counts no longer', () => {
  const guard = new OverlapGuard(10)
  const [first, second] = [lostRun(), lostRun()]
  guard.abandoned(first, 0)
  guard.abandoned(second, 20)
  guard.settledLate(first)
  expect(guard.blockedUntil).toBe(30)
  guard.settledLate(second)
  expect(guard.blockedUntil).toBe(-Infinity)
})

test('a later run that settles in time lifts it', () => {
  const guard = new OverlapGuard(10)
  const run = lostRun()
  guard.abandoned(run, 0)
  guard.lift()
  expect(guard.outstanding).toBe(0)
  expect(guard.blockedUntil).toBe(-Infinity)
  expect(run.forgotten).toBe(true)
})

test('an overlap longer than a minute is kept with three lost too', () => {
  const guard = new OverlapGuard(300_000)
  for (let lost = 0; lost < 3; lost++) guard.abandoned(lostRun(), 0)
  expect(guard.blockedUntil).toBe(300_000)
})

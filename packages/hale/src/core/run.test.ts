import { expect, test, vi } from 'vitest'
import { CheckTimeoutError } from '../errors/check-timeout-error.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import type { CheckFunction } from './check.ts'
import { down, type SafeOutcome, up } from './outcome.ts'
import { Run } from './run.ts'

function startRun(execute: CheckFunction, { retries = 0, timeoutMs = 500, clock = fakeClock() } = {}) {
  const outcomes: (SafeOutcome & { durationMs: number })[] = []
  const late = vi.fn()
  const thrown: unknown[] = []
  const warn = vi.fn()
  const observer = {
    reported(_: Run, outcome: SafeOutcome, durationMs: number, error?: unknown) {
      outcomes.push({ ...outcome, durationMs })
      thrown.push(error)
    },
    settledLate: late,
  }
  const { now } = clock
  const run = new Run({ name: 'db', execute, timeoutMs, retries, clock, now, warn }, observer).start()
  return { clock, outcomes, late, run, thrown, warn }
}

test('reports what the function resolved with, and how long it took', async () => {
  const clock = fakeClock()
  const slow: CheckFunction = async ({ name }) => {
    await new Promise<void>((resolve) => clock.after(20, resolve))
    return up(name)
  }
  const { outcomes, run } = startRun(slow, { clock })
  await clock.advance(20)
  await run.done
  expect(outcomes).toEqual([{ status: 'UP', message: 'db', durationMs: 20 }])
  expect(clock.pending).toBe(0)
})

test('a function that throws at once is DOWN, with the raw error for the log alone', async () => {
  const error = Object.assign(new Error('secret'), { code: 'ENOTFOUND' })
  const { outcomes, run, thrown } = startRun(() => {
    throw error
  })
  await run.done
  expect(outcomes).toEqual([
    { status: 'DOWN', error: 'host name not found', errorCode: 'ENOTFOUND', durationMs: 0 },
  ])
  expect(thrown).toEqual([error])
})

test.each([
  ['undefined', () => Promise.reject(undefined)],
  [
    'a thenable that throws',
    () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('then')
        },
      }),
  ],
  [
    'a hostile error',
    () =>
      Promise.reject(
        new Proxy(new Error('x'), {
          get: () => {
            throw new Error('get')
          },
        }),
      ),
  ],
])('%s becomes a result', async (_, execute) => {
  const { outcomes, run } = startRun(execute)
  await run.done
  expect(outcomes).toEqual([{ status: 'DOWN', error: 'check failed', durationMs: 0 }])
})

test('is aborted at its timeout and reports once, whatever the function does later', async () => {
  let signal: AbortSignal | undefined
  let settle = (): void => {}
  const { clock, outcomes, late, run } = startRun((context) => {
    signal = context.signal
    return new Promise<void>((resolve) => {
      settle = resolve
    })
  })
  await clock.advance(499)
  expect(signal?.aborted).toBe(false)
  await clock.advance(1)
  await run.done
  expect(run.abandoned).toBe(true)
  expect(signal?.reason).toBeInstanceOf(CheckTimeoutError)
  expect(late).not.toHaveBeenCalled()
  settle()
  await clock.advance(0)
  expect(late).toHaveBeenCalledExactlyOnceWith(run)
  expect(outcomes).toEqual([{ status: 'DOWN', error: 'timed out after 500 ms', durationMs: 500 }])
})

test('an abandoned run that rejects late is no unhandled rejection', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const { clock } = startRun(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject())),
  )
  await clock.advance(500)
  await clock.advance(0)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('a forgotten run tells nobody of its late end', async () => {
  let settle = (): void => {}
  const { clock, late, run } = startRun(
    () =>
      new Promise<void>((resolve) => {
        settle = resolve
      }),
  )
  await clock.advance(500)
  run.forget()
  settle()
  await clock.advance(0)
  expect(late).not.toHaveBeenCalled()
})

test('repeats what failed, at most as often as it may, within the timeout', async () => {
  let attempts = 0
  const flaky = startRun(() => (++attempts < 3 ? down('not yet') : up('third time')), { retries: 2 })
  await flaky.run.done
  expect(flaky.outcomes).toEqual([{ status: 'UP', message: 'third time', durationMs: 0 }])

  attempts = 0
  const broken = startRun(
    () => {
      attempts++
      throw new Error('always')
    },
    { retries: 4 },
  )
  await broken.run.done
  expect(attempts).toBe(5)
  expect(broken.outcomes).toHaveLength(1)

  attempts = 0
  const clock = fakeClock()
  const failsSlowly = (): Promise<never> =>
    new Promise((_, reject) => {
      attempts++
      clock.after(200, () => reject(new Error('slow')))
    })
  const slow = startRun(failsSlowly, { retries: 10, clock })
  await clock.advance(2000)
  expect(attempts).toBe(3)
  expect(slow.outcomes).toEqual([{ status: 'DOWN', error: 'timed out after 500 ms', durationMs: 500 }])
})

test('a cancelled run aborts its function and reports nothing', async () => {
  let signal: AbortSignal | undefined
  const { clock, outcomes, run } = startRun((context) => {
    signal = context.signal
    return new Promise(() => {})
  })
  run.cancel(new Error('disabled'))
  await run.done
  expect(signal?.aborted).toBe(true)
  await clock.advance(10_000)
  expect(outcomes).toEqual([])
  expect(clock.pending).toBe(0)
})

test('hands on what the function warns of', async () => {
  const { run, warn } = startRun(({ warn }) => warn('mend me'))
  await run.done
  expect(warn.mock.calls).toEqual([['mend me']])
})

import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { CallTimeoutError } from '../../errors/call-timeout-error.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { DependencyDownError } from '../../errors/dependency-down-error.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check } from '../check.ts'
import { createHealth } from '../create-health.ts'
import type { CircuitOptions } from './circuit.ts'

const settled = { consecutiveFailures: 3, jitter: 0 } as const

function rig(options: CircuitOptions = settled) {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { payments: check(() => {}) } })
  const report = () => health.check('payments').report()
  return { clock, health, circuit: health.circuit('payments', options), report }
}

async function fail(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await expect(call()).rejects.toThrow()
}

describe('signals and time', () => {
  test("an abort by the caller counts for nothing; by the caller's timeout it does", async () => {
    const { circuit } = rig()
    const waiting = (signal: AbortSignal) =>
      circuit.run(
        (context) =>
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => reject(context.signal.reason))
          }),
        { signal },
      )
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController()
      const answer = waiting(controller.signal)
      controller.abort()
      await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    }
    expect(circuit.state).toBe('closed')
    expect(circuit.counts).toMatchObject({ made: 5, succeeded: 0, failed: 0 })
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController()
      const answer = waiting(controller.signal)
      controller.abort(new DOMException('too long', 'TimeoutError'))
      await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
    }
    expect(circuit.state).toBe('open')
  })

  test('does not call for a caller that has given up already', async () => {
    const { circuit } = rig()
    let calls = 0
    const reason = new Error('gone')
    await expect(circuit.run(() => calls++, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(calls).toBe(0)
  })

  test('a call that takes slowCallMs is bad while it is still under way, and only once', async () => {
    const { clock, circuit, report } = rig({ ...settled, slowCallMs: 200 })
    let finish = (): void => {}
    const slow = () => circuit.run(() => new Promise<void>((resolve) => (finish = resolve)))
    const answers = [slow(), slow()]
    await clock.advance(199)
    expect(circuit.counts.slow).toBe(0)
    await clock.advance(1)
    expect(circuit.counts.slow).toBe(2)
    // It ends well after all: that must not make the calls before it good again.
    finish()
    await answers[1]
    void slow()
    await clock.advance(200)
    expect(circuit.state).toBe('open')
    expect(report().error).toBe('circuit open: 3 calls in a row failed or took too long')
  })

  test('a call ends at timeoutMs, its signal after it, and has failed', async () => {
    const { clock, circuit } = rig({ ...settled, timeoutMs: 300 })
    const signals: AbortSignal[] = []
    const hang = () =>
      circuit.run(({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      })
    const answers = [hang(), hang(), hang()].map((answer) => answer.catch((error: unknown) => error))
    await clock.advance(300)
    for (const error of await Promise.all(answers)) {
      expect(error).toBeInstanceOf(CallTimeoutError)
      expect(error).toMatchObject({ check: 'payments', timeoutMs: 300 })
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
    expect(signals[0]?.reason).toBeInstanceOf(CallTimeoutError)
    expect(circuit.counts).toMatchObject({ timedOut: 3, failed: 3 })
    expect(circuit.state).toBe('open')
  })

  test('with a timeout the signal follows the caller too, and lets go of it afterwards', async () => {
    const { circuit } = rig({ ...settled, timeoutMs: 300 })
    const controller = new AbortController()
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    const reasons: unknown[] = []
    const answer = circuit.run(
      ({ signal }) =>
        new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            resolve()
          }),
        ),
      { signal: controller.signal },
    )
    controller.abort('enough')
    await answer
    expect(reasons).toEqual(['enough'])
    expect(removed).toHaveBeenCalledOnce()
  })
})

describe('a signal that is asked for late', () => {
  const rigged = () => rig({ ...settled, timeoutMs: 300 })

  test('is aborted already when the call has timed out', async () => {
    const { clock, circuit } = rigged()
    let late: (() => AbortSignal) | undefined
    const answer = circuit.run((context) => {
      late = () => context.signal
      return new Promise(() => {})
    })
    const failed = expect(answer).rejects.toBeInstanceOf(CallTimeoutError)
    await clock.advance(300)
    await failed
    expect(late?.().reason).toBeInstanceOf(CallTimeoutError)
  })

  test('is aborted already when the caller has given up', async () => {
    const { circuit } = rigged()
    const controller = new AbortController()
    const call = async (context: { readonly signal: AbortSignal }) => {
      controller.abort('enough')
      return context.signal.reason
    }
    expect(await circuit.run(call, { signal: controller.signal })).toBe('enough')
  })

  test('listens to nobody once the call has ended', async () => {
    const { circuit } = rigged()
    const controller = new AbortController()
    const added = vi.spyOn(controller.signal, 'addEventListener')
    const context = await circuit.run((given) => ({ given }), { signal: controller.signal })
    expect(context.given.signal.aborted).toBe(false)
    expect(added).not.toHaveBeenCalled()
  })
})

describe('fallbacks', () => {
  test('stand in for calls that fail and calls that are not made, as a value or a function', async () => {
    const { circuit } = rig()
    const boom = () => Promise.reject(new Error('boom'))
    expect(await circuit.run(boom, { fallback: 'queued' })).toBe('queued')
    expect(await circuit.run(boom, { fallback: (error: unknown) => (error as Error).message })).toBe('boom')
    expect(await circuit.run(boom, { fallback: async () => 'later' })).toBe('later')
    expect(circuit.state).toBe('open')
    let calls = 0
    const answer = await circuit.run(() => calls++, { fallback: (error: unknown) => error })
    expect(answer).toBeInstanceOf(DependencyDownError)
    expect(calls).toBe(0)
    expect(circuit.counts).toMatchObject({ fallbacks: 4, refused: 1 })
  })

  test('do not hide what isFailure excuses, and may fail themselves', async () => {
    const { circuit } = rig({ ...settled, isFailure: (error) => (error as Error).message !== 'declined' })
    const call = (text: string) => () => Promise.reject(new Error(text))
    await expect(circuit.run(call('declined'), { fallback: 'queued' })).rejects.toThrow('declined')
    const broken = () => Promise.reject(new Error('no queue'))
    await expect(circuit.run(call('boom'), { fallback: broken })).rejects.toThrow('no queue')
  })

  test('have their types', () => {
    const { health, circuit } = rig()
    const number = () => Promise.resolve(1)
    expectTypeOf(circuit.run(number)).resolves.toEqualTypeOf<number>()
    expectTypeOf(circuit.run(() => 'x', {})).resolves.toEqualTypeOf<string>()
    expectTypeOf(circuit.run(number, { fallback: null })).resolves.toEqualTypeOf<number | null>()
    expectTypeOf(circuit.run(number, { fallback: () => 'x' })).resolves.toEqualTypeOf<number | string>()
    expectTypeOf(circuit.wrap((a: number, b: string) => a + b.length)).toEqualTypeOf<
      (a: number, b: string) => Promise<number>
    >()
    // @ts-expect-error: there is no such check
    expect(() => health.circuit('payment')).toThrow('no check is named "payment"')
  })
})

describe('wrap', () => {
  test('is the same function behind the circuit', async () => {
    const { circuit } = rig()
    const divide = circuit.wrap((a: number, b: number) => {
      if (b === 0) throw new RangeError('by zero')
      return a / b
    })
    expect(await divide(6, 3)).toBe(2)
    await fail(3, () => divide(1, 0))
    await expect(divide(6, 3)).rejects.toBeInstanceOf(DependencyDownError)
  })
})

describe('options', () => {
  test('the same name gives the same circuit; options may be given once, whenever', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { payments: check(() => {}) } })
    const first = health.circuit('payments')
    expect(health.circuit('payments', { consecutiveFailures: 1 })).toBe(first)
    expect(health.circuit('payments')).toBe(first)
    expect(health.circuit('payments', { consecutiveFailures: 1 })).toBe(first)
    expect(() => health.circuit('payments', { consecutiveFailures: 2, jitter: 0 })).toThrow(
      expect.objectContaining({
        problems: [
          expect.stringMatching(/^consecutiveFailures: another value than/),
          expect.stringMatching(/^jitter: another value than/),
        ],
      }),
    )
    await fail(1, () => first.run(() => Promise.reject(new Error())))
    expect(first.state).toBe('open')
    await health.dispose()
  })

  test('options that come later hold from then on', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { payments: check(() => {}) } })
    const circuit = health.circuit('payments')
    for (let i = 0; i < 2; i++) await circuit.run(() => {})
    health.circuit('payments', { windowMs: 1000, minimumCalls: 2, failureRate: 0.6, timeoutMs: 50 })
    await clock.advance(1500)
    const hung = circuit.run(() => new Promise(() => {})).catch((error: unknown) => error)
    await clock.advance(50)
    expect(await hung).toBeInstanceOf(CallTimeoutError)
    // Two of two in the last second; of the ten by default it would be two of four.
    await fail(1, () => circuit.run(() => Promise.reject(new Error())))
    expect(circuit.state).toBe('open')
    await health.dispose()
  })

  test('options that are given after the end leave no timer behind', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { payments: check(() => {}) } })
    const circuit = health.circuit('payments')
    await health.dispose()
    health.circuit('payments', { timeoutMs: 60_000 })
    expect(await circuit.run(() => 'through')).toBe('through')
    expect(clock.pending).toBe(0)
  })

  test('every problem is found at once', () => {
    const health = createHealth({ checks: { payments: check(() => {}) } })
    const wrong = {
      consecutiveFailures: 0,
      failureRate: 2,
      minimumCall: 3,
      isFailure: 'no',
      slowCallMs: 300,
      timeoutMs: 200,
      trialDelayMs: 1000,
      maxTrialDelayMs: 500,
      jitter: -1,
    }
    const problems = (() => {
      try {
        health.circuit('payments', wrong as unknown as CircuitOptions)
      } catch (error) {
        return (error as ConfigurationError).problems
      }
      return []
    })()
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'minimumCall',
      'consecutiveFailures',
      'failureRate',
      'isFailure',
      'jitter',
      'maxTrialDelayMs',
      'slowCallMs',
    ])
    expect(() => health.circuit('payments').run('x' as never)).toThrow(ConfigurationError)
    expect(() => health.circuit('payments').wrap(undefined as never)).toThrow(ConfigurationError)
  })
})

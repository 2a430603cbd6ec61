import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { check } from './check.ts'
import { createHealth } from './create-health.ts'
import { down, up } from './outcome.ts'
import type { Status } from './status.ts'

const timeoutMs = 500
const budgetMs = 800
const maxAge = { up: 1000, down: 300 }
const overlapAfterMs = 10_000
const lostEveryMs = 60_000

/** What the check does when it is run next. */
type Behaviour = 'up' | 'down' | 'throw' | 'hang' | 'slow'

type Step =
  | { readonly do: 'probe' | 'disable' | 'enable' | 'settle' }
  | { readonly do: 'behave'; readonly as: Behaviour }
  | { readonly do: 'wait'; readonly ms: number }

/**
 * The engine in few words, as a reader would state it: one run at a time, results of an age, a guard behind lost
 * runs, thresholds. It knows nothing of promises, groups or reports.
 */
class Model {
  now = 0
  behaviour: Behaviour = 'up'
  enabled = true
  reported: Status = 'UNKNOWN'
  runs = 0
  running: { readonly started: number; readonly ends: number; readonly as: Behaviour } | undefined
  lost: number[] = []
  #freshUntil = -Infinity
  #lostAt = -Infinity
  #failures = 0
  #successes = 0
  readonly #thresholds: { readonly failure: number; readonly success: number }

  constructor(thresholds: { readonly failure: number; readonly success: number }) {
    this.#thresholds = thresholds
  }

  probe(): void {
    if (
      !this.enabled ||
      this.running !== undefined ||
      this.now < this.#freshUntil ||
      this.now < this.#blockedUntil()
    )
      return
    if (this.lost.length >= 3) this.lost.shift()
    this.runs++
    const as = this.behaviour
    const takes = as === 'hang' ? timeoutMs : as === 'slow' ? 200 : 0
    this.running = { started: this.now, ends: this.now + takes, as }
    this.elapse(0)
  }

  elapse(ms: number): void {
    const until = this.now + ms
    const { running } = this
    if (running !== undefined && running.ends <= until) {
      this.now = running.ends
      this.running = undefined
      if (running.as === 'hang') {
        this.lost.push(running.started)
        this.#lostAt = this.now
      } else this.lost = []
      this.#record(running.as === 'up' || running.as === 'slow' ? 'UP' : 'DOWN')
    }
    this.now = until
  }

  settleLost(): void {
    this.lost = []
  }

  disable(): void {
    if (this.running !== undefined) {
      // An aborted function that ignores its signal is lost like any other.
      if (this.running.as === 'hang') {
        this.lost.push(this.running.started)
        this.#lostAt = this.now
      }
      this.running = undefined
    }
    this.enabled = false
    this.#begin()
  }

  enable(): void {
    if (this.enabled) return
    this.enabled = true
    this.#begin()
  }

  #begin(): void {
    this.reported = 'UNKNOWN'
    this.#freshUntil = -Infinity
    this.#failures = 0
    this.#successes = 0
  }

  #blockedUntil(): number {
    if (this.lost.length === 0) return -Infinity
    return this.#lostAt + (this.lost.length < 3 ? overlapAfterMs : lostEveryMs)
  }

  #record(status: 'UP' | 'DOWN'): void {
    this.#freshUntil = this.now + (status === 'UP' ? maxAge.up : maxAge.down)
    this.#failures = status === 'UP' ? 0 : this.#failures + 1
    this.#successes = status === 'UP' ? this.#successes + 1 : 0
    const enough =
      status === 'UP'
        ? this.#successes >= this.#thresholds.success
        : this.#failures >= this.#thresholds.failure
    if (this.reported === 'UNKNOWN' || enough) this.reported = status
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: 'probe' } as const) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 1500 }).map((ms) => ({ do: 'wait', ms }) as const) },
  // Around the guard's own times, where its mistakes would show.
  {
    weight: 4,
    arbitrary: fc.constantFrom(9999, 10_500, 59_999, 61_000).map((ms) => ({ do: 'wait', ms }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Behaviour>('up', 'down', 'throw', 'hang', 'hang', 'hang', 'slow')
      .map((as) => ({ do: 'behave', as }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'disable' } as const, { do: 'enable' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'settle' } as const) },
)

test('the engine does what the model says, whatever happens in which order', async () => {
  const thresholds = fc.record({
    failure: fc.integer({ min: 1, max: 3 }),
    success: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(thresholds, fc.array(step, { minLength: 5, maxLength: 60 }), async (limits, steps) => {
      const clock = fakeClock()
      const model = new Model(limits)
      const hanging = new Set<() => void>()
      let runs = 0
      const health = createHealth({
        clock,
        budgetMs,
        checks: {
          it: check(
            async () => {
              runs++
              switch (model.behaviour) {
                case 'up':
                  return up('well')
                case 'down':
                  return down('unwell')
                case 'throw':
                  throw new Error('secret')
                case 'slow':
                  return new Promise((resolve) => clock.after(200, () => resolve(up('slow'))))
                case 'hang':
                  return new Promise<void>((resolve) => hanging.add(resolve))
              }
            },
            {
              timeoutMs,
              overlapAfterMs,
              maxAgeMs: maxAge,
              failureThreshold: limits.failure,
              successThreshold: limits.success,
            },
          ),
        },
      })
      const late: Promise<unknown>[] = []
      for (const current of steps) {
        switch (current.do) {
          case 'probe': {
            const askedAt = clock.now()
            const answered = Promise.resolve(health.readiness()).then((report) => {
              // Law 1: inside its budget, whatever the check does.
              expect(clock.now() - askedAt).toBeLessThanOrEqual(budgetMs)
              expect(JSON.stringify(report)).not.toContain('secret')
            })
            late.push(answered)
            model.probe()
            break
          }
          case 'wait':
            model.elapse(current.ms)
            await clock.advance(current.ms)
            break
          case 'behave':
            model.behaviour = current.as
            break
          case 'disable':
            // A slow run that is disabled half-way ends the wait of its own accord: keep the model simple.
            if (model.running?.as === 'slow') break
            model.disable()
            health.check('it').disable()
            break
          case 'enable':
            model.enable()
            health.check('it').enable()
            break
          case 'settle':
            if (model.running !== undefined) break
            for (const settle of hanging) settle()
            hanging.clear()
            model.settleLost()
            break
        }
        await clock.advance(0)
        expect({ runs, status: health.snapshot().checks.it.status }).toEqual({
          runs: model.runs,
          status: model.reported,
        })
        const { outstandingRuns } = health.snapshot().checks.it.details
        expect(outstandingRuns).toBeLessThanOrEqual(3)
        if (model.enabled && model.running === undefined) expect(outstandingRuns).toBe(model.lost.length)
      }
      await clock.advance(budgetMs)
      await Promise.all(late)
      await health.dispose()
      // What is left are the slow runs of the test's own making.
      await clock.advance(1000)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
}, 60_000)

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { check } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { down, up } from '../outcome.ts'

const trialDelayMs = 1000
const maxTrialDelayMs = 5000
const windowMs = 10_000

type Step =
  | { readonly do: 'good' | 'bad' | 'begin' | 'probe' | 'disable' | 'enable' }
  /** The oldest call that was begun ends badly. */
  | { readonly do: 'end' }
  | { readonly do: 'dependency'; readonly well: boolean }
  | { readonly do: 'wait'; readonly ms: number }

/** The circuit as a reader would state it. It knows nothing of promises, runs or reports. */
class Model {
  now = 0
  well = true
  enabled = true
  state: 'closed' | 'open' = 'closed'
  made = 0
  runs = 0
  trials = 0
  period = 0
  underWay: number[] = []
  #bad = 0
  #good = 0
  #failedTrials = 0
  #closedAt = -Infinity
  #nextTrialAt = Infinity
  #freshUntil = -Infinity
  readonly #limits: { readonly failures: number; readonly successes: number }

  constructor(limits: { readonly failures: number; readonly successes: number }) {
    this.#limits = limits
  }

  call(well: boolean): void {
    if (this.state === 'open') return
    this.made++
    if (well) this.#bad = 0
    else this.#failed()
  }

  begin(): void {
    if (this.state === 'open') return
    this.made++
    this.underWay.push(this.period)
  }

  end(): void {
    if (this.underWay.shift() === this.period) this.#failed()
  }

  #failed(): void {
    if (this.enabled && this.state === 'closed' && ++this.#bad >= this.#limits.failures) {
      this.#open()
      // As if a run had ended: what it says is served as long.
      this.#freshUntil = this.now + 1000
    }
  }

  probe(): void {
    if (!this.enabled || this.state === 'open' || this.now < this.#freshUntil) return
    this.#run()
    if (!this.well && this.state === 'closed') this.#open()
  }

  #run(): void {
    this.runs++
    this.#freshUntil = this.now + 1000
    this.#good = this.well ? this.#good + 1 : 0
  }

  wait(ms: number): void {
    const until = this.now + ms
    while (this.#nextTrialAt <= until) {
      this.now = this.#nextTrialAt
      this.#nextTrialAt = Infinity
      this.#run()
      this.trials++
      if (this.#good >= this.#limits.successes) this.#close()
      else {
        this.#failedTrials = this.well ? 0 : this.#failedTrials + 1
        this.#schedule()
      }
    }
    this.now = until
  }

  disable(): void {
    if (!this.enabled) return
    this.enabled = false
    this.#begin()
  }

  enable(): void {
    if (this.enabled) return
    this.enabled = true
    this.#begin()
  }

  #begin(): void {
    if (this.state === 'open') this.#close()
    else this.#newPeriod()
    this.#good = 0
    this.#freshUntil = -Infinity
  }

  #open(): void {
    this.#newPeriod()
    this.state = 'open'
    this.#good = 0
    this.#failedTrials = this.now - this.#closedAt < windowMs ? this.#failedTrials + 1 : 0
    this.#schedule()
  }

  #schedule(): void {
    this.#nextTrialAt = this.now + Math.min(maxTrialDelayMs, trialDelayMs * 2 ** this.#failedTrials)
  }

  #close(): void {
    this.#newPeriod()
    this.state = 'closed'
    this.#nextTrialAt = Infinity
    this.#closedAt = this.now
  }

  #newPeriod(): void {
    this.period++
    this.#bad = 0
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: 'bad' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'good' } as const) },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'begin' } as const, { do: 'end' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'probe' } as const) },
  { weight: 2, arbitrary: fc.boolean().map((well) => ({ do: 'dependency', well }) as const) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 2500 }).map((ms) => ({ do: 'wait', ms }) as const) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(999, 1000, 1001, 2000, 4000, 10_001)
      .map((ms) => ({ do: 'wait', ms }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'disable' } as const, { do: 'enable' } as const) },
)

test('the circuit does what the model says, whatever happens in which order', async () => {
  const limits = fc.record({
    failures: fc.integer({ min: 1, max: 4 }),
    successes: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { minLength: 5, maxLength: 60 }), async (limits, steps) => {
      const clock = fakeClock()
      const model = new Model(limits)
      const underWay: (() => void)[] = []
      let runs = 0
      let made = 0
      const health = createHealth({
        clock,
        checks: {
          it: check(
            () => {
              runs++
              return model.well ? up() : down('unwell')
            },
            { successThreshold: limits.successes },
          ),
        },
      })
      const circuit = health.circuit('it', {
        consecutiveFailures: limits.failures,
        minimumCalls: 1_000_000,
        windowMs,
        trialDelayMs,
        maxTrialDelayMs,
        jitter: 0,
      })
      const answers: Promise<unknown>[] = []
      const call = (function_: () => unknown): void => {
        answers.push(
          circuit
            .run(() => {
              made++
              return function_()
            })
            .catch(() => {}),
        )
      }
      for (const current of steps) {
        switch (current.do) {
          case 'good':
            model.call(true)
            call(() => 'well')
            break
          case 'bad':
            model.call(false)
            call(() => Promise.reject(new Error('bad')))
            break
          case 'begin':
            model.begin()
            call(() => new Promise((_, reject) => underWay.push(() => reject(new Error('late')))))
            break
          case 'end':
            model.end()
            underWay.shift()?.()
            break
          case 'probe':
            model.probe()
            void health.readiness()
            break
          case 'dependency':
            model.well = current.well
            break
          case 'wait':
            model.wait(current.ms)
            await clock.advance(current.ms)
            break
          case 'disable':
            model.disable()
            health.check('it').disable()
            break
          case 'enable':
            model.enable()
            health.check('it').enable()
            break
        }
        await clock.advance(0)
        const { status, details } = health.check('it').report()
        expect({ state: circuit.state, made, runs }).toEqual({
          state: model.state,
          made: model.made,
          runs: model.runs,
        })
        // One state: the check is DOWN when, and only when, the circuit is not closed.
        expect(status === 'DOWN').toBe(circuit.state !== 'closed')
        expect(details.circuit?.state).toBe(circuit.state)
      }
      for (const end of underWay) end()
      await Promise.all(answers)
      await health.dispose()
      await clock.advance(0)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
}, 60_000)

import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { up } from '../core/outcome.ts'
import { Mirror } from '../mirror/mirror.ts'
import { type HealthState, stateOf } from '../mirror/state.ts'
import { stateFrom, stateText } from './state-text.ts'

async function state(checks = 3): Promise<HealthState> {
  const entries = Array.from({ length: checks }, (_, index) => [
    `check${index}`,
    check(() => up('well', { bytes: 'x'.repeat(100) })),
  ])
  const health = createHealth({
    service: { name: 'orders' },
    checks: { constructor: check(() => up()), ...Object.fromEntries(entries) },
    groups: { some: { members: ['constructor'], visibility: 'status', statusCodes: { DOWN: 500 } } },
  })
  await health.readiness()
  await Promise.resolve()
  return stateOf(health)
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('the state as text', () => {
  it('is the same state again, with each check once', async () => {
    const given = await state()
    const { text = '', leftOut } = stateText({ state: given, takenAt: 5, nextWithinMs: 0 }, 1_000_000) ?? {}
    expect(leftOut).toBeUndefined()
    const back = stateFrom(text)
    const tellingChecks = given.transitions.filter((transition) => 'check' in transition).length
    expect(back.takenAt).toBe(5)
    expect(plain(back.state)).toEqual(plain(given))
    expect(text.split('"consecutiveFailures"').length - 1).toBe(4 + tellingChecks)
  })

  it('loses the transitions first, then data, then checks, and keeps the verdicts', async () => {
    const given = await state(20)
    const length = (leftOut: HealthState): number =>
      Buffer.byteLength(stateText({ state: leftOut, takenAt: 0, nextWithinMs: 0 }, Infinity)?.text ?? '')
    const whole = length(given)
    const tried = new Map<string | undefined, HealthState>()
    for (let most = whole; most > 0; most -= 50) {
      const made = stateText({ state: given, takenAt: 0, nextWithinMs: 0 }, most)
      if (made === undefined) break
      expect(Buffer.byteLength(made.text)).toBeLessThanOrEqual(most)
      if (!tried.has(made.leftOut)) tried.set(made.leftOut, stateFrom(made.text).state)
    }
    expect([...tried.keys()]).toEqual([undefined, 'transitions', 'data', 'components'])
    expect(tried.get('transitions')?.transitions).toEqual([])
    const shown = (leftOut: string, name: string) =>
      new Mirror(tried.get(leftOut) as HealthState).latest(name)
    expect(shown('data', 'readiness')?.checks.check0).toMatchObject({ status: 'UP', message: 'well' })
    expect(shown('data', 'readiness')?.checks.check0).not.toHaveProperty('data')
    expect(shown('components', 'readiness')).toMatchObject({ status: 'UP', checks: {} })
    expect(shown('components', 'check0')).toBeUndefined()
  })

  it('has verdicts that are as long as the groups, however many checks there are', async () => {
    const [few = 0, many = 0] = await Promise.all(
      [30, 300].map(async (checks) => {
        const given = { state: await state(checks), takenAt: 0, nextWithinMs: 0 }
        const { text = '', leftOut } = stateText(given, 2000) ?? {}
        expect(leftOut).toBe('components')
        return text.length
      }),
    )
    // Digits of times differ.
    expect(Math.abs(many - few)).toBeLessThan(50)
  })

  it('is none when not even the verdicts fit', async () => {
    expect(stateText({ state: await state(), takenAt: 0, nextWithinMs: 0 }, 100)).toBeUndefined()
  })
})

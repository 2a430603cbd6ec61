import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type GcCheckOptions, gc } from './gc.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects until that has taken a good part of the time. */
async function press(ms: number): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Seen {
  readonly share: number
  readonly pauses: number
  readonly longestPauseMs: number
  readonly majorPauses: number
}

describe('keeps the contract of checks', () => {
  let pressing: NodeJS.Timeout
  const cases = checkContract({
    create: () => gc({ windowMs: 400, share: { degradedAt: 0.05, downAt: 0.1 } }),
    secrets: [process.cwd()],
    slackMs: 500,
    faults: {
      'a collector without rest': {
        inject: async () => {
          pressing = setInterval(collect, 1)
          await press(500)
        },
        heal: () => clearInterval(pressing),
        // The first run begins to observe and can have seen nothing.
        expect: { text: 'much garbage collection' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('gc', () => {
  test('counts pauses from its first run on, and forgets those older than its window', async () => {
    const health = createHealth({ checks: { gc: gc({ windowMs: 1000, share: { degradedAt: 1 } }) } })
    collect()
    const first = await health.check('gc').run()
    expect([first.status, first.message]).toEqual(['UP', 'little garbage collection'])
    const before = first.data as unknown as Seen
    for (let count = 0; count < 3; count++) collect()
    await expect
      .poll(async () => ((await health.check('gc').run()).data as unknown as Seen).majorPauses)
      .toBeGreaterThanOrEqual(before.majorPauses + 3)
    const { share, longestPauseMs, pauses } = (await health.check('gc').run()).data as unknown as Seen
    expect(share).toBeGreaterThan(0)
    expect(longestPauseMs).toBeGreaterThan(0)
    expect(longestPauseMs).toBeLessThanOrEqual(share * 1000 + 0.2)
    expect(pauses).toBeGreaterThanOrEqual(3)
    await expect
      .poll(async () => ((await health.check('gc').run()).data as unknown as Seen).majorPauses, {
        timeout: 5000,
      })
      .toBe(0)
  })

  test('is DEGRADED by pressure, and never DOWN unasked', async () => {
    const health = createHealth({ checks: { gc: gc({ windowMs: 300 }) } })
    await health.check('gc').run()
    await press(400)
    const { status, message } = await health.check('gc').run()
    expect([status, message]).toEqual(['DEGRADED', 'much garbage collection'])
  })

  test('may belong to liveness when asked to', () => {
    expectTypeOf(gc({ probes: ['liveness'] })).toEqualTypeOf<CheckDefinition<'liveness'>>()
    expectTypeOf(gc()).toEqualTypeOf<CheckDefinition<'readiness'>>()
  })

  test('names all that is wrong with its options', () => {
    const options = { share: { degradedAt: 10 }, windowMs: '5' } as unknown as GcCheckOptions
    expect(() => createHealth({ checks: { gc: gc(options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.gc.share.degradedAt: expected a share between 0 and 1, got 10',
          'checks.gc.windowMs: expected a number of milliseconds between 200 and 600000, got a string of 1 character; use Number(…)',
        ],
      }),
    )
  })
})

import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type EventLoopCheckOptions, eventLoop } from './event-loop.ts'

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('keeps the contract of checks', () => {
  let busy: NodeJS.Timeout
  const cases = checkContract({
    create: () => eventLoop({ windowMs: 300, delayMs: { degradedAt: 60, downAt: 120 } }),
    secrets: [process.cwd()],
    // The loop that is blocked is the one that measures how long the answer took.
    slackMs: 500,
    faults: {
      'a loop that is blocked again and again': {
        inject: async () => {
          busy = setInterval(() => block(200), 5)
          await wait(500)
        },
        heal: () => clearInterval(busy),
        expect: { text: 'event loop late' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('eventLoop', () => {
  test('an idle loop is on time, and its figures say so', async () => {
    const health = createHealth({ checks: { loop: eventLoop({ delayMs: { degradedAt: 5000 } }) } })
    const { status, message, data } = await health.check('loop').run()
    expect([status, message]).toEqual(['UP', 'on time'])
    expect(data).toEqual({
      delayP99Ms: expect.any(Number),
      delayMaxMs: expect.any(Number),
      utilization: expect.any(Number),
    })
    expect((data as { utilization: number }).utilization).toBeLessThanOrEqual(1)
  })

  test('sees a long block before the timer that samples has had its turn', async () => {
    const health = createHealth({
      checks: { loop: eventLoop({ windowMs: 3000, delayMs: { degradedAt: 200 } }) },
    })
    await health.check('loop').run()
    await wait(1000)
    block(400)
    // At once, before the timer that samples has had its turn.
    const { status, message, data } = await health.check('loop').run()
    expect([status, message]).toEqual(['DEGRADED', 'event loop late'])
    const { delayP99Ms, delayMaxMs } = data as { delayP99Ms: number; delayMaxMs: number }
    // Up to one sample's distance less, according to when the block began.
    expect(delayMaxMs).toBeGreaterThan(340)
    expect(delayP99Ms).toBeGreaterThan(250)
  })

  test('forgets what is older than its window', async () => {
    const health = createHealth({
      checks: { loop: eventLoop({ windowMs: 400, delayMs: { degradedAt: 100 } }) },
    })
    await health.check('loop').run()
    block(300)
    expect((await health.check('loop').run()).status).toBe('DEGRADED')
    await expect.poll(async () => (await health.check('loop').run()).status, { timeout: 5000 }).toBe('UP')
  })

  test('a loop that is never idle is busy, though it is not late', async () => {
    let spinning = true
    const spin = () => {
      block(5)
      if (spinning) setImmediate(spin)
    }
    const health = createHealth({
      checks: {
        loop: eventLoop({
          windowMs: 500,
          delayMs: { degradedAt: 60_000 },
          utilization: { degradedAt: 0.5, downAt: 0.9 },
        }),
      },
    })
    try {
      await health.check('loop').run()
      spin()
      await expect
        .poll(async () => (await health.check('loop').run()).error, { timeout: 5000 })
        .toBe('event loop busy')
    } finally {
      spinning = false
    }
  })

  test('is never DOWN unasked, and in no probe but readiness', async () => {
    const health = createHealth({ checks: { loop: eventLoop({ windowMs: 300 }) } })
    await health.check('loop').run()
    block(2000)
    expect((await health.check('loop').run()).status).toBe('DEGRADED')
    expect(Object.keys((await health.liveness()).checks)).toEqual([])
  })

  test('may belong to liveness when asked to', () => {
    const definition = eventLoop({ probes: ['liveness', 'readiness'] })
    expectTypeOf(definition).toEqualTypeOf<CheckDefinition<'liveness' | 'readiness'>>()
    expect(definition.kind).toBe('self')
  })

  test('names all that is wrong with its options', () => {
    const options = {
      delayMs: { degradedAt: 100, downAt: 50 },
      utilization: { downAt: 2, downat: 1 },
      windowMs: 1,
      delay: 5,
    } as unknown as EventLoopCheckOptions
    expect(() => createHealth({ checks: { loop: eventLoop(options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.loop.delayMs.downAt: expected at least degradedAt (100), got 50',
          expect.stringContaining('checks.loop.utilization.downat: unknown option; did you mean downAt?'),
          'checks.loop.utilization.downAt: expected a share between 0 and 1, got 2',
          'checks.loop.windowMs: expected a number of milliseconds between 200 and 600000, got 1',
          'checks.loop.delay: unknown option; did you mean delayMs?',
        ],
      }),
    )
  })
})

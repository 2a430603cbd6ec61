import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profileOf } from './defaults.ts'
import { balancerTiming, noticeMs, timingsOf } from './timings.ts'

const budgetMs = fc.integer({ min: 1, max: 60_000 })
const profiles = fc
  .record({
    liveness: budgetMs,
    readiness: budgetMs,
    startup: budgetMs,
    startupMs: fc.integer({ min: 0, max: 3_600_000 }),
    drainDelayMs: fc.integer({ min: 0, max: 120_000 }),
    inFlightMs: fc.integer({ min: 0, max: 600_000 }),
    drainsItself: fc.boolean(),
  })
  .map(({ liveness, readiness, startup, ...rest }) =>
    profileOf({
      name: 'orders',
      port: 80,
      liveness: { path: '/l', budgetMs: liveness },
      readiness: { path: '/r', budgetMs: readiness },
      startup: { path: '/s', budgetMs: startup },
      ...rest,
    }),
  )
const probes = ['liveness', 'readiness', 'startup'] as const

describe('timings of any service', () => {
  test('a timeout is above the budget by what a busy machine takes, and below the period', () => {
    fc.assert(
      fc.property(profiles, fc.integer({ min: 0, max: 5 }), (profile, timeoutSeconds) => {
        const timings = timingsOf(profile, { timeoutSeconds })
        for (const probe of probes) {
          const timing = timings[probe]
          expect(timing.timeoutSeconds * 1000).toBeGreaterThanOrEqual(profile[probe].budgetMs + 1000)
          expect(timing.timeoutSeconds).toBeLessThan(timing.periodSeconds)
          for (const figure of Object.values(timing))
            expect(Number.isInteger(figure) && figure >= 1).toBe(true)
        }
      }),
    )
  })

  test('the startup probe still holds when the service has taken as long as it may', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const { startup } = timingsOf(profile)
        // The last failure that is allowed comes after this.
        expect((startup.failureThreshold - 1) * startup.periodSeconds * 1000).toBeGreaterThanOrEqual(
          profile.startupMs,
        )
      }),
    )
  })

  test('liveness and startup count one success, as Kubernetes demands', () => {
    const { liveness, startup } = timingsOf(profileOf({ name: 'orders', port: 80 }))
    expect([liveness.successThreshold, startup.successThreshold]).toEqual([1, 1])
  })

  test('the grace period holds the drain, the requests under way and the closing, whoever delays', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const { graceSeconds, shutdownTimeoutMs, preStopSeconds } = timingsOf(profile)
        const delay = profile.drainsItself ? 0 : preStopSeconds * 1000
        expect(graceSeconds * 1000).toBeGreaterThan(profile.drainDelayMs + profile.inFlightMs)
        expect(graceSeconds * 1000).toBeGreaterThan(delay + shutdownTimeoutMs)
        expect(graceSeconds).toBeGreaterThanOrEqual(30)
        if (profile.drainsItself) expect(preStopSeconds).toBe(0)
        else expect(preStopSeconds * 1000).toBeGreaterThanOrEqual(profile.drainDelayMs)
      }),
    )
  })

  test('fits what Kubernetes and gracefulShutdown do unasked', () => {
    const timings = timingsOf(profileOf({ name: 'orders', port: 80 }))
    expect(timings).toMatchObject({ graceSeconds: 30, shutdownTimeoutMs: 25_000, preStopSeconds: 0 })
    expect(timings.liveness).toEqual({
      timeoutSeconds: 2,
      periodSeconds: 10,
      failureThreshold: 3,
      successThreshold: 1,
    })
  })
})

describe('timing of a balancer', () => {
  test('notices a drain while it lasts, as often as it can be asked', () => {
    fc.assert(
      fc.property(profiles, fc.integer({ min: 1, max: 30 }), fc.boolean(), (profile, least, above) => {
        const timing = balancerTiming(profile, { leastPeriodSeconds: least, periodAboveTimeout: above })
        expect(timing.periodSeconds).toBeGreaterThanOrEqual(least)
        expect(timing.periodSeconds).toBeGreaterThanOrEqual(timing.timeoutSeconds + (above ? 1 : 0))
        const shortest = Math.max(least, timing.timeoutSeconds + (above ? 1 : 0))
        if (shortest * timing.failureThreshold * 1000 <= profile.drainDelayMs)
          expect(noticeMs(timing)).toBeLessThanOrEqual(profile.drainDelayMs)
      }),
    )
  })
})

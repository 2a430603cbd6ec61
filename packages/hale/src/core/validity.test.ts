import { describe, expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { check } from './check.ts'
import { healthSettings } from './health-settings.ts'
import { Registry } from './registry.ts'

function made() {
  const clock = fakeClock()
  const health = new Registry(
    healthSettings({
      clock,
      checks: {
        database: check(() => {}, { maxAgeMs: { up: 2000 } }),
        queue: check(() => {}, { intervalMs: 1000, timeoutMs: 500, probes: [] }),
      },
      groups: { background: { members: ['queue'] } },
    }),
  )
  return { clock, health }
}

describe('for how long a report may be served without asking', () => {
  it('is as long as its results are fresh', async () => {
    const { clock, health } = made()
    expect(health.validity('readiness')?.freshMs).toBe(-Infinity)
    await health.readiness()
    expect(health.validity('readiness')).toEqual({ freshMs: 2000, staleMs: Infinity })
    expect(health.validity('database')).toEqual({ freshMs: 2000, staleMs: Infinity })
    await clock.advance(2500)
    expect(health.validity('readiness')?.freshMs).toBe(-500)
    await health.dispose()
  })

  it('is until a background result turns stale', async () => {
    const { clock, health } = made()
    await clock.advance(1)
    expect(health.validity('background')).toEqual({ freshMs: 3499, staleMs: 3499 })
    await health.dispose()
  })

  it('is for ever where nothing can change by time', () => {
    const { health } = made()
    expect(health.validity('liveness')).toEqual({ freshMs: Infinity, staleMs: Infinity })
    expect(health.validity('nobody')).toBeUndefined()
  })
})

describe('who watches', () => {
  it('hears of results, of the service itself, and of checks that come and go, until it stops', async () => {
    const { health } = made()
    const heard: string[] = []
    const stop = health.watch((what) => heard.push(what))
    const heardOf = async (work: () => unknown): Promise<string[]> => {
      heard.length = 0
      await work()
      return [...new Set(heard)]
    }
    expect(await heardOf(() => health.check('database').run())).toContain('status')
    expect(await heardOf(() => health.check('database').run())).toEqual(['result'])
    expect(await heardOf(() => health.outOfService('a reason'))).toEqual(['lifecycle', 'status'])
    expect(
      await heardOf(() =>
        health.add(
          'cache',
          check(() => {}),
        ),
      ),
    ).toEqual(['status'])
    expect(await heardOf(() => health.check('cache')[Symbol.dispose]())).toEqual(['status'])
    expect(await heardOf(() => health.drain())).toContain('lifecycle')
    expect(await heardOf(() => health.dispose())).toContain('lifecycle')
    stop()
    expect(await heardOf(() => health.inService())).toEqual([])
  })

  it('hurts neither the service nor who else watches, and is one watcher each time', async () => {
    const told = new Set<unknown>()
    const error = (message: string, { err }: { readonly err?: Error }) =>
      told.add(`${message}: ${err?.message}`)
    const logger = { debug() {}, info() {}, warn() {}, error }
    const health = new Registry(healthSettings({ logger, checks: { database: check(() => {}) } }))
    const heard: string[] = []
    health.watch(() => {
      throw new Error('one')
    })
    health.watch(async () => Promise.reject(new Error('two')))
    const hear = (what: string) => heard.push(what)
    const stop = health.watch(hear)
    health.watch(hear)
    health.outOfService()
    expect(heard).toEqual(['lifecycle', 'lifecycle'])
    stop()
    health.inService()
    expect(heard).toEqual(['lifecycle', 'lifecycle', 'lifecycle'])
    expect((await health.readiness()).status).toBe('UP')
    expect([...told]).toEqual(['a watcher failed: one', 'a watcher failed: two'])
    await health.dispose()
  })

  it('sees the new state when it hears of it', async () => {
    const { health } = made()
    const seen: string[] = []
    health.watch(() => seen.push(health.latest('readiness')?.application.status ?? ''))
    health.outOfService()
    expect(seen).toEqual(['OUT_OF_SERVICE'])
    await health.dispose()
  })
})

import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { createHandler } from '../http/handle.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { Mirror } from './mirror.ts'
import { finite, stateOf } from './state.ts'

async function made() {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    service: { name: 'orders' },
    checks: { database: check(() => {}), constructor: check(() => {}, { critical: false }) },
    groups: { payments: { members: ['database'], visibility: 'status', statusCodes: { UP: 204 } } },
  })
  await health.readiness()
  await Promise.resolve()
  return { clock, health }
}

describe('the state of a registry', () => {
  it('survives JSON: every endpoint answers from it as from the registry', async () => {
    const { clock, health } = await made()
    const mirror = new Mirror(JSON.parse(JSON.stringify(stateOf(health))), clock)
    const [own, mirrored] = [health, mirror].map((source) => createHandler(source, { visibility: 'debug' }))
    for (const path of ['live', 'ready', 'startup', 'payments', 'database', 'constructor', 'nobody']) {
      for (const query of ['', '?format=html']) {
        const request = { method: 'GET', url: `/health/${path}${query}`, headers: {} }
        expect([path, await mirrored?.(request)]).toEqual([path, await own?.(request)])
      }
    }
    expect(mirror.snapshot()).toMatchObject({ service: { name: 'orders' }, groups: { readiness: 'UP' } })
  })

  it('hands out one list of groups for as long as no check comes or goes', async () => {
    const { health } = await made()
    const mirror = new Mirror(JSON.parse(JSON.stringify(stateOf(health))))
    const { groups } = mirror
    mirror.show(JSON.parse(JSON.stringify(stateOf(health))))
    expect(mirror.groups).toBe(groups)
    const late = check(() => {}, { probes: [] })
    health.add('late', late)
    mirror.show(JSON.parse(JSON.stringify(stateOf(health))))
    expect(mirror.groups).not.toBe(groups)
  })

  it('holds no check fifty times over: transitions of probes are without theirs', async () => {
    const { health } = await made()
    const { transitions } = stateOf(health)
    const ofProbes = transitions.flatMap((transition) => ('probe' in transition ? [transition.result] : []))
    expect(ofProbes.length).toBeGreaterThan(0)
    for (const { checks } of ofProbes) expect(checks).toEqual({})
  })

  it('says for how long each report may be served, in numbers that JSON has', async () => {
    const { health } = await made()
    const { validities } = stateOf(health)
    expect(validities?.readiness).toEqual({ freshMs: 1000 })
    expect(validities?.liveness).toEqual({})
    expect(finite({ freshMs: -Infinity, staleMs: 5 })).toEqual({ freshMs: -1e12, staleMs: 5 })
  })
})

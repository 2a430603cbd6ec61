import { describe, expect, it } from 'vitest'
import { check, selfCheck } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, up } from '../../core/outcome.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Whole } from './whole.ts'

function made(outcome = up(), ofLoop = up()) {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    checks: {
      database: check(() => outcome),
      search: check(() => degraded('slow'), { critical: false }),
      loop: selfCheck(() => ofLoop, { probes: ['liveness'] }),
      models: selfCheck(() => up(), { probes: ['startup', 'liveness'] }),
      aside: check(() => down('gone'), { probes: [] }),
    },
  })
  return { clock, health, whole: new Whole(health) }
}

describe('the whole', () => {
  it('has the checks of every probe, each once, and the worst of the statuses', async () => {
    const report = await made().whole.ask()
    expect(Object.keys(report.checks)).toEqual(['database', 'search', 'loop', 'models'])
    expect(report).toMatchObject({ kind: 'group', status: 'DEGRADED', application: { state: 'running' } })
    expect((await made(down('gone')).whole.ask()).status).toBe('DOWN')
    expect((await made(up(), down('stuck')).whole.ask()).status).toBe('DOWN')
  })

  it('is the same object for as long as its parts are, so that it is rendered once', async () => {
    const { clock, health, whole } = made()
    await whole.ask()
    const report = await whole.ask()
    expect(await whole.ask()).toBe(report)
    await clock.advance(1000)
    const later = await whole.ask()
    expect(later).not.toBe(report)
    health.drain()
    expect((await whole.ask()).status).toBe('OUT_OF_SERVICE')
  })

  it('is there at once when nothing has to run', async () => {
    const { whole } = made()
    expect(whole.ask()).toBeInstanceOf(Promise)
    await whole.ask()
    expect(whole.ask()).not.toBeInstanceOf(Promise)
  })
})

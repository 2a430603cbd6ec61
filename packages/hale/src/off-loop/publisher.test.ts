import { describe, expect, it, vi } from 'vitest'
import { fakedTime } from '../../../../tests/faked-time.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { Health } from '../core/health.ts'
import { up } from '../core/outcome.ts'
import { Publisher } from './publisher.ts'
import { SharedMemory } from './shared-memory.ts'
import { stateFrom } from './state-text.ts'

const opened = fakedTime()

/** `costMs` is how long taking the state takes. */
async function published(intervalMs: number, costMs = 0) {
  let broken = false
  const health: Health = createHealth({
    checks: {
      queue: check(
        () => {
          if (broken) throw new Error('broken')
          return up()
        },
        { intervalMs, timeoutMs: Math.min(intervalMs, 500) },
      ),
    },
  })
  opened.push(() => health.dispose())
  await vi.advanceTimersByTimeAsync(1)
  const snapshot = health.snapshot.bind(health)
  health.snapshot = () => {
    vi.advanceTimersByTime(costMs)
    return snapshot()
  }
  const memory = new SharedMemory()
  const publisher = new Publisher(health, memory)
  const beats = setInterval(() => publisher.confirm(), 250)
  opened.push(
    () => publisher.stop(),
    () => clearInterval(beats),
  )
  const writesIn = async (ms: number): Promise<number> => {
    const before = memory.sequence
    await vi.advanceTimersByTimeAsync(ms)
    return (memory.sequence - before) / 2
  }
  const written = () => stateFrom(memory.read()?.text ?? '')
  const shown = () => written().state
  await vi.advanceTimersByTimeAsync(1000)
  return {
    health,
    writesIn,
    shown,
    written,
    breakIt: () => {
      broken = true
    },
  }
}

describe('the state off the loop', () => {
  it('is written once a second while results only confirm what is known', async () => {
    const { writesIn } = await published(250)
    const writes = await writesIn(10_000)
    expect(writes).toBeGreaterThanOrEqual(9)
    expect(writes).toBeLessThanOrEqual(10)
  })

  it('shows a change of status within 50 ms', async () => {
    const { writesIn, shown, health, breakIt } = await published(60_000)
    expect(await writesIn(5000)).toBe(0)
    breakIt()
    await health.check('queue').run()
    await writesIn(50)
    expect(shown().verdicts.readiness?.status).toBe('DOWN')
  })

  it('shows a change of status within 50 ms though a confirmation waits to be written', async () => {
    const { writesIn, shown, health, breakIt } = await published(60_000)
    await health.check('queue').run()
    await writesIn(20)
    await health.check('queue').run()
    breakIt()
    await health.check('queue').run()
    await writesIn(50)
    expect(shown().checks[0]?.status).toBe('DOWN')
  })

  it('shows that the service drains at once', async () => {
    const { shown, health } = await published(60_000)
    health.drain()
    expect(shown().verdicts.readiness?.status).toBe('OUT_OF_SERVICE')
  })

  it('is written the less often the longer that takes', async () => {
    const writes = async (costMs: number): Promise<number> => {
      const { writesIn, health } = await published(60_000, costMs)
      let written = 0
      for (let look = 0; look < 100; look++) {
        await health.check('queue').run()
        written += await writesIn(100 - costMs)
      }
      return written
    }
    expect(await writes(0)).toBeGreaterThanOrEqual(9)
    expect(await writes(1)).toBeLessThanOrEqual(5)
    expect(await writes(5)).toBeLessThanOrEqual(3)
  })

  it('comes over before anything in the last one would be taken for stale, however long it takes', async () => {
    const { writesIn, written } = await published(100, 5)
    for (let look = 0; look < 200; look++) {
      await writesIn(73)
      const { state, nextWithinMs } = written()
      const staleMs = state.validities.readiness?.staleMs ?? 0
      expect(staleMs).toBeGreaterThan(0)
      expect(Date.now() - state.timestamp).toBeLessThan(staleMs + nextWithinMs)
    }
  })

  it('comes over with the transitions that a change of the service brings about', async () => {
    const { health, shown, writesIn } = await published(60_000)
    await writesIn(1000)
    const before = shown().transitions.length
    health.outOfService('reindexing')
    await writesIn(1000)
    expect(shown().transitions.length).toBeGreaterThan(before)
  })
})

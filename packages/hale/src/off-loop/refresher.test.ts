import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refresher } from './refresher.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'hrtime'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function watched(): { refresher: Refresher; told: string[] } {
  const told: string[] = []
  const refresher = new Refresher({ ask: (name) => told.push(`ask ${name}`), ping: () => told.push('ping') })
  return { refresher, told }
}

describe('a refresh', () => {
  it('is asked for once, and answers all who wait for it', async () => {
    const { refresher, told } = watched()
    const ends = [1, 2, 3].map(() => refresher.refresh('readiness', 800, false))
    expect(told).toEqual(['ask readiness'])
    refresher.answered('readiness')
    expect(await Promise.all(ends)).toEqual(['answered', 'answered', 'answered'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not waited for when the loop gives no sign within milliseconds', async () => {
    const { refresher } = watched()
    const end = refresher.refresh('readiness', 800, false)
    await vi.advanceTimersByTimeAsync(12)
    expect(await end).toBe('busy')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not waited for at all while the loop is known to be busy, nor asked for again', async () => {
    const { refresher, told } = watched()
    const first = refresher.refresh('readiness', 800, false)
    await vi.advanceTimersByTimeAsync(12)
    await first
    expect(refresher.refresh('readiness', 800, false)).toBe('busy')
    expect(refresher.refresh('payments', 800, false)).toBe('busy')
    expect(told).toEqual(['ask readiness', 'ask payments'])
    refresher.sign()
    expect(refresher.refresh('readiness', 800, false)).toBeInstanceOf(Promise)
  })

  it('is waited for as long as the loop gives signs', async () => {
    const { refresher, told } = watched()
    let ended: string | undefined
    void Promise.resolve(refresher.refresh('readiness', 800, false)).then((end) => {
      ended = end
    })
    for (let count = 0; count < 50; count++) {
      refresher.sign()
      await vi.advanceTimersByTimeAsync(6)
    }
    expect(ended).toBeUndefined()
    expect(told.filter((what) => what === 'ping').length).toBeGreaterThan(40)
    // Then it blocks.
    await vi.advanceTimersByTimeAsync(12)
    expect(ended).toBe('busy')
  })

  it('is waited for by a patient one until its time is over, whatever the loop does', async () => {
    const { refresher } = watched()
    let ended: string | undefined
    void Promise.resolve(refresher.refresh('readiness', 800, true)).then((end) => {
      ended = end
    })
    await vi.advanceTimersByTimeAsync(790)
    expect(ended).toBeUndefined()
    await vi.advanceTimersByTimeAsync(15)
    expect(ended).toBe('late')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is given up with all others', async () => {
    const { refresher } = watched()
    const ends = ['readiness', 'payments'].map((name) => refresher.refresh(name, 800, true))
    refresher.giveUp()
    expect(await Promise.all(ends)).toEqual(['busy', 'busy'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

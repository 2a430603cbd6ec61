import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Polling, startPolling } from './polling.ts'

interface Asked {
  readonly index: number
  readonly at: number
  readonly signal: AbortSignal
  answer(): Promise<void>
}

let asked: Asked[]
let readings: number[]
let polling: Polling | undefined

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  readings = []
})
afterEach(() => {
  polling?.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function start(count = 1, random = 0.5): Polling {
  polling = startPolling<number>({
    count,
    intervalMs: 1000,
    random: () => random,
    ask: (index, signal) =>
      new Promise((resolve) => {
        const answer = async () => {
          resolve(index)
          await vi.advanceTimersByTimeAsync(0)
        }
        asked.push({ index, at: performance.now(), signal, answer })
      }),
    onReading: (_, reading) => readings.push(reading),
  })
  return polling
}

describe('polling', () => {
  it('asks all at once, then each by its interval from start to start', async () => {
    start(2)
    expect(asked.map(({ index }) => index)).toEqual([0, 1])
    await vi.advanceTimersByTimeAsync(300)
    await asked[0]?.answer()
    expect(readings).toEqual([0])
    await vi.advanceTimersByTimeAsync(699)
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.map(({ index }) => index)).toEqual([0, 1, 0])
  })

  it('never asks one again before it has answered, and then at once', async () => {
    const { now } = start()
    await vi.advanceTimersByTimeAsync(10_000)
    now()
    expect(asked).toHaveLength(1)
    await asked[0]?.answer()
    expect(asked).toHaveLength(2)
  })

  it.each([
    [0, 900],
    [1, 1100],
  ])('varies the interval (%d: %d ms)', async (random, ms) => {
    start(1, random)
    await asked[0]?.answer()
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toHaveLength(2)
  })

  it('pauses, asks once when told to, and goes on', async () => {
    const { pause, now, resume } = start()
    pause()
    await asked[0]?.answer()
    await vi.advanceTimersByTimeAsync(60_000)
    // What had been asked before is still shown.
    expect(readings).toEqual([0])
    expect(asked).toHaveLength(1)
    now()
    await asked[1]?.answer()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(2)
    resume()
    expect(asked).toHaveLength(3)
    await asked[2]?.answer()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toHaveLength(4)
  })

  it('ends what is under way, and says nothing of it any more', async () => {
    const { stop } = start()
    stop()
    expect(asked[0]?.signal.aborted).toBe(true)
    await asked[0]?.answer()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(readings).toEqual([])
    expect(asked).toHaveLength(1)
  })
})

import { afterEach, beforeEach, vi } from 'vitest'

/** Fakes the clocks and the timers of Node for each test; what is in the list it returns is called before they go on. */
export function fakedTime(): (() => unknown)[] {
  const opened: (() => unknown)[] = []
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'hrtime', 'Date', 'performance'],
    })
  })
  afterEach(() => {
    for (const close of opened.splice(0)) close()
    vi.useRealTimers()
  })
  return opened
}

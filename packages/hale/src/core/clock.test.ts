import { spawnSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

test('calls back once after the delay, and not when cancelled', async () => {
  const fired: string[] = []
  const cancel = systemClock.after(1, () => fired.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => {
    const keepAlive = setInterval(() => {}, 1000)
    systemClock.after(5, () => {
      clearInterval(keepAlive)
      fired.push('kept')
      resolve()
    })
  })
  expect(fired).toEqual(['kept'])
})

test('a delay longer than setTimeout can hold does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.after(2 ** 40, () => {
    fired = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  cancel()
  expect(fired).toBe(false)
})

test('a delay longer than setTimeout can hold is waited for in parts', () => {
  vi.useFakeTimers()
  const fired = vi.fn()
  const days = 24 * 3600 * 1000
  systemClock.after(30 * days, fired)
  vi.advanceTimersByTime(29 * days)
  expect(fired).not.toHaveBeenCalled()
  vi.advanceTimersByTime(days)
  expect(fired).toHaveBeenCalledOnce()
  vi.useRealTimers()
})

test('now only goes forward and wallTime is the epoch', () => {
  const before = systemClock.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000)
})

test('a pending timer does not keep the process alive', () => {
  const url = new URL('../../dist/index.js', import.meta.url).href
  const script = `import { createHealth, check, heartbeat } from ${JSON.stringify(url)}
    const health = createHealth({ checks: {
      background: check(() => {}, { intervalMs: 60000 }),
      hanging: check(() => new Promise(() => {}), { timeoutMs: 60000 }),
      beat: heartbeat({ ttlMs: 60000 }),
    } })
    void health.readiness()
    void health.started()
    health.check('hanging').disable('later', { forMs: 60000 })`
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 10_000,
    encoding: 'utf8',
  })
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
})

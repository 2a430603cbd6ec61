import { expect, test, vi } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import type { Channel } from './channel.ts'
import { collectSettings, shareSettings } from './cluster-settings.ts'
import { CollectedSource } from './collected-source.ts'
import { SharedWorker } from './shared-worker.ts'

/** A primary and its workers, on lines that can be cut. */
function cluster(workers: number) {
  const clock = fakeClock()
  const logger = { info() {}, warn() {}, error: vi.fn() }
  const collected = new CollectedSource(collectSettings({ clock, logger }), () => {})
  const started = Array.from({ length: workers }, (_, index) => {
    const line = { cut: false }
    const heard: ((message: unknown) => void)[] = []
    const end = (own: 0 | 1): Channel => ({
      post(message) {
        if (!line.cut) queueMicrotask(() => heard[1 - own]?.(structuredClone(message)))
        return true
      },
      listen(onMessage) {
        heard[own] = onMessage
        return () => delete heard[own]
      },
    })
    const worker = { line, outcome: up() as Outcome }
    collected.collector.attach('process', index + 1, end(1))
    const health = createHealth({ clock, logger, checks: { database: check(() => worker.outcome) } })
    const shared = new SharedWorker(health, shareSettings(undefined, new Problems()), end(0))
    return Object.assign(worker, { health, shared })
  })
  return { clock, logger, collected, workers: started }
}

/** What `latest` says of the database whenever a watcher is told of a change, each once. */
function watched(source: CollectedSource | SharedWorker): { seen: unknown[]; end: () => void } {
  const seen: unknown[] = []
  const end = source.watch(() => {
    const { status, checks } = source.latest('readiness', 'worst') ?? {}
    const said = checks?.database?.error ?? status
    if (seen.at(-1) !== said) seen.push(said)
  })
  return { seen, end }
}

test('watchers are told of another worker as soon as the workers are', async () => {
  const { clock, collected, workers } = cluster(2)
  await clock.advance(500)
  const [one, two] = workers as [(typeof workers)[0], (typeof workers)[0]]
  const all = [watched(collected), watched(one.shared)]
  two.outcome = down('connection refused')
  await two.health.check('database').run()
  await clock.advance(200)
  for (const { seen } of all) expect(seen.at(-1)).toBe('connection refused')
  // Its status stays, so that it is told with the refresh.
  two.outcome = down('timed out')
  await clock.advance(6000)
  for (const { seen } of all) expect(seen.at(-1)).toBe('timed out')
})

test('watchers are told of silence and its end, of the worker’s own, and of nothing once they have ended it', async () => {
  const { clock, workers } = cluster(1)
  await clock.advance(500)
  const [{ line, health, shared }] = workers as [(typeof workers)[0]]
  const { seen, end } = watched(shared)
  line.cut = true
  await clock.advance(6000)
  expect(seen.at(-1)).toBe('DEGRADED')
  line.cut = false
  await clock.advance(1500)
  expect(seen.at(-1)).toBe('UP')
  health.outOfService('maintenance')
  expect(seen.at(-1)).toBe('OUT_OF_SERVICE')
  const before = [...seen]
  end()
  health.inService()
  await clock.advance(6000)
  expect(seen).toEqual(before)
})

test('what a watcher throws goes to the log, and the others are told', async () => {
  const { clock, logger, collected, workers } = cluster(1)
  await clock.advance(500)
  const [{ shared }] = workers as [(typeof workers)[0]]
  const all = [collected, shared].map((source) => {
    source.watch(() => {
      throw new Error('of the application')
    })
    return watched(source)
  })
  collected.drain('SIGTERM')
  await clock.advance(500)
  for (const { seen } of all) expect(seen).toEqual(['OUT_OF_SERVICE'])
  expect(logger.error).toHaveBeenCalledTimes(2)
  expect(logger.error.mock.calls[0]).toEqual([
    'a watcher failed',
    expect.objectContaining({ err: expect.objectContaining({ message: 'of the application' }) }),
  ])
})

import cluster, { type Worker } from 'node:cluster'
import { EventEmitter } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { collectHealth } from './collect-health.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a worker that was forked in the same turn counts once', async () => {
  const worker = Object.assign(new EventEmitter(), { id: 1 }) as Worker
  // Node lists it at once, and tells of it a turn later.
  vi.spyOn(cluster, 'workers', 'get').mockReturnValue({ 1: worker })
  await using collected = collectHealth()
  cluster.emit('fork', worker)
  expect(collected.workers).toHaveLength(1)
  expect(worker.listenerCount('message')).toBe(1)
  cluster.emit('exit', Object.assign(worker, { exitedAfterDisconnect: true }), 0, '')
  expect(collected.workers).toEqual([])
})

test('a thread that is added twice counts once', async () => {
  await using collected = collectHealth()
  const thread = Object.assign(new EventEmitter(), { threadId: 4711 })
  const leaves = collected.add(thread)
  expect(collected.add(thread)).toBe(leaves)
  expect(collected.workers).toHaveLength(1)
  thread.emit('exit', 0)
  expect(collected.workers).toEqual([])
})

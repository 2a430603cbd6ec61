import cluster, { type Worker as ClusterWorker } from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { Problems } from '../errors/problems.ts'
import { type CollectOptions, collectSettings } from './cluster-settings.ts'
import type { CollectedHealth, ThreadLike } from './collected-health.ts'
import { CollectedSource } from './collected-source.ts'
import type { Attached, Collector } from './collector.ts'
import { ipcChannel } from './ipc-channel.ts'
import { threadChannel } from './thread-channel.ts'

/**
 * Collects the health of the workers that call `shareHealth`, and tells each of them what the others say. In the
 * primary of a `node:cluster` the workers are known without further ado, those forked earlier too; worker threads are
 * taken in with `add`.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import cluster from 'node:cluster'
 * import { collectHealth } from 'hale/cluster'
 * import { serveHealth } from 'hale/node'
 *
 * const collected = collectHealth({ logger: console })
 * for (let left = 4; left > 0; left--) cluster.fork()
 * cluster.on('exit', ({ exitedAfterDisconnect }) => {
 *   if (!exitedAfterDisconnect) cluster.fork()
 * })
 * await serveHealth(collected, { port: 9000 })
 * ```
 */
export function collectHealth(options?: CollectOptions): CollectedHealth {
  const settings = collectSettings(options)
  const stops: (() => void)[] = []
  const source = new CollectedSource(settings, () => {
    for (const stop of stops.splice(0)) stop()
  })
  // In a thread `cluster` still says that this is the primary.
  if (isMainThread && cluster.isPrimary) stops.push(collectCluster(source.collector))
  const threads = new Map<ThreadLike, () => void>()
  return Object.assign(source, { add: (thread: ThreadLike) => addThread(source.collector, threads, thread) })
}

function collectCluster(collector: Collector): () => void {
  const attached = new Map<ClusterWorker, Attached>()
  const forked = (worker: ClusterWorker): void => {
    // One forked in this same turn is in the list already, and its event is still to come.
    if (attached.has(worker)) return
    attached.set(worker, collector.attach('process', worker.id, ipcChannel(worker)))
  }
  const disconnected = (worker: ClusterWorker): void => {
    // One that loses the channel otherwise falls silent, unless it is about to exit.
    if (worker.exitedAfterDisconnect) attached.get(worker)?.leaves()
  }
  const exited = (worker: ClusterWorker, exitCode: number): void => {
    const one = attached.get(worker)
    attached.delete(worker)
    if (worker.exitedAfterDisconnect || endedWell(exitCode)) one?.leaves()
    one?.gone()
  }
  for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) forked(worker)
  cluster.on('fork', forked)
  cluster.on('disconnect', disconnected)
  cluster.on('exit', exited)
  return () => {
    cluster.off('fork', forked)
    cluster.off('disconnect', disconnected)
    cluster.off('exit', exited)
  }
}

/** One that comes to its end of itself has done what it was for; how many there are to be says `workers`. */
function endedWell(exitCode: number): boolean {
  return exitCode === 0
}

function addThread(
  collector: Collector,
  threads: Map<ThreadLike, () => void>,
  thread: ThreadLike,
): () => void {
  const known = threads.get(thread)
  if (known !== undefined) return known
  const { threadId, once } = (thread ?? {}) as Partial<ThreadLike>
  const problems = new Problems()
  if (typeof threadId !== 'number' || typeof once !== 'function' || threadId < 1)
    problems.add('thread', 'expected a Worker of node:worker_threads that is running')
  problems.throwIfAny('collected.add')
  const attached = collector.attach('thread', thread.threadId, threadChannel(thread.threadId, 'primary'))
  const leaves = (): void => attached.leaves()
  threads.set(thread, leaves)
  thread.once('exit', (exitCode) => {
    threads.delete(thread)
    if (endedWell(exitCode)) attached.leaves()
    attached.gone()
  })
  return leaves
}

import cluster from 'node:cluster'
import process from 'node:process'
import { isMainThread, threadId } from 'node:worker_threads'
import { expectHealth } from '../core/expect-health.ts'
import { Problems } from '../errors/problems.ts'
import type { Channel } from './channel.ts'
import { type ShareOptions, shareSettings } from './cluster-settings.ts'
import { ipcChannel } from './ipc-channel.ts'
import type { Shareable, SharedHealth } from './shared-health.ts'
import { SharedWorker } from './shared-worker.ts'
import { threadChannel } from './thread-channel.ts'

/**
 * Shares a worker's health with the other workers of a `node:cluster`, or with the other worker threads, by way of
 * the primary, which calls `collectHealth`. Any worker then answers for all: `/health/ready?workers=worst` for the
 * worst of them, `best`, `quorum` or `this` likewise. In a process that is not a worker it changes nothing.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { serveHealth } from 'hale/node'
 * import { shareHealth } from 'hale/cluster'
 *
 * const shared = shareHealth(health, { verdict: 'quorum' })
 * await serveHealth(shared, { port: 9000 })
 * ```
 */
export function shareHealth(health: Shareable, options?: ShareOptions): SharedHealth {
  const problems = new Problems()
  const settings = shareSettings(options, problems)
  const { entry } = settings
  const isTaken = () => health.hasCheck(entry) || health.groups.some(({ name }) => name === entry)
  if (expectHealth(health, problems, ['ask', 'on', 'groups']) && isTaken())
    problems.add('entry', `a check or group is named ${entry} already; set another, such as 'fleet'`)
  problems.throwIfAny('shareHealth')
  return new SharedWorker(health, settings, channelHere())
}

// Threads first: `cluster.isWorker` is true in the threads of a cluster's worker as well.
function channelHere(): Channel | undefined {
  if (!isMainThread) return threadChannel(threadId, 'thread')
  return cluster.isWorker ? ipcChannel(process) : undefined
}

import cluster, { type Worker } from 'node:cluster'
import type { OpenThing } from './open-thing.ts'

/** The workers of a cluster's primary on their way out. */
export interface WorkersExit {
  readonly count: number
  /** Resolves when every one has exited. */
  readonly done: Promise<void>
  /** Whether one of them exited with something else than 0. */
  readonly failed: boolean
  open(): readonly OpenThing[]
  cut(): void
}

/**
 * Passes the signal on to the workers that there are: a platform signals the primary only. Each has a shutdown of its
 * own, with its own drain delay, and is waited for.
 */
export function endWorkers(signal: NodeJS.Signals): WorkersExit {
  const workers = new Set<Worker>(
    Object.values(cluster.workers ?? {}).filter(
      (worker) => worker !== undefined && !worker.isDead(),
    ) as Worker[],
  )
  const count = workers.size
  let failed = false
  const exits = [...workers].map(
    (worker) =>
      new Promise<void>((resolve) => {
        worker.once('exit', (code) => {
          if (code !== 0) failed = true
          workers.delete(worker)
          resolve()
        })
        worker.process.kill(signal)
      }),
  )
  return {
    count,
    done: Promise.all(exits).then(() => {}),
    get failed() {
      return failed
    },
    open: () => [...workers].map(({ id }) => ({ kind: 'worker', id })),
    cut() {
      for (const worker of workers) worker.process.kill('SIGKILL')
    },
  }
}

/**
 * Leaves the cluster, when this is a worker: the primary learns that it went on purpose (`exitedAfterDisconnect`) and
 * need not replace it, and the channel to the primary no longer keeps this process alive.
 */
export async function leaveCluster(giveUp: Promise<unknown>): Promise<void> {
  const { worker } = cluster
  if (worker === undefined || !worker.isConnected()) return
  const left = new Promise((resolve) => worker.once('disconnect', resolve))
  worker.disconnect()
  await Promise.race([left, giveUp])
}

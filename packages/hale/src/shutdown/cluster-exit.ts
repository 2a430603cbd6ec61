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
        const served = listens(worker)
        worker.once('exit', (code, endedBy) => {
          // Ended by the signal itself it did not listen yet: it was still starting, and had taken nothing on.
          if (code !== 0 && (endedBy !== signal || served)) failed = true
          workers.delete(worker)
          resolve()
        })
        // However it ends now, nobody is to fork another in its place.
        worker.exitedAfterDisconnect = true
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

/** Whether it serves. Node keeps it up without documenting it; a worker of which it is not known did not. */
function listens(worker: Worker): boolean {
  return (worker as { readonly state?: unknown }).state === 'listening'
}

/**
 * Keeps the primary alive when a worker's channel breaks: Node answers a worker that leaves on the channel, and when
 * that one has exited before, since the primary was busy, an error that nobody hears would end it with all others.
 */
export function outliveWorkers(): () => void {
  if (!cluster.isPrimary) return () => {}
  const workers = new Set<Worker>()
  const outlive = (worker: Worker): void => {
    workers.add(worker)
    worker.on('error', ignoreBrokenChannel)
    worker.once('exit', () => workers.delete(worker))
  }
  for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) outlive(worker)
  cluster.on('fork', outlive)
  return () => {
    cluster.off('fork', outlive)
    for (const worker of workers) worker.off('error', ignoreBrokenChannel)
  }
}

function ignoreBrokenChannel(this: Worker, error: NodeJS.ErrnoException): void {
  const broken = ['EPIPE', 'ECONNRESET', 'ERR_IPC_CHANNEL_CLOSED'].includes(error.code ?? '')
  // Whatever else happens to a worker ends the primary as it would without us, unless somebody takes care of it.
  if (!broken && this.listenerCount('error') === 1) throw error
}

/**
 * Leaves the cluster, when this is a worker: the primary learns that it went on purpose (`exitedAfterDisconnect`) and
 * need not replace it, and the channel to the primary no longer keeps this process alive.
 *
 * Its answer is waited for even past the deadline: Node's primary answers on the channel, and when this process has
 * gone by then it dies of the error, with every other worker.
 */
export async function leaveCluster(giveUp: Promise<unknown>): Promise<void> {
  const { worker } = cluster
  if (worker === undefined || !worker.isConnected()) return
  const left = new Promise((resolve) => worker.once('disconnect', resolve))
  worker.disconnect()
  await Promise.race([left, giveUp])
}

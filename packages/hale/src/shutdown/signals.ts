import cluster from 'node:cluster'
import { constants } from 'node:os'
import type { Clock } from '../core/clock.ts'

/**
 * Within which the same signal counts once. On Ctrl-C the terminal signals every process of the group, and npm then
 * passes its own on to the service: one key press, two signals.
 */
const sameSignalMs = 100

/**
 * Listens to signals: the first of them begins, another one means that somebody does not want to wait. The first is
 * the first also when the application has begun by itself: a platform that ends it then asks for no haste.
 */
export function listenToSignals(
  signals: readonly NodeJS.Signals[],
  clock: Clock,
  begin: (signal: NodeJS.Signals) => void,
  again: (signal: NodeJS.Signals) => void,
): () => void {
  // A worker that was told itself, alone or with its whole group as by systemd, is told again by its primary, however
  // busy that one was meanwhile. Whoever does not want to wait signals the primary, which kills its workers then.
  const passedOn = cluster.isWorker
  let last: { readonly signal: NodeJS.Signals; readonly at: number } | undefined
  const heard = (signal: NodeJS.Signals): void => {
    const at = clock.now()
    if (last?.signal === signal && (passedOn || at - last.at < sameSignalMs)) return
    const isFirst = last === undefined
    last = { signal, at }
    if (isFirst) begin(signal)
    else again(signal)
  }
  // Not by the event's argument: `process.emit('SIGTERM')`, as services do to end themselves, has none.
  const listeners = signals.map((signal) => [signal, () => heard(signal)] as const)
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/** What shells report of a process that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

import type { Channel } from './channel.ts'

/** One end of a process's IPC channel: `process` in a worker, a `cluster.Worker` in the primary. */
export interface IpcEnd {
  send?: unknown
  on(event: string, listener: (...values: unknown[]) => void): unknown
  off(event: string, listener: (...values: unknown[]) => void): unknown
}

type Send = (message: object, handle: undefined, options: undefined, done: () => void) => unknown

// A process that is stopped reads nothing, and whatever is sent to it would pile up here.
const mostUnderWay = 8

/** A line over the IPC channel that `node:cluster` has anyway; the application's own messages go on as before. */
export function ipcChannel(end: IpcEnd): Channel {
  let underWay = 0
  return {
    post(message) {
      if (underWay >= mostUnderWay || typeof end.send !== 'function') return false
      underWay++
      try {
        // The callback also takes the error of a channel that is closed, which would else be an event.
        ;(end.send as Send)(message, undefined, undefined, () => {
          underWay--
        })
        return true
      } catch {
        underWay--
        return false
      }
    },
    listen(onMessage) {
      end.on('message', onMessage)
      return () => void end.off('message', onMessage)
    },
  }
}

import { BroadcastChannel } from 'node:worker_threads'
import type { Channel } from './channel.ts'

/**
 * A line to a worker thread, by the thread's number: `BroadcastChannel` is the only one that can be let go of.
 * A listener on `parentPort` would keep the thread alive, and letting go of the port would take from the application
 * that its own listener does.
 */
export function threadChannel(threadId: number): Channel {
  let line: BroadcastChannel | undefined
  return {
    post(message) {
      try {
        line?.postMessage(message)
      } catch {
        // Closed meanwhile.
      }
    },
    listen(onMessage) {
      const opened = new BroadcastChannel(`hale:cluster:${threadId}`)
      line = opened
      opened.onmessage = (event) => onMessage((event as { data: unknown }).data)
      opened.unref()
      return () => {
        line = undefined
        opened.close()
      }
    },
  }
}

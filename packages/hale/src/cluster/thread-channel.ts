import { BroadcastChannel } from 'node:worker_threads'
import type { Channel } from './channel.ts'

/** At which end of the line. */
export type ThreadSide = 'primary' | 'thread'

interface Sent {
  readonly from: ThreadSide
  readonly message: object
}

/**
 * A line to a worker thread, by the thread's number: `BroadcastChannel` is the only one that can be let go of.
 * A listener on `parentPort` would keep the thread alive, and letting go of the port would take from the application
 * that its own listener does. Everybody hears what is said there, a second collector in the primary too, and must not
 * take it for the thread's sign of life.
 */
export function threadChannel(threadId: number, side: ThreadSide): Channel {
  let line: BroadcastChannel | undefined
  return {
    post(message) {
      if (line === undefined) return false
      try {
        line.postMessage({ from: side, message } satisfies Sent)
        return true
      } catch {
        // Closed meanwhile.
        return false
      }
    },
    listen(onMessage) {
      const opened = new BroadcastChannel(`hale:cluster:${threadId}`)
      line = opened
      opened.onmessage = (event) => {
        const sent = (event as { data: Partial<Sent> | null }).data
        if (sent?.from !== side) onMessage(sent?.message)
      }
      opened.unref()
      return () => {
        line = undefined
        opened.close()
      }
    },
  }
}

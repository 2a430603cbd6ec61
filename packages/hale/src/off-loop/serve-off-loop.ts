import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { durationText } from '../core/text.ts'
import { finite } from '../mirror/state.ts'
import { patienceOf } from '../server/probe-server.ts'
import { LoopBeat } from './loop-beat.ts'
import { monotonicMs } from './monotonic.ts'
import { type OffLoopOptions, offLoopSettings } from './off-loop-settings.ts'
import { ProbeThread } from './probe-thread.ts'
import type { ToThread } from './protocol.ts'
import { Publisher } from './publisher.ts'
import { SharedMemory } from './shared-memory.ts'

/** Health endpoints that a thread of their own serves. */
export interface OffLoopServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string
  readonly port: number
  /** Stops listening and ends the thread; resolves when the last answer has been sent. */
  close(): Promise<void>
}

const graceMs = 500

/**
 * Serves the health endpoints from a worker thread, on a port of their own: they answer in milliseconds however busy
 * the event loop is, and are DOWN when it has been blocked for too long. Paths, bodies and formats are those of
 * `serveHealth`. Unlike other servers it keeps no process alive: a process that has nothing left to do has nothing
 * left to be asked about.
 *
 * @throws ConfigurationError with every problem of the options; rejects as `listen` does when the port is taken.
 *
 * @example
 * ```ts
 * import { serveOffLoop } from 'hale/off-loop'
 *
 * const probes = await serveOffLoop(health, { port: 9000, blockedAfterMs: 5000 })
 * console.log(probes.url)
 * ```
 */
export async function serveOffLoop(health: HealthSource, options: OffLoopOptions): Promise<OffLoopServer> {
  const { port, host, blockedAfterMs, maxSnapshotAgeMs, handler } = offLoopSettings(health, options)
  const memory = new SharedMemory()
  const publisher = new Publisher(health, memory)
  const beat = new LoopBeat(memory, (gapMs) => {
    publisher.confirm()
    if (gapMs <= blockedAfterMs) return
    const message = `the event loop was blocked for ${durationText(gapMs)}`
    logSafely(health.logger, 'warn', message, { blockedMs: Math.round(gapMs) })
  })
  const stop = (): void => {
    publisher.stop()
    beat.stop()
  }
  const thread = new ProbeThread(
    { memory: memory.buffer, port, host, options: handler, blockedAfterMs, maxSnapshotAgeMs },
    {
      logger: health.logger,
      ask: (name, post) => void answer(health, name, post),
      publish: () => publisher.publish(),
    },
  )
  try {
    const listening = await thread.start()
    const close = async (): Promise<void> => {
      await thread.close(patienceOf(health) + graceMs)
      stop()
    }
    return { url: listening.url, port: listening.port, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    stop()
    throw error
  }
}

/** Asks the registry for the probe thread. The answer goes by itself: one to who waited in vain is in no snapshot. */
async function answer(health: HealthSource, name: string, post: (message: ToThread) => void): Promise<void> {
  try {
    const report = await health.ask(name)
    const validity = finite(health.validity?.(name) ?? { freshMs: 0, staleMs: Infinity })
    post({ kind: 'answer', name, takenAt: monotonicMs(), report, validity })
  } catch (error) {
    logSafely(health.logger, 'error', 'the registry could not be asked', { err: error })
    post({ kind: 'answer', name, takenAt: monotonicMs(), report: undefined, validity: {} })
  }
}

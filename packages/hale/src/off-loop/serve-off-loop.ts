import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { durationText } from '../core/text.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { finite } from '../mirror/state.ts'
import { patienceOf } from '../server/probe-server.ts'
import { LoopBeat } from './loop-beat.ts'
import { monotonicMs } from './monotonic.ts'
import { type OffLoopOptions, type OffLoopSettings, offLoopSettings } from './off-loop-settings.ts'
import { ProbeThread } from './probe-thread.ts'
import type { Behaviour, ToThread } from './protocol.ts'
import { Publisher } from './publisher.ts'
import { SharedMemory } from './shared-memory.ts'

/** Health endpoints that a thread of their own serves. */
export interface OffLoopServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string
  readonly port: number
  /**
   * Answers by other options from now on, on the same connections; `port` and `host` must be as they were given first.
   * Resolves when the thread does so.
   *
   * @throws ConfigurationError with every problem of the options.
   */
  reconfigure(options: OffLoopOptions): Promise<void>
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
  const settings = offLoopSettings(health, options)
  const { port, host } = settings
  let { blockedAfterMs } = settings
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
    { memory: memory.buffer, port, host, ...behaviourOf(settings) },
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
    const reconfigure = async (others: OffLoopOptions): Promise<void> => {
      const next = offLoopSettings(health, others)
      const moved = (['port', 'host'] as const).filter((name) => next[name] !== settings[name])
      if (moved.length > 0)
        throw new ConfigurationError(
          'serveOffLoop',
          moved.map((name) => `${name}: expected what it was given first; serve anew to listen elsewhere`),
        )
      blockedAfterMs = next.blockedAfterMs
      await thread.reconfigure(behaviourOf(next))
    }
    return { url: listening.url, port: listening.port, reconfigure, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    stop()
    throw error
  }
}

function behaviourOf({ handler, blockedAfterMs, maxSnapshotAgeMs }: OffLoopSettings): Behaviour {
  return { options: handler, blockedAfterMs, maxSnapshotAgeMs }
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

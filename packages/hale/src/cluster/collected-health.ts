import type { HealthSource } from '../core/health.ts'
import type { HealthEvents } from '../core/transitions.ts'
import type { WorkerInfo } from './cluster-settings.ts'

/** A worker thread, as far as it is needed. */
export interface ThreadLike {
  readonly threadId: number
  once(event: 'exit', listener: (exitCode: number) => void): unknown
}

/** The health of all workers, for endpoints of the primary's own. */
export interface CollectedHealth extends HealthSource, AsyncDisposable {
  /** Takes a worker thread in. Call what it returns when you are about to end the thread on purpose. */
  add(thread: ThreadLike): () => void
  /** The workers as they stand now. */
  readonly workers: readonly WorkerInfo[]
  /** The whole service is on its way out: readiness is OUT_OF_SERVICE in every worker from now on. */
  drain(reason?: string): void
  readonly draining: boolean
  /** Hears of each change of a probe's or group's verdict; returns what stops it. */
  on(event: 'transition', listener: (transition: HealthEvents['transition']) => void): () => void
  /** Stops collecting: the workers answer for themselves, and say so. */
  dispose(): Promise<void>
}

import type { WatchedChange } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import type { Report } from '../core/report.ts'
import {
  askStatus,
  leavesWith,
  NOT_SERVING,
  SERVING,
  type ServingStatus,
  statusOf,
  type WatchedHealth,
} from './serving-status.ts'
import { type WatchCall, WatchStream } from './watch-stream.ts'

/** What is watched, by everybody who watches it. */
interface Topic {
  readonly streams: Set<WatchStream>
  /** Undefined until the first answer. */
  status: ServingStatus | undefined
  asking: boolean
}

/**
 * The open Watches. Those of one subject share what is known of it, and all share one timer: a thousand clients cost
 * the checks what one does. With nobody watching there is neither a timer nor a listener.
 */
export class Watches {
  readonly #health: WatchedHealth
  readonly #refreshMs: number
  readonly #topics = new Map<string, Topic>()
  #count = 0
  #stop: (() => void) | undefined
  #lookDue = false
  #lookAtAll = false
  #closed = false

  constructor(health: WatchedHealth, refreshMs: number) {
    this.#health = health
    this.#refreshMs = refreshMs
  }

  get count(): number {
    return this.#count
  }

  open(subject: string, call: WatchCall): void {
    if (call.cancelled) return
    let topic = this.#topics.get(subject)
    if (topic === undefined) {
      topic = { streams: new Set(), status: undefined, asking: false }
      this.#topics.set(subject, topic)
    }
    const { streams } = topic
    const stream = new WatchStream(call, (ended) => this.#leave(subject, streams, ended))
    streams.add(stream)
    this.#count++
    this.#start()
    if (this.#closed) stream.end(this.#known(subject, topic.status))
    else if (topic.status !== undefined) stream.tell(topic.status)
    else this.#ask(subject, topic)
  }

  /** From now on none stays open. */
  close(): void {
    this.#closed = true
    this.#endAll()
  }

  get #leaving(): boolean {
    return this.#closed || this.#health.draining === true
  }

  /** The last message and the end for all that are open. */
  #endAll(): void {
    for (const [subject, topic] of [...this.#topics]) {
      topic.status = this.#known(subject, topic.status)
      for (const stream of [...topic.streams]) stream.end(topic.status)
    }
  }

  #leave(subject: string, streams: Set<WatchStream>, stream: WatchStream): void {
    if (!streams.delete(stream)) return
    this.#count--
    if (streams.size === 0 && this.#topics.get(subject)?.streams === streams) this.#topics.delete(subject)
    if (this.#count > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): void {
    if (this.#stop !== undefined) return
    const { clock } = this.#health
    let draining = this.#health.draining === true
    const next = (): void => {
      cancel = clock.after(this.#refreshMs, next)
      for (const [subject, topic] of this.#topics) this.#ask(subject, topic)
    }
    let cancel = clock.after(this.#refreshMs, next)
    const unwatch = this.#health.watch?.((what) => {
      // Only those that were open when it began: a client that asks again at once, as most do, would otherwise turn
      // in a circle for as long as the drain takes.
      const begins = !draining && this.#health.draining === true
      draining ||= begins
      if (begins) this.#endAll()
      else this.#lookSoon(what)
    })
    this.#stop = () => {
      cancel()
      unwatch?.()
    }
  }

  /** Once for all that changes together. */
  #lookSoon(what: WatchedChange): void {
    // A result that left its check's status as it was can still end what was said of a check that had not answered.
    this.#lookAtAll ||= what !== 'result'
    if (this.#lookDue) return
    this.#lookDue = true
    queueMicrotask(() => {
      const all = this.#lookAtAll
      this.#lookDue = false
      this.#lookAtAll = false
      for (const [subject, topic] of this.#topics) {
        if (topic.status === undefined || (!all && topic.status === SERVING)) continue
        this.#look(subject, topic)
      }
    })
  }

  /** Tells what is known without running anything, unless a check is new and nothing is known of it yet. */
  #look(subject: string, topic: Topic): void {
    const report = this.#latest(subject)
    if (!this.#leaving && report !== undefined && hasNeverRun(report)) this.#ask(subject, topic)
    else this.#tell(topic, this.#known(subject, statusOf(report)))
  }

  #ask(subject: string, topic: Topic): void {
    if (topic.asking) return
    const failed = (err: unknown): void => {
      logSafely(this.#health.logger, 'error', 'the registry could not be asked', { err })
      told(NOT_SERVING)
    }
    const told = (status: ServingStatus): void => {
      topic.asking = false
      this.#tell(topic, status)
    }
    topic.asking = true
    try {
      const status = askStatus(this.#health, subject)
      if (status instanceof Promise) status.then(told, failed)
      else told(status)
    } catch (error) {
      failed(error)
    }
  }

  #tell(topic: Topic, status: ServingStatus): void {
    if (topic.status === status) return
    topic.status = status
    for (const stream of topic.streams) stream.tell(status)
  }

  /** What is known of a subject without running anything: nobody on the way out serves. */
  #known(subject: string, status: ServingStatus | undefined): ServingStatus {
    if (this.#leaving && leavesWith(this.#health, subject)) return NOT_SERVING
    return status ?? statusOf(this.#latest(subject))
  }

  #latest(subject: string): Report | undefined {
    try {
      return this.#health.latest(subject)
    } catch (error) {
      logSafely(this.#health.logger, 'error', 'the registry could not be read', { err: error })
      return undefined
    }
  }
}

function hasNeverRun(report: Report): boolean {
  return Object.values(report.checks).some(({ enabled, checkedAt }) => enabled && checkedAt === undefined)
}

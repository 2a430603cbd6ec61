import { DisposedError } from '../errors/disposed-error.ts'
import { safeFailure } from '../errors/safe-message.ts'
import { StartupError } from '../errors/startup-error.ts'
import { type Logger, logSafely } from './logger.ts'
import type { ApplicationReport } from './report.ts'
import { boundText } from './text.ts'

const well: ApplicationReport = Object.freeze({ status: 'UP' })

interface StartupTask {
  readonly name: string
  pending: boolean
  failure?: { readonly text: string; readonly thrown: unknown }
}

/** The service's own state: starting, running, in maintenance, draining, stopped. */
export class Lifecycle {
  /** Startup is complete, for good. */
  started = false
  readonly #changed: () => void
  readonly #logger: Logger | undefined
  readonly #tasks: StartupTask[] = []
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  #startupChecksDone: () => boolean
  #maintenance: string | undefined
  #draining: string | undefined
  #stopped = false

  constructor(startupChecksDone: () => boolean, changed: () => void, logger?: Logger) {
    this.#startupChecksDone = startupChecksDone
    this.#changed = changed
    this.#logger = logger
  }

  /** How readiness sees the service. */
  readiness(): ApplicationReport {
    if (this.#stopped) return outOfService('stopped', '')
    const failed = this.#failedStart()
    if (failed !== undefined) return failed
    if (this.#draining !== undefined) return outOfService('draining', this.#draining)
    if (this.#maintenance !== undefined) return outOfService('maintenance', this.#maintenance)
    return this.#pendingStart() ?? well
  }

  /** How startup sees it; without its checks, which the group adds. */
  startup(): ApplicationReport {
    if (this.started) return well
    return this.#failedStart() ?? this.#pendingStart() ?? well
  }

  task(name: string, promise: PromiseLike<unknown>): void {
    const task: StartupTask = { name: boundText(name) ?? 'unnamed', pending: true }
    this.#tasks.push(task)
    this.#changed()
    Promise.resolve(promise).then(
      () => this.#taskEnded(task),
      (thrown: unknown) => this.#taskFailed(task, thrown),
    )
  }

  /** Completes startup when nothing is left of it. */
  considerStarted(): void {
    if (
      this.started ||
      this.#stopped ||
      this.#tasks.some((task) => task.pending || task.failure !== undefined)
    )
      return
    if (!this.#startupChecksDone()) return
    this.started = true
    for (const { resolve } of this.#waiting.splice(0)) resolve()
    this.#changed()
  }

  whenStarted(): Promise<void> {
    this.considerStarted()
    if (this.started) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#rejectWaiting()
    })
  }

  get waitedFor(): boolean {
    return this.#waiting.length > 0
  }

  outOfService(reason: string | undefined): void {
    this.#maintenance = boundText(reason) ?? ''
    this.#changed()
  }

  inService(): void {
    this.#maintenance = undefined
    this.#changed()
  }

  drain(reason: string | undefined): void {
    this.#draining = boundText(reason) ?? ''
    this.#changed()
  }

  get draining(): boolean {
    return this.#draining !== undefined || this.#stopped
  }

  stop(): void {
    this.#stopped = true
    this.#rejectWaiting()
    this.#changed()
  }

  #taskFailed(task: StartupTask, thrown: unknown): void {
    const text = safeFailure(thrown, 'failed').message
    logSafely(this.#logger, 'error', `startup task ${task.name}: ${text}`, { task: task.name, err: thrown })
    this.#taskEnded(task, { text, thrown })
  }

  #taskEnded(task: StartupTask, failure?: StartupTask['failure']): void {
    task.pending = false
    if (failure !== undefined) task.failure = failure
    this.#rejectWaiting()
    this.considerStarted()
    this.#changed()
  }

  #rejectWaiting(): void {
    const failed = this.#tasks.find((task) => task.failure !== undefined)
    const error = this.#stopped
      ? new DisposedError()
      : failed && new StartupError(failed.name, failed.failure?.thrown)
    if (error === undefined) return
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  #failedStart(): ApplicationReport | undefined {
    const failed = this.#tasks.filter((task) => task.failure !== undefined)
    if (failed.length === 0) return undefined
    const texts = failed.map((task) => `${task.name}: ${task.failure?.text}`)
    return Object.freeze({ status: 'DOWN', message: `startup failed: ${texts.join(', ')}` })
  }

  #pendingStart(): ApplicationReport | undefined {
    const pending = this.#tasks.filter((task) => task.pending).map((task) => task.name)
    return pending.length === 0 ? undefined : outOfService('starting', pending.join(', '))
  }
}

function outOfService(state: string, reason: string): ApplicationReport {
  return Object.freeze({ status: 'OUT_OF_SERVICE', message: reason === '' ? state : `${state}: ${reason}` })
}

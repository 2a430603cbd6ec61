import { ignoreRejection } from '../../errors/ignore-rejection.ts'
import { safeFailure } from '../../errors/safe-message.ts'
import { StartupError } from '../../errors/startup-error.ts'
import type { Clock } from '../clock.ts'
import { deadline } from '../deadline.ts'
import { type Logger, logSafely } from '../logger.ts'
import type { ApplicationReport } from '../report.ts'
import { repeat } from '../schedule.ts'
import { boundText, durationText } from '../text.ts'
import { Milestone } from './milestone.ts'

/** How far a startup task has come: a text of your own, or parts of a whole, shown as `3/7`. */
export type StartupProgress = string | { readonly done: number; readonly total: number }

/** Options of `health.startupTask`. */
export interface StartupTaskOptions {
  /**
   * After how many milliseconds an unsettled task counts as failed. Should it end well after all, it has not failed.
   * @default no limit but that of the whole start
   */
  readonly timeoutMs?: number
  /** Asked when somebody looks, at most once a second, for as long as the task is pending. */
  readonly progress?: () => StartupProgress | undefined
}

/** Options of `createHealth({ startup })`. */
export interface StartupOptions {
  /**
   * Milliseconds from `createHealth` until every startup task and startup check has to be done; past them startup is
   * DOWN and says what is missing. It recovers when they are done after all.
   * @default no limit
   */
  readonly timeoutMs?: number
  /**
   * Whether liveness is DOWN once startup has failed. For platforms without a startup probe (Docker, Amazon ECS),
   * which would otherwise keep a process that can never begin.
   * @default false
   */
  readonly restartOnFailure?: boolean
}

/** What the start of a service needs to know. */
export interface StartupSettings extends StartupOptions {
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** The startup checks that have not been UP yet. */
  readonly checksPending: () => readonly string[]
  /** Something in the reports has changed. */
  readonly changed: () => void
  /** Asks the startup checks. */
  readonly look: () => void
}

/** One that is pending, or that has failed. */
interface Task {
  readonly name: string
  readonly progress: StartupTaskOptions['progress']
  shown: string
  shownUntil: number
  failure?: { readonly text: string; readonly thrown: unknown }
}

const lookMs = 1000

/** A service's start: its tasks and checks, and the time that they have. Complete once, and then for good. */
export class Startup {
  readonly #settings: StartupSettings
  readonly #tasks = new Set<Task>()
  readonly #complete: Milestone
  readonly #timers = new Set<() => void>()
  #overdue = false
  #leaving = false
  #stopped: Error | undefined

  constructor(settings: StartupSettings) {
    this.#settings = settings
    this.#complete = new Milestone(settings.clock, settings.look)
    const { timeoutMs } = settings
    if (timeoutMs === undefined) return
    this.#after(timeoutMs, () => this.#tooLate(timeoutMs))
    // Where no platform asks, nobody else would: the deadline must not fail a start for want of a question.
    const look = (): void => {
      if (settings.checksPending().length > 0) settings.look()
    }
    this.#timers.add(repeat(settings.clock, lookMs, look))
  }

  get complete(): boolean {
    return this.#complete.reached
  }

  task(name: string, promise: PromiseLike<unknown>, { timeoutMs, progress }: StartupTaskOptions = {}): void {
    const shown = boundText(name) ?? 'unnamed'
    const task: Task = { name: shown, progress, shown, shownUntil: -Infinity }
    this.#tasks.add(task)
    this.#settings.changed()
    const late = (): void => {
      const text = `timed out after ${durationText(timeoutMs ?? 0)}`
      this.#taskFailed(task, text, new Error(`${task.name} ${text}`))
    }
    const limited = timeoutMs !== undefined && this.#stopped === undefined
    const cancel = limited ? this.#after(timeoutMs, late) : () => {}
    Promise.resolve(promise).then(
      () => {
        cancel()
        this.#taskEnded(task)
      },
      (thrown: unknown) => {
        cancel()
        this.#taskFailed(task, safeFailure(thrown, 'failed').message, thrown)
      },
    )
  }

  /** Completes the start when nothing is left of it. */
  consider(): void {
    if (this.complete || this.#stopped !== undefined) return
    if (this.#tasks.size > 0 || this.#settings.checksPending().length > 0) return
    this.#overdue = false
    this.#cancelTimers()
    this.#complete.reach()
    this.#settings.changed()
  }

  when(): Promise<void> {
    this.consider()
    const done = this.#complete.wait()
    this.#rejectFailed()
    return done
  }

  /**
   * The service is on its way out. Whoever waits for the start hears no more of it, unless it is done after all: a
   * rejection would end `await health.started()` in an uncaught error, and a shutdown that goes well with exit code 1.
   */
  leave(): void {
    this.#leaving = true
  }

  /** Ends it undone: nothing is waited for any more. */
  stop(error: Error): void {
    this.#stopped = error
    this.#cancelTimers()
    if (this.#leaving) this.#complete.abandon()
    else this.#complete.fail(error)
  }

  /** DOWN with the reason when it has failed. */
  get failed(): ApplicationReport | undefined {
    const texts = [...this.#tasks].flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name}: ${failure.text}`],
    )
    if (texts.length > 0) return failedReport(`startup failed: ${texts.join(', ')}`)
    return this.#overdue ? failedReport(this.#overdueText()) : undefined
  }

  /** What is still to be done, in words; undefined when no task is pending. */
  get pending(): string | undefined {
    const pending = [...this.#tasks].filter(({ failure }) => failure === undefined)
    return pending.length === 0 ? undefined : pending.map((task) => this.#shown(task)).join(', ')
  }

  #taskEnded(task: Task): void {
    if (this.#stopped !== undefined) return
    // Also one that was given up on at its timeout.
    this.#tasks.delete(task)
    this.consider()
    this.#settings.changed()
  }

  #taskFailed(task: Task, text: string, thrown: unknown): void {
    // What is begun fails when a service ends beneath it; that is no news to anybody.
    if (this.#stopped !== undefined) return
    task.failure = { text, thrown }
    const details = { task: task.name, err: thrown }
    logSafely(this.#settings.logger, 'error', `startup task ${task.name}: ${text}`, details)
    this.#rejectFailed()
    this.#settings.changed()
  }

  #tooLate(timeoutMs: number): void {
    // Nobody may have asked since the last of it was done.
    this.consider()
    if (this.complete) return
    this.#overdue = true
    logSafely(this.#settings.logger, 'error', this.#overdueText(), { timeoutMs })
    this.#rejectFailed()
    this.#settings.changed()
  }

  #overdueText(): string {
    const missing = [this.pending, ...this.#settings.checksPending()].filter((text) => text !== undefined)
    return `not started within ${durationText(this.#settings.timeoutMs ?? 0)}: ${missing.join(', ')}`
  }

  #rejectFailed(): void {
    if (this.#leaving) {
      if (this.#stopped !== undefined) this.#complete.abandon()
      return
    }
    const failed = [...this.#tasks].find(({ failure }) => failure !== undefined)
    if (this.#stopped !== undefined) this.#complete.fail(this.#stopped)
    else if (failed !== undefined) this.#complete.fail(new StartupError(failed.name, failed.failure?.thrown))
    else if (this.#overdue) this.#complete.fail(new StartupError(undefined, new Error(this.#overdueText())))
  }

  /** A task's name and how far it has come. A probe must not pay for the question each time. */
  #shown(task: Task): string {
    const now = this.#settings.clock.now()
    if (task.progress === undefined || now < task.shownUntil) return task.shown
    task.shown = withProgress(task.name, task.progress)
    task.shownUntil = now + lookMs
    return task.shown
  }

  #after(delayMs: number, callback: () => void): () => void {
    const cancelDeadline = deadline(this.#settings.clock, delayMs, callback)
    const cancel = (): void => {
      this.#timers.delete(cancel)
      cancelDeadline()
    }
    this.#timers.add(cancel)
    return cancel
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }
}

function failedReport(message: string): ApplicationReport {
  return Object.freeze({ status: 'DOWN', state: 'failed', message })
}

function withProgress(name: string, progress: () => unknown): string {
  try {
    const now = progress()
    ignoreRejection(now)
    const shown = typeof now === 'object' && now !== null ? partsOf(now) : boundText(now)
    return shown === undefined ? name : `${name} ${shown}`
  } catch {
    return name
  }
}

function partsOf({ done, total }: { readonly done?: unknown; readonly total?: unknown }): string | undefined {
  return Number.isFinite(done) && Number.isFinite(total) ? `${done}/${total}` : undefined
}

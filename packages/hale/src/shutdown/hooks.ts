import type { Clock } from '../core/clock.ts'
import { type Logger, logSafely } from '../core/logger.ts'
import type { OpenThing } from './open-thing.ts'

/** When a hook runs. */
export type HookMoment = 'drain' | 'stop' | 'close'

/** What a hook is told. */
export interface HookContext {
  /** Why the service ends: a signal's name, or the text given to `shutdown()`. */
  readonly reason: string
  /** Aborted when the hook's time is up. */
  readonly signal: AbortSignal
}

/** A hook with its settings. */
export interface ShutdownHook {
  /** How the log names it. */
  readonly name: string
  run(context: HookContext): unknown
  /**
   * Milliseconds after which the next hook's turn comes.
   * @default 5000
   */
  readonly timeoutMs?: number
  /**
   * `'drain'`: at once, beside the drain delay, which it can only lengthen; to deregister from a registry.
   * `'stop'`: when nothing more is accepted, beside the requests that finish; to end event streams and consumers.
   * `'close'`: after the last request; to flush and to close pools.
   * @default 'close'
   */
  readonly when?: HookMoment
}

/** A hook whose settings are complete. */
export type Hook = Required<Pick<ShutdownHook, 'name' | 'timeoutMs' | 'when'>> & {
  run(context: HookContext): unknown
}

/** A hook that threw, rejected or took too long. The error itself goes to the logger only. */
export interface FailedHook {
  readonly name: string
  readonly outcome: 'failed' | 'timed out'
}

/** Runs hooks one after another; none can stop the next. */
export class HookRunner {
  readonly failed: FailedHook[] = []
  readonly #hooks: readonly Hook[]
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  readonly #running = new Map<Hook, { readonly since: number; readonly giveUp: () => void }>()
  #over = false

  constructor(hooks: readonly Hook[], clock: Clock, logger: Logger | undefined) {
    this.#hooks = hooks
    this.#clock = clock
    this.#logger = logger
  }

  has(when: HookMoment): boolean {
    return this.#hooks.some((hook) => hook.when === when)
  }

  async run(when: HookMoment, reason: string): Promise<void> {
    for (const hook of this.#hooks) if (hook.when === when && !this.#over) await this.#one(hook, reason)
  }

  open(): OpenThing[] {
    const now = this.#clock.now()
    return [...this.#running].map(([{ name }, { since }]) => ({ kind: 'hook', name, openMs: now - since }))
  }

  /** Aborts what runs. */
  abort(): void {
    for (const { giveUp } of [...this.#running.values()]) giveUp()
  }

  /** Aborts what runs; nothing more is begun. */
  end(): void {
    this.#over = true
    this.abort()
  }

  async #one(hook: Hook, reason: string): Promise<void> {
    const { name, timeoutMs } = hook
    const controller = new AbortController()
    const work = (async () => hook.run({ reason, signal: controller.signal }))().then(
      () => 'done' as const,
      (error: unknown) => ({ error }),
    )
    const gaveUp = new Promise<'late'>((resolve) => {
      this.#running.set(hook, { since: this.#clock.now(), giveUp: () => resolve('late') })
    })
    const cancel = this.#clock.after(timeoutMs, () => this.#running.get(hook)?.giveUp())
    const outcome = await Promise.race([work, gaveUp])
    cancel()
    this.#running.delete(hook)
    if (outcome === 'done') return
    if (outcome === 'late') {
      this.failed.push({ name, outcome: 'timed out' })
      logSafely(this.#logger, 'warn', `shutdown hook ${name}: did not end in time`, { hook: name })
      controller.abort(new Error('the time of this shutdown hook is up'))
      return
    }
    this.failed.push({ name, outcome: 'failed' })
    logSafely(this.#logger, 'error', `shutdown hook ${name}: failed`, { hook: name, err: outcome.error })
  }
}

import type { Health } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { endWorkers, leaveCluster, type WorkersExit } from './cluster-exit.ts'
import { drainDelay } from './drain-delay.ts'
import { flushOutput } from './flush-output.ts'
import { closeHealthServers } from './health-servers.ts'
import { HookRunner } from './hooks.ts'
import { manageServer } from './manage-server.ts'
import type { ManagedServer, Surroundings } from './managed-server.ts'
import { listOpen, type OpenThing } from './open-thing.ts'
import type { ShutdownResult } from './shutdown-options.ts'
import type { ShutdownSettings } from './shutdown-settings.ts'

/** What a shutdown needs of a registry. */
export type DrainableHealth = Pick<Health, 'drain' | 'dispose' | 'clock' | 'logger'>

/** Where a shutdown is. */
export type ShutdownPhase = 'running' | 'draining' | 'stopping' | 'closing' | 'done'

const afterwardsMs = 1000

/** The way out, phase by phase. */
export class ShutdownRun {
  readonly #health: DrainableHealth
  readonly #settings: ShutdownSettings
  readonly #servers: readonly ManagedServer[]
  readonly #hooks: HookRunner
  readonly #cutOff: OpenThing[] = []
  readonly #enteredAt = new Map<ShutdownPhase, number>()
  readonly #timers: (() => void)[] = []
  #workers: WorkersExit = { count: 0, done: Promise.resolve(), failed: false, open: () => [], cut() {} }
  #phase: ShutdownPhase = 'running'
  #reason = ''
  #late = false

  constructor(health: DrainableHealth, settings: ShutdownSettings) {
    this.#health = health
    this.#settings = settings
    const { clock, logger } = health
    const surroundings: Surroundings = {
      now: () => clock.now(),
      after: (delayMs, callback) => clock.after(delayMs, callback),
      upgradedTimeoutMs: settings.upgradedTimeoutMs,
      signals: settings.signals,
      complain: (message, err) => logSafely(logger, 'warn', message, err === undefined ? {} : { err }),
    }
    this.#hooks = new HookRunner(settings.hooks, clock, logger)
    this.#servers = settings.servers.map((server, index) => manageServer(server, index, surroundings))
  }

  get phase(): ShutdownPhase {
    return this.#phase
  }

  /** Goes through all of it. Called once. */
  async go(reason: string, signal: NodeJS.Signals): Promise<ShutdownResult> {
    this.#reason = reason
    const { timeoutMs } = this.#settings
    const deadline = this.#time(timeoutMs)
    const cutAt = this.#time(timeoutMs - this.#keptForClosing())
    await this.#drain(signal, cutAt)
    this.#enter('stopping')
    this.#log('info', 'accepts nothing more', { open: this.#open().length })
    const stopped = this.#servers.map((server) => server.stop())
    await this.#before(cutAt, [...stopped, this.#hooks.run('stop', reason), this.#workers.done])
    this.#enter('closing')
    await this.#before(
      this.#late ? deadline : cutAt,
      this.#servers.map((server) => server.close()),
    )
    await this.#before(deadline, [this.#hooks.run('close', reason)])
    this.#hooks.end()
    await this.#end(deadline)
    return this.#result(this.#late || this.#workers.failed ? 1 : 0)
  }

  /** Cuts off everything at once. */
  force(code: number, why: string): ShutdownResult {
    this.#cutEverything(why, 'warn')
    this.#hooks.end()
    return this.#result(code)
  }

  /** Takes away what was put on the servers, and stops every timer. */
  release(): void {
    for (const server of this.#servers) server.release()
    for (const cancel of this.#timers.splice(0)) cancel()
  }

  async #drain(signal: NodeJS.Signals, cutAt: Promise<void>): Promise<void> {
    this.#enter('draining')
    this.#health.drain(this.#reason)
    this.#workers = endWorkers(signal)
    for (const server of this.#servers) server.drain()
    const delayMs = drainDelay(this.#settings.drainDelayMs, {
      reason: this.#reason,
      listening: this.#servers.map(({ listening }) => listening),
      workers: this.#workers.count,
    })
    this.#log('info', `${this.#reason}: draining for ${delayMs} ms`, { workers: this.#workers.count })
    // Without a wait no timer either: a fake clock need not be told of it.
    const delay = delayMs > 0 ? this.#time(delayMs) : undefined
    await Promise.race([Promise.all([delay, this.#hooks.run('drain', this.#reason)]), cutAt])
  }

  /** Waits for what ends the phase; when the time is up first, what is still open is cut off. */
  async #before(limit: Promise<void>, work: readonly Promise<unknown>[]): Promise<void> {
    const done = Promise.all(work).then(() => true)
    if (await Promise.race([done, limit.then(() => false)])) return
    this.#late = true
    this.#cutEverything(`not everything ended within ${this.#settings.timeoutMs} ms`, 'error')
  }

  async #end(deadline: Promise<void>): Promise<void> {
    const { clock } = this.#health
    await closeHealthServers(this.#settings.healthServers, clock)
    const moment = this.#time(afterwardsMs)
    const enough = Promise.race([deadline, moment])
    await Promise.race([this.#health.dispose(), enough]).catch((err: unknown) =>
      this.#log('error', 'the health registry could not be disposed', { err }),
    )
    const totalMs = Math.round(this.#since('draining'))
    this.#log('info', `done in ${totalMs} ms`, { failedHooks: this.#hooks.failed })
    await leaveCluster(Promise.all([deadline, moment]))
    // A reader that is slow has until the deadline; one that makes us late anyway, a last moment.
    await flushOutput(this.#late ? enough : deadline)
  }

  #cutEverything(why: string, level: 'warn' | 'error'): void {
    const open = this.#open()
    this.#cutOff.push(...open)
    const named = open.length === 0 ? '' : `; still open: ${listOpen(open)}`
    this.#log(level, `${why}${named}`, { open: open.slice(0, 100), count: open.length })
    this.#hooks.abort()
    for (const server of this.#servers) server.cut()
    this.#workers.cut()
  }

  #open(): OpenThing[] {
    return [
      ...this.#servers.flatMap((server) => server.open()),
      ...this.#hooks.open(),
      ...this.#workers.open(),
    ]
  }

  /** Requests that use up all of the time must not cost the flush of the hooks too. */
  #keptForClosing(): number {
    const anything = this.#hooks.has('close') || this.#servers.length > 0
    return anything ? Math.min(afterwardsMs, this.#settings.timeoutMs / 10) : 0
  }

  #time(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.push(this.#health.clock.after(delayMs, resolve))
    })
  }

  #enter(phase: ShutdownPhase): void {
    this.#phase = phase
    this.#enteredAt.set(phase, this.#health.clock.now())
  }

  #since(phase: ShutdownPhase): number {
    const at = this.#enteredAt.get(phase)
    return at === undefined ? 0 : this.#health.clock.now() - at
  }

  #result(code: number): ShutdownResult {
    this.#phase = 'done'
    const totalMs = this.#since('draining')
    const drainingMs = totalMs - this.#since('stopping')
    const closingMs = this.#since('closing')
    return {
      reason: this.#reason,
      code,
      open: this.#cutOff,
      failedHooks: this.#hooks.failed,
      durations: { drainingMs, stoppingMs: totalMs - drainingMs - closingMs, closingMs, totalMs },
    }
  }

  #log(level: 'info' | 'warn' | 'error', message: string, details: object): void {
    logSafely(this.#health.logger, level, `shutdown: ${message}`, details)
  }
}

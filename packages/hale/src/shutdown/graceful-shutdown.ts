import { logSafely } from '../core/logger.ts'
import { callSafely } from '../errors/call-safely.ts'
import { outliveWorkers } from './cluster-exit.ts'
import { outliveReaders } from './flush-output.ts'
import { listenToParent } from './parent-link.ts'
import type { ShutdownOptions, ShutdownResult } from './shutdown-options.ts'
import { type DrainableHealth, type ShutdownPhase, ShutdownRun } from './shutdown-run.ts'
import { type ShutdownSettings, shutdownSettings } from './shutdown-settings.ts'
import { exitCodeOf, listenToSignals } from './signals.ts'

/** The service's way out, ready to be taken. */
export interface GracefulShutdown extends AsyncDisposable {
  /** Where it is: from `'running'` to `'done'`. */
  readonly phase: ShutdownPhase
  /** Resolves once a shutdown, whoever began it, is over; never rejects. With `exit: true` nothing runs after it. */
  readonly done: Promise<ShutdownResult>
  /**
   * Begins it, as a signal would; when it has begun already, waits for its end. Rejects when
   * the handle was disposed before.
   */
  shutdown(reason?: string): Promise<ShutdownResult>
  /**
   * Takes away the signal handlers and all that was put on the servers. It shuts nothing down; a shutdown that has
   * begun is waited for.
   */
  dispose(): Promise<void>
}

/** Signals on which the process exits already: two shutdowns would end it beneath each other. */
const taken = new Set<string>()

/**
 * Takes a service out of service without losing a request: readiness is 503 at once while everything is still served,
 * after a delay nothing more is accepted, what is under way finishes, hooks run, output is flushed, the process exits.
 * Call it before the servers listen.
 *
 * Liveness stays 200. HTTP/1 answers carry `Connection: close` from the signal on (RFC 9112, 9.6), HTTP/2 sessions get
 * GOAWAY (RFC 9113, 6.8), WebSocket clients 1001 (RFC 6455, 7.4.1). Past the deadline what is open is logged and cut
 * off, and the exit code is 1; another signal ends the process at once with 128 + its number.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { gracefulShutdown } from 'hale/shutdown'
 *
 * const server = createServer(app)
 * gracefulShutdown(health, { servers: [server], hooks: [() => pool.end()] })
 * server.listen(8080)
 * ```
 */
export function gracefulShutdown(health: DrainableHealth, options: ShutdownOptions = {}): GracefulShutdown {
  const settings = shutdownSettings(health, options, taken)
  const run = new ShutdownRun(health, settings)
  let resolve: (result: ShutdownResult) => void = () => {}
  const done = new Promise<ShutdownResult>((settle) => {
    resolve = settle
  })
  const ownsExit = settings.exit !== false
  const uninstall: (() => void)[] = []
  let hold: ReturnType<typeof setInterval> | undefined
  let over = false

  const end = (result: ShutdownResult): void => {
    if (over) return
    over = true
    release()
    resolve(result)
    exit(settings.exit, result.code)
  }

  const begin = (reason: string, signal: NodeJS.Signals = 'SIGTERM'): void => {
    if (hold !== undefined || over) return
    // Timers of the clock keep nothing alive, and neither do hooks: the process must not run out in the middle.
    hold = setInterval(() => {}, 2 ** 30)
    uninstall.push(outliveReaders())
    run.go(reason, signal).then(end, (err: unknown) => {
      logSafely(health.logger, 'error', 'shutdown: failed', { err })
      end(run.force(1, 'cut off'))
    })
  }

  const release = (): void => {
    clearInterval(hold)
    for (const undo of uninstall.splice(0)) undo()
    run.release()
  }

  const again = (signal: NodeJS.Signals): void => end(run.force(exitCodeOf(signal), `${signal} again`))
  const { signals } = settings
  uninstall.push(listenToSignals(signals, health.clock, (signal) => begin(signal, signal), again))
  if (settings.parent) uninstall.push(listenToParent(begin))
  uninstall.push(outliveWorkers())
  if (ownsExit) for (const signal of signals) taken.add(signal)
  uninstall.push(() => {
    if (ownsExit) for (const signal of signals) taken.delete(signal)
  })

  const dispose = async (): Promise<void> => {
    if (hold !== undefined) await done
    over = true
    release()
  }

  return {
    get phase() {
      return run.phase
    },
    done,
    async shutdown(reason = 'shutdown') {
      if (over && hold === undefined) throw new Error('shutdown() was called after dispose()')
      begin(reason)
      return done
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  }
}

function exit(how: ShutdownSettings['exit'], code: number): void {
  if (how === false) return
  if (how === true) {
    // An exit code that the application has set, because of what made it shut down, outlives a shutdown that went well.
    if (code === 0) process.exit()
    process.exit(code)
  }
  // The application owns the exit, and with it what goes wrong there.
  callSafely(() => how(code))
}

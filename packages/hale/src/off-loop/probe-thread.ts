import { Worker } from 'node:worker_threads'
import { type Logger, logSafely } from '../core/logger.ts'
import { durationText } from '../core/text.ts'
import { monotonicMs } from './monotonic.ts'
import type { Behaviour, FromThread, ListenFailure, ThreadData, ToThread } from './protocol.ts'

/** Where the probe thread listens. */
export interface Listening {
  readonly url: string
  readonly port: number
}

/** What the main thread does for the probe thread. */
export interface MainSide {
  readonly logger: Logger | undefined
  /** Asks the registry and posts its answer. */
  readonly ask: (name: string, post: (message: ToThread) => void) => void
  /** Called before a thread starts, for it must find the latest state. */
  readonly publish: () => void
}

const firstDelayMs = 100
const longestDelayMs = 30_000
// A thread that has run for so long is not failing at its start.
const provenAfterMs = 60_000

// The built file, wherever this module is: next to it, or run from its source.
const file = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/off-loop/worker.js' : './worker.js',
  import.meta.url,
)

/** Keeps the probe thread running: one that ends unasked is started again, at longer and longer intervals. */
export class ProbeThread {
  #data: ThreadData
  readonly #main: MainSide
  #worker: Worker | undefined
  #exited: Promise<void> = Promise.resolve()
  #port: number
  #failures = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #closing = false
  #awaitingBehaviour: (() => void)[] = []

  constructor(data: ThreadData, main: MainSide) {
    this.#data = data
    this.#main = main
    this.#port = data.port
  }

  /** Resolves once it listens; rejects as `listen` does. Then it keeps no process alive. */
  async start(): Promise<Listening> {
    const listening = await this.#spawn()
    this.#port = listening.port
    return listening
  }

  /** Resolves when the thread answers so; one that is started again does from its start. */
  async reconfigure(behaviour: Behaviour): Promise<void> {
    this.#data = { ...this.#data, ...behaviour }
    const worker = this.#worker
    if (worker === undefined) return
    await new Promise<void>((resolve) => {
      this.#awaitingBehaviour.push(resolve)
      post(worker, { kind: 'reconfigure', behaviour })
    })
  }

  /** Resolves when the thread has ended: after its last answer, or by force after so many milliseconds. */
  async close(patienceMs: number): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    const worker = this.#worker
    if (worker === undefined) return
    // Whoever waits for the end must not see the process end before.
    worker.ref()
    post(worker, { kind: 'close' })
    const forced = setTimeout(() => void worker.terminate(), patienceMs)
    forced.unref()
    await this.#exited
    clearTimeout(forced)
  }

  #spawn(): Promise<Listening> {
    this.#main.publish()
    const startedAt = monotonicMs()
    const worker = new Worker(file, {
      name: 'hale-off-loop',
      workerData: { ...this.#data, port: this.#port },
      // The application's preloads, flags and secrets are not for this thread.
      execArgv: [],
      env: {},
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    })
    this.#worker = worker
    return new Promise((resolve, reject) => {
      let failure: Error | undefined
      let listening = false
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'listening') {
          listening = true
          worker.unref()
          resolve(message)
        } else if (message.kind === 'failed') failure = listenError(message.failure)
        else if (message.kind === 'reconfigured') this.#awaitingBehaviour.shift()?.()
        else this.#serve(message, (answer) => post(worker, answer))
      })
      worker.on('error', (error: Error) => {
        failure = error
      })
      this.#exited = new Promise((exited) => {
        worker.on('exit', () => {
          if (this.#worker === worker) this.#worker = undefined
          for (const resolve of this.#awaitingBehaviour.splice(0)) resolve()
          reject(failure ?? new Error('the probe thread ended before it listened'))
          if (listening && !this.#closing) this.#startAgain(failure, monotonicMs() - startedAt)
          exited()
        })
      })
    })
  }

  #serve(
    message: Exclude<FromThread, { kind: 'listening' | 'failed' | 'reconfigured' }>,
    answer: (to: ToThread) => void,
  ): void {
    if (message.kind === 'log') {
      logSafely(this.#main.logger, message.level, message.message, message.details)
      return
    }
    answer({ kind: 'pong' })
    if (message.kind === 'ask') this.#main.ask(message.name, answer)
  }

  #startAgain(error: Error | undefined, ranMs: number): void {
    this.#failures = ranMs > provenAfterMs ? 0 : this.#failures
    const delayMs = Math.min(firstDelayMs * 2 ** this.#failures, longestDelayMs)
    this.#failures++
    const message = `the probe thread ended; it is started again in ${durationText(delayMs)}`
    logSafely(this.#main.logger, 'error', message, { err: error })
    this.#retry = setTimeout(() => {
      this.#spawn().catch((failure: Error) => {
        if (!this.#closing) this.#startAgain(failure, 0)
      })
    }, delayMs)
    this.#retry.unref()
  }
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}

function listenError({ message, ...fields }: ListenFailure): Error {
  return Object.assign(new Error(message), fields)
}

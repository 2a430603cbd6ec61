import type { EventEmitter } from 'node:events'
import type { Surroundings } from './managed-server.ts'

/** What Nest's `enableShutdownHooks()` leaves in an application. */
interface NestApplication {
  /** Of Nest 12: a listener a signal. */
  readonly shutdownCleanupRefs?: unknown
  /** Of Nest 11, which shows its listener to nobody: takes off all of them. */
  unsubscribeFromProcessSignals?(): void
}

type Listener = (...args: unknown[]) => void
type Taken = readonly [signal: NodeJS.Signals, listener: Listener]

/**
 * Takes from Nest's `enableShutdownHooks()` the signals that begin a shutdown here. Its listeners would end providers
 * at once, beneath the requests that are still served, and then send the signal again, which would cut off the rest.
 * Nothing is lost: `close()` runs the same hooks after the last answer. Other signals stay with Nest.
 */
export class NestSignals {
  readonly #app: NestApplication
  readonly #server: EventEmitter
  readonly #name: string
  readonly #surroundings: Surroundings
  readonly #taken: Taken[] = []
  readonly #take = (): void => {
    const [one] = this.#takeOff()
    if (one === undefined) return
    this.#tell(`would end providers at ${one}, beneath requests; close() does so after the last answer`)
  }
  #told = false

  constructor(app: object, server: object, name: string, surroundings: Surroundings) {
    this.#app = app
    this.#server = server as EventEmitter
    this.#name = name
    this.#surroundings = surroundings
    this.#take()
    // What is enabled after this is mostly enabled before the application listens.
    this.#server.on('listening', this.#take)
  }

  /** At the signal, when Nest's listener cannot be kept from hearing it any more. */
  takeLate(): void {
    const isLate = this.#takeOff().length > 0
    if (isLate) this.#tell('was called too late to be undone: providers end beneath requests')
    // close() ends Nest's listening for good.
    this.#taken.length = 0
  }

  /** Gives them back, when the application goes on without us. */
  release(): void {
    this.#server.off('listening', this.#take)
    for (const [signal, listener] of this.#taken.splice(0)) process.on(signal, listener)
  }

  #takeOff(): readonly NodeJS.Signals[] {
    const before = this.#taken.length
    for (const [signal, listener] of this.#nests()) {
      if (!this.#surroundings.signals.includes(signal)) continue
      process.off(signal, listener)
      this.#taken.push([signal, listener])
    }
    return this.#taken.slice(before).map(([signal]) => signal)
  }

  #nests(): readonly Taken[] {
    const { shutdownCleanupRefs: refs } = this.#app
    const listening = listeners()
    if (refs instanceof Map) return listening.filter(([signal, one]) => refs.get(signal) === one)
    this.#app.unsubscribeFromProcessSignals?.()
    const left = listeners()
    const nests = listening.filter(
      ([signal, one]) => !left.some(([at, other]) => at === signal && other === one),
    )
    for (const [signal, listener] of nests) process.on(signal, listener)
    return nests
  }

  #tell(what: string): void {
    if (this.#told) return
    this.#told = true
    const message = `shutdown: ${this.#name}: enableShutdownHooks() ${what}. Leave enableShutdownHooks() out`
    this.#surroundings.complain(message, undefined)
  }
}

/** Who listens to signals, of all in the process. */
function listeners(): readonly Taken[] {
  const signals = process.eventNames().filter((name) => String(name).startsWith('SIG')) as NodeJS.Signals[]
  return signals.flatMap((signal) =>
    process.listeners(signal).map((listener) => [signal, listener as Listener] as const),
  )
}

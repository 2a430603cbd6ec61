import type { ManagedServer, Surroundings } from './managed-server.ts'
import { settled } from './managed-server.ts'
import type { NestSignals } from './nest-signals.ts'
import type { OpenThing } from './open-thing.ts'

/**
 * An application that has an HTTP server within, such as Fastify's or Nest's. Its own `close()` comes after the last
 * answer: Fastify answers 503 from then on, and both end what requests need, such as database pools, too early.
 */
export class AppServerExit implements ManagedServer {
  readonly #http: ManagedServer
  readonly #closeApp: () => unknown
  readonly #name: string
  readonly #surroundings: Surroundings
  readonly #signals: NestSignals | undefined
  #closing = false
  #giveUp: () => void = () => {}

  constructor(
    http: ManagedServer,
    closeApp: () => unknown,
    name: string,
    surroundings: Surroundings,
    signals?: NestSignals,
  ) {
    this.#http = http
    this.#closeApp = closeApp
    this.#name = name
    this.#surroundings = surroundings
    this.#signals = signals
  }

  get listening(): boolean | undefined {
    return this.#http.listening
  }

  drain(): void {
    this.#signals?.takeLate()
    this.#http.drain()
  }

  stop(): Promise<void> {
    return this.#http.stop()
  }

  async close(): Promise<void> {
    this.#closing = true
    const closed = settled(this.#name, this.#surroundings, this.#closeApp)
    const givenUp = new Promise<void>((resolve) => {
      this.#giveUp = resolve
    })
    await Promise.all([Promise.race([closed, givenUp]), this.#http.close()])
    this.#closing = false
  }

  open(): readonly OpenThing[] {
    const open = this.#http.open()
    return this.#closing && open.length === 0 ? [{ kind: 'server', name: this.#name }] : open
  }

  cut(): void {
    this.#http.cut()
    this.#giveUp()
  }

  release(): void {
    this.#signals?.release()
    this.#http.release()
  }
}

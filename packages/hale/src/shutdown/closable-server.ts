import { type ManagedServer, type Surroundings, settled } from './managed-server.ts'
import type { OpenThing } from './open-thing.ts'

/** How to end something that looks after its own connections. */
export interface Closing {
  /** Begins the end, in good order. */
  readonly begin: () => unknown
  /** Ends by force. */
  readonly force: () => unknown
  /**
   * Whether requests under way may be a reason for it to be open: then its end is waited for with theirs, else, as
   * with WebSockets, after them and no longer than `upgradedTimeoutMs`.
   */
  readonly answersRequests: boolean
}

/** A gRPC or WebSocket server, or anything else that has a `close()` and no HTTP server that we can see. */
export class ClosableServerExit implements ManagedServer {
  readonly listening = undefined
  readonly #closing: Closing
  readonly #name: string
  readonly #surroundings: Surroundings
  #ending: Promise<void> | undefined
  #ended = false
  /** Resolves once it is given up, since force may do nothing. */
  readonly #givenUp: Promise<void>
  #giveUp: () => void = () => {}

  constructor(closing: Closing, name: string, surroundings: Surroundings) {
    this.#closing = closing
    this.#name = name
    this.#surroundings = surroundings
    this.#givenUp = new Promise((resolve) => {
      this.#giveUp = resolve
    })
  }

  drain(): void {}

  async stop(): Promise<void> {
    this.#ending ??= settled(this.#name, this.#surroundings, this.#closing.begin).then(() => {
      this.#ended = true
    })
    if (this.#closing.answersRequests) await Promise.race([this.#ending, this.#givenUp])
  }

  async close(): Promise<void> {
    const { after, complain, upgradedTimeoutMs } = this.#surroundings
    const cancel = after(upgradedTimeoutMs, () => {
      complain(`${this.#name} had open sockets after ${upgradedTimeoutMs} ms`, undefined)
      this.cut()
    })
    await Promise.race([this.#ending, this.#givenUp])
    cancel()
  }

  open(): readonly OpenThing[] {
    return this.#ending === undefined || this.#ended ? [] : [{ kind: 'server', name: this.#name }]
  }

  cut(): void {
    void settled(this.#name, this.#surroundings, this.#closing.force)
    this.#ended = true
    this.#giveUp()
  }

  release(): void {}
}

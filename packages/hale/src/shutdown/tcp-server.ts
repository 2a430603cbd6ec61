import type { Server, Socket } from 'node:net'
import { type ManagedServer, type Surroundings, settled } from './managed-server.ts'
import type { OpenThing } from './open-thing.ts'

/** A plain TCP server: nobody but the application knows when one of its connections is done. */
export class TcpServerExit implements ManagedServer {
  readonly #server: Server
  readonly #name: string
  readonly #surroundings: Surroundings
  readonly #sockets = new Map<Socket, number>()
  readonly #connected: (socket: Socket) => void

  constructor(server: Server, name: string, surroundings: Surroundings) {
    this.#server = server
    this.#name = name
    this.#surroundings = surroundings
    this.#connected = (socket) => {
      this.#sockets.set(socket, surroundings.now())
      socket.once('close', () => this.#sockets.delete(socket))
    }
    server.prependListener('connection', this.#connected)
  }

  get listening(): boolean {
    return this.#server.listening
  }

  drain(): void {}

  stop(): Promise<void> {
    return settled(
      this.#name,
      this.#surroundings,
      () => new Promise<void>((resolve) => this.#server.close(() => resolve())),
    )
  }

  async close(): Promise<void> {}

  open(): readonly OpenThing[] {
    const now = this.#surroundings.now()
    return [...this.#sockets.values()].map((since) => ({ kind: 'connection', openMs: now - since }))
  }

  cut(): void {
    for (const socket of [...this.#sockets.keys()]) socket.destroy()
  }

  release(): void {
    this.#server.off('connection', this.#connected)
  }
}

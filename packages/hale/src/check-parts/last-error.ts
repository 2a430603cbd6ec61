import { hasMethod } from './structure.ts'

interface Emitter {
  listenerCount(event: string): number
  on(event: string, listener: (error: unknown) => void): unknown
}

/**
 * Remembers what a client says on its `error` event: a client that reconnects by itself tells nobody else why it
 * cannot. It listens only where the application does, once for each client: without a listener, a client ends the
 * process or writes to the console, and that is not the check's to change.
 */
export class LastError {
  readonly #errors = new WeakMap<object, { error: unknown }>()

  /** The error since the last `forget`, or undefined. */
  of(client: object): unknown {
    return this.#memory(client)?.error
  }

  /** The client works again. */
  forget(client: object): void {
    const memory = this.#memory(client)
    if (memory !== undefined) memory.error = undefined
  }

  #memory(client: object): { error: unknown } | undefined {
    const known = this.#errors.get(client)
    if (known !== undefined || !isEmitter(client) || client.listenerCount('error') === 0) return known
    const memory = { error: undefined as unknown }
    client.on('error', (error) => {
      memory.error = error
    })
    this.#errors.set(client, memory)
    return memory
  }
}

function isEmitter(value: unknown): value is Emitter {
  return hasMethod(value, 'on', 'listenerCount')
}

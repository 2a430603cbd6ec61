import { hasMethod } from './structure.ts'

interface Emitter {
  listenerCount(event: string): number
  on(event: string, listener: (error: unknown) => void): unknown
}

/** One listener for each client, however many checks of it are made and thrown away. */
const memories = new WeakMap<object, { error: unknown }>()

/**
 * What a client has said last on its `error` event, since it was forgotten: a client that reconnects by itself tells
 * nobody else why it cannot. It is listened to from the first call on, and only where the application does: without a
 * listener a client ends the process or writes to the console, and that is not the check's to change.
 */
export function lastErrorOf(client: object): unknown {
  return memoryOf(client)?.error
}

/** The client works again. */
export function forgetErrorOf(client: object): void {
  const memory = memoryOf(client)
  if (memory !== undefined) memory.error = undefined
}

function memoryOf(client: object): { error: unknown } | undefined {
  const known = memories.get(client)
  if (known !== undefined || !isEmitter(client) || client.listenerCount('error') === 0) return known
  const memory = { error: undefined as unknown }
  client.on('error', (error) => {
    memory.error = error
  })
  memories.set(client, memory)
  return memory
}

function isEmitter(value: unknown): value is Emitter {
  return hasMethod(value, 'on', 'listenerCount')
}

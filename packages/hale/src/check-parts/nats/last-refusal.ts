import { hasMethod } from '../asking/structure.ts'

/** The parts of a `NatsConnection` that tell why it is not connected. */
interface Telling {
  status(): AsyncIterable<{ readonly type?: unknown; readonly error?: unknown }>
  closed(): PromiseLike<unknown>
}

interface Memory {
  /** What the server has refused a login with; kept when it was what closed the connection for good. */
  error: unknown
}

/** One listener for each connection, however many checks of it are made and thrown away. It ends with the connection. */
const memories = new WeakMap<object, Memory>()

/**
 * Why the server does not let a connection in that was lost, or undefined. What the client rejects with says no more than
 * that it is disconnected or closed; it is listened to from the first call on.
 */
export function lastRefusalOf(connection: object): unknown {
  let memory = memories.get(connection)
  if (memory === undefined && hasMethod(connection, 'status', 'closed')) {
    memory = { error: undefined }
    memories.set(connection, memory)
    listen(connection as unknown as Telling, memory).catch(() => {})
  }
  return memory?.error
}

async function listen(connection: Telling, memory: Memory): Promise<void> {
  let refused = false
  const closed = connection.closed()
  for await (const { type, error } of connection.status()) {
    if (type === 'error' && isRefusal(error)) {
      memory.error = error
      refused = true
    } else if (type === 'reconnect' || (type === 'reconnecting' && !refused)) {
      memory.error = undefined
    } else if (type === 'reconnecting') {
      // Kept until an attempt has gone by without one, lest it come and go with each.
      refused = false
    }
  }
  const error = await closed
  memory.error = isRefusal(error) ? error : undefined
}

function isRefusal(error: unknown): boolean {
  const { name } = Object(error) as { readonly name?: unknown }
  return name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError'
}

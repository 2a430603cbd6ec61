import { messageOf } from '../asking/client-check.ts'

/** The first word of what Redis and Valkey refuse with. */
const refusals: Readonly<Record<string, string>> = {
  WRONGPASS: 'authentication failed',
  NOAUTH: 'authentication required',
  NOPERM: 'permission denied',
  DENIED: 'permission denied',
  LOADING: 'loading its data',
  MASTERDOWN: 'replication link down',
  MISCONF: 'writes refused: saving to disk failed',
  READONLY: 'read-only replica',
  CLUSTERDOWN: 'cluster down',
  BUSY: 'busy with a script',
  OOM: 'out of memory',
}

/** What ioredis and node-redis say without a code. */
const texts: Readonly<Record<string, string>> = {
  'ERR max number of clients reached': 'too many connections',
  'ERR invalid password': 'authentication failed',
  'Connection is closed.': 'connection closed',
  "Stream isn't writeable and enableOfflineQueue options is false": 'not connected',
  "Cluster isn't ready and enableOfflineQueue options is false": 'not connected',
  'None of startup nodes is available': 'no node can be reached',
  'Failed to refresh slots cache.': 'no node can be reached',
  'Command timed out': 'timed out waiting for an answer',
  'Connection timeout': 'connection timed out',
  'Connection in subscriber mode, only subscriber commands may be used': 'client is subscribed',
  'The client is closed': 'client closed',
  'The client is offline': 'not connected',
  'Socket closed unexpectedly': 'connection closed',
  'Disconnects client': 'connection closed',
  'All the root nodes are unavailable': 'no node can be reached',
}

interface IoredisError extends Error {
  readonly code?: unknown
  /** Of a cluster of which no node could be asked. */
  readonly lastNodeError?: unknown
}

/** Without the command that ioredis keeps in its errors: that of a login has the password in it. */
export function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || !('command' in error || 'lastNodeError' in error)) return error
  const {
    message,
    name,
    stack,
    code,
    lastNodeError,
    cause = withoutCommand(lastNodeError),
  } = error as IoredisError
  const bare = new Error(message, cause === undefined || cause === null ? undefined : { cause })
  return Object.assign(bare, { name, stack, ...(code !== undefined && { code }) })
}

/** A safe text for what Redis, or a client of it, says without a code; undefined for anything else. */
export function redisText(error: unknown): string | undefined {
  // ioredis wraps what the server refused its own first command with.
  const message = messageOf(error).replace(/^Ready check failed: /, '')
  const ofNode =
    error instanceof Error ? refusalOf(messageOf((error as IoredisError).lastNodeError)) : undefined
  if (ofNode !== undefined) return ofNode
  if (Object.hasOwn(texts, message)) return texts[message]
  if (message.startsWith('Reached the max retries per request limit')) return 'not connected'
  if (message.startsWith('Socket timeout timeout.') || isCommandTimeout(error))
    return 'timed out waiting for an answer'
  if (message.startsWith('All sentinels are unreachable')) return 'no sentinel can be reached'
  return refusalOf(message)
}

/** node-redis gives up a command with an error that has nothing but its class. */
function isCommandTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === '' && error.constructor.name === 'TimeoutError'
}

/** Whether a pool of node-redis has not had a client to give for as long as it waits. */
export function isPoolTimeout(error: unknown): boolean {
  return messageOf(error).startsWith('Timeout waiting for a client after ')
}

/** Whether it tells less than what the clients of a pool have said: anything but a refusal of who is logged in. */
export function knowsLess(error: unknown): boolean {
  const refusal = refusalOf(messageOf(error))
  return refusal === undefined || refusal === refusals.NOAUTH
}

function refusalOf(message: string): string | undefined {
  const word = /^-?([A-Z]+) /.exec(message)?.[1] ?? ''
  return Object.hasOwn(refusals, word) ? refusals[word] : undefined
}

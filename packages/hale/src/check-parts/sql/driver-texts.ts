import { messageOf } from '../asking/client-check.ts'

// Whole messages, so that nothing else is taken for one of them.
const texts: Readonly<Record<string, string>> = {
  // pg, pg-pool and PGlite.
  'Connection terminated unexpectedly': 'connection closed',
  'Connection terminated': 'connection closed',
  'Connection terminated due to connection timeout': 'connection timed out',
  'timeout expired': 'connection timed out',
  'Query read timeout': 'query timed out',
  'Client has encountered a connection error and is not queryable': 'connection closed',
  'Client was closed and is not queryable': 'client closed',
  'PGlite is closed': 'client closed',
  'Cannot use a pool after calling end on the pool': 'pool closed',
  'The server does not support SSL connections': 'TLS not supported by the server',
  // PgBouncer, which gives whatever it refuses itself the code of a broken protocol (08P01).
  'SASL authentication failed': 'authentication failed',
  'password authentication failed': 'authentication failed',
  'no more connections allowed (max_client_conn)': 'too many connections',
  query_wait_timeout: 'no free connection',
  // mysql2.
  "Can't add new command when connection is in closed state": 'connection closed',
  'Pool is closed.': 'pool closed',
}

/** The safe text for what pg, PGlite, PgBouncer and mysql2 say without a code of its own; undefined for anything else. */
export function textOfDriver(error: unknown): string | undefined {
  const message = messageOf(error)
  if (message.startsWith('SASL: ')) return 'authentication failed'
  // PgBouncer's again: the name comes after it.
  if (message.startsWith('no such database: ')) return 'database not found'
  return Object.hasOwn(texts, message) ? texts[message] : undefined
}

const queueTexts = [
  'timeout exceeded when trying to connect',
  'No connections available.',
  'Queue limit reached.',
]

/** Whether a pool of pg or mysql2 says that it has no connection to give. */
export function isQueueError(error: unknown): boolean {
  return queueTexts.includes(messageOf(error))
}

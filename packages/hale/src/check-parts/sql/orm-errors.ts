import { textOfCode } from '../../errors/vocabulary.ts'
import { messageOf } from '../asking/client-check.ts'
import { isQueueError, textOfDriver } from './driver-texts.ts'

// What these clients say without a code that the vocabulary knows, in whole messages or by codes of their own.
const texts: Readonly<Record<string, string>> = {
  'Unable to acquire a connection': 'client closed',
  'driver has already been destroyed': 'client closed',
  'ConnectionManager.getConnection was called after the connection manager was closed!': 'client closed',
  // Prisma, and the kinds of error of its driver adapters.
  P1000: 'authentication failed',
  P1001: 'connection failed',
  P1002: 'connection timed out',
  P1003: 'database not found',
  P1008: 'query timed out',
  P1010: 'permission denied',
  P1011: 'TLS handshake failed',
  P1017: 'connection closed',
  P2037: 'too many connections',
  AuthenticationFailed: 'authentication failed',
  DatabaseNotReachable: 'connection failed',
  DatabaseDoesNotExist: 'database not found',
  DatabaseAccessDenied: 'permission denied',
  ConnectionClosed: 'connection closed',
  SocketTimeout: 'connection timed out',
  TlsConnectionError: 'TLS handshake failed',
  TooManyConnections: 'too many connections',
}

// Whoever waited in the queue of a pool and got nothing: Knex, Sequelize, Prisma.
const queueNames = ['KnexTimeoutError', 'SequelizeConnectionAcquireTimeoutError', 'P2024']

/** The error and what its client wraps, each in a way of its own. */
export function causesOf(thrown: unknown, query: string): readonly unknown[] {
  const found: unknown[] = [thrown]
  // Knex puts the query before what the driver says.
  const message = messageOf(thrown)
  if (message.startsWith(`${query} - `)) found.push(new Error(message.slice(query.length + 3)))
  for (let index = 0; index < found.length && found.length < 8; index++) {
    const error = Object(found[index]) as Readonly<Record<string, unknown>>
    const { cause, parent, driverError, meta, originalCode, originalMessage } = error
    // An adapter of Prisma keeps what its driver has thrown under other names.
    if (typeof originalCode === 'string')
      found.push(Object.assign(new Error(String(originalMessage)), { code: originalCode }))
    for (const inner of [cause, parent, driverError, Object(meta).driverAdapterError])
      if (typeof inner === 'object' && inner !== null && !found.includes(inner)) found.push(inner)
  }
  return found
}

/** Whether it says that it waited in the queue of a pool and got nothing. */
export function isQueued(error: unknown): boolean {
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown }
  return isQueueError(error) || queueNames.includes(String(name)) || queueNames.includes(String(code))
}

/** The safe text for what an ORM throws, or for a list of causes; undefined where a code among them says more. */
export function textOfCauses(error: unknown): string | undefined {
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  const said = causes.map(textOfDriver).find((text) => text !== undefined)
  if (said !== undefined) return said
  // A locked SQLite is to Prisma a timeout of the socket.
  if (causes.some(hasDriverCode)) return undefined
  for (const cause of causes) {
    const { message, code, errorCode, kind } = Object(cause) as Readonly<Record<string, unknown>>
    for (const key of [message, code, errorCode, kind])
      if (typeof key === 'string' && Object.hasOwn(texts, key)) return texts[key]
  }
  return undefined
}

/** Whether it keeps the code of a driver that the vocabulary knows. */
function hasDriverCode(cause: unknown): boolean {
  const { originalCode } = Object(cause) as { readonly originalCode?: unknown }
  return typeof originalCode === 'string' && textOfCode(originalCode) !== undefined
}

import { inspect } from 'node:util'
import { Logger as NestLogger } from '@nestjs/common'
import type { Logger } from '../core/logger.ts'

/** Nest's own log, whatever the application has put in its place, as a registry's logger. */
export function nestLogger(): Logger {
  const log = new NestLogger('Health')
  return {
    info: (message) => log.log(message),
    warn: (message, details) => log.warn(withCause(message, details)),
    error: (message, details) => log.error(withCause(message, details)),
  }
}

// Nest prints details as lines of their own, each with a time and a level; the cause belongs to its message.
function withCause(message: string, details: { readonly err?: unknown } = {}): string {
  const { err } = details
  return err === undefined ? message : `${message}\n${textOf(err)}`
}

/** As Node prints it: its stack alone has neither its cause nor the errors of an AggregateError. */
function textOf(err: unknown): string {
  if (typeof err === 'string') return err
  try {
    // Deep enough for a cause, the list of errors in it, each of these, and its cause.
    return inspect(err, { depth: 4 })
  } catch {
    return '(an error that cannot be shown)'
  }
}

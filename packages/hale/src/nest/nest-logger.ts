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
  if (err === undefined) return message
  return `${message}\n${err instanceof Error ? (err.stack ?? err.message) : String(err)}`
}

import { callSafely } from '../errors/call-safely.ts'

/**
 * Where transitions are logged, once each; `console` is one, and a logger of winston. The details of a failure hold the
 * raw error as `err`, which no answer ever shows. A logger of pino (Fastify's own), which takes the details first, is
 * known as such.
 */
export interface Logger {
  info(message: string, details?: object): void
  warn(message: string, details?: object): void
  error(message: string, details?: object): void
}

/** Logs to a logger that may be absent, throw or reject: none of it may cost more than the line. */
export function logSafely(
  logger: Logger | undefined,
  level: keyof Logger,
  message: string,
  details: object,
): void {
  // A logger that throws has nowhere left to say so.
  callSafely(() => (isPino(logger) ? logger[level](details, message) : logger?.[level](message, details)))
}

interface Pino {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** By the registered symbol beneath which each logger of pino has its serializers, those that are made of one too. */
function isPino(logger: unknown): logger is Pino {
  return (logger as { readonly [pinoSerializers]?: unknown } | undefined)?.[pinoSerializers] !== undefined
}

const pinoSerializers = Symbol.for('pino.serializers')

import { ignoreRejection } from '../errors/ignore-rejection.ts'

/**
 * Where transitions are logged, once each; `console` is one. The details of a failure hold the raw error, which no
 * answer ever shows.
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
  try {
    ignoreRejection(logger?.[level](message, details))
  } catch {
    // A logger that throws has nowhere left to say so.
  }
}

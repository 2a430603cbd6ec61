/**
 * Where transitions are logged, once each; `console` is one. The details of a failure hold the raw error, which no
 * answer ever shows.
 */
export interface Logger {
  info(message: string, details?: object): void
  warn(message: string, details?: object): void
  error(message: string, details?: object): void
}

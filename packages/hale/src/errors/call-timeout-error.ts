/**
 * A circuit's call rejects with it when the `timeoutMs` of the circuit has passed; its signal has this reason. Where
 * nobody catches it, web frameworks that know errors of the package http-errors answer 504 with it.
 */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError'
  readonly code = 'HALE_CALL_TIMEOUT'
  readonly status = 504
  readonly statusCode = 504
  /** The message is for logs. */
  readonly expose = false
  /** The name of the circuit's check. */
  readonly check: string
  /** Milliseconds the call was allowed. */
  readonly timeoutMs: number

  constructor(check: string, timeoutMs: number) {
    super(`a call to ${check} timed out after ${timeoutMs} ms`)
    this.check = check
    this.timeoutMs = timeoutMs
  }
}

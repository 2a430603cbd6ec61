/** The reason with which a check's `signal` is aborted when its `timeoutMs` have passed. */
export class CheckTimeoutError extends Error {
  override readonly name = 'CheckTimeoutError'
  readonly code = 'HALE_CHECK_TIMEOUT'
  /** Milliseconds the run was allowed. */
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}

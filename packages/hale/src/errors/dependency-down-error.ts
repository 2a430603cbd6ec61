/**
 * A circuit rejects with it while it is open: the dependency is known to be down, and no call was made. Where nobody
 * catches it, web frameworks that know errors of the package http-errors answer 503 with it.
 */
export class DependencyDownError extends Error {
  override readonly name = 'DependencyDownError'
  readonly code = 'HALE_DEPENDENCY_DOWN'
  readonly status = 503
  readonly statusCode = 503
  /** The message is for logs. */
  readonly expose = false
  /** The check's name. */
  readonly check: string
  /** When the circuit opened, in milliseconds since the epoch. */
  readonly since: number
  /** Milliseconds until the check is tried next; 0 while it is being tried. */
  readonly nextTrialMs: number

  constructor(check: string, since: number, nextTrialMs: number) {
    super(`${check} is down: its circuit is open, no call was made`)
    this.check = check
    this.since = since
    this.nextTrialMs = nextTrialMs
  }
}

/** A circuit rejects with it while it is open: the dependency is known to be down, and no call was made. */
export class DependencyDownError extends Error {
  override readonly name = 'DependencyDownError'
  readonly code = 'HALE_DEPENDENCY_DOWN'
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

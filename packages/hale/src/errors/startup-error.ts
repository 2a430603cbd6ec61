/** `started()` rejects with it when a startup task failed; `cause` is what the task threw. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly code = 'HALE_STARTUP'
  /** The task's name. */
  readonly task: string

  constructor(task: string, cause: unknown) {
    super(`startup task "${task}" failed`, { cause })
    this.task = task
  }
}

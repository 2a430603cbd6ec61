/**
 * `started()` rejects with it when a startup task failed, with what it threw as `cause`, or when the whole start took
 * longer than `startup.timeoutMs`.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly code = 'HALE_STARTUP'
  /** The task's name; undefined when the start as a whole took too long. */
  readonly task: string | undefined

  constructor(task: string | undefined, cause: unknown) {
    super(task === undefined ? 'the start took too long' : `startup task "${task}" failed`, { cause })
    this.task = task
  }
}

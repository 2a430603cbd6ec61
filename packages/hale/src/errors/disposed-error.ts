/** The reason with which running checks are aborted, and `started()` rejects, when the registry has been disposed. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError'
  readonly code = 'HALE_DISPOSED'

  constructor() {
    super('this health registry has been disposed')
  }
}

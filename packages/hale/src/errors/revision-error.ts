/** A change was made for a revision that is not the latest: somebody else was faster. Read again, then change. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError'
  readonly code = 'HALE_REVISION'
  readonly check: string

  constructor(check: string) {
    super(`check "${check}" has been changed since this revision was read`)
    this.check = check
  }
}

/** What was asked for cannot be done as it was asked: each problem names the argument or field, and the mend. */
export class UsageError extends Error {
  readonly code = 'HALE_USAGE'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'UsageError'
    this.problems = problems
  }
}

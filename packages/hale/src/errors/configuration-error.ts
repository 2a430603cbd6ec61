/**
 * Thrown when something is set up wrongly: at creation, never at a probe. It lists every problem found, each with
 * where it is, what was given and how to mend it.
 *
 * @example
 * ```ts
 * import { ConfigurationError, createHealth } from 'hale'
 *
 * try {
 *   createHealth({ checks: {}, budgetMs: -1 })
 * } catch (error) {
 *   if (error instanceof ConfigurationError) console.error(error.problems)
 * }
 * ```
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code = 'HALE_CONFIGURATION'
  /** One sentence a problem, beginning with the field's path. */
  readonly problems: readonly string[]

  constructor(what: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super(`${what}: ${count}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

import { UsageError } from '../../command/usage-error.ts'

/**
 * A path that none of the proxies reads as anything else: no quotes, braces, spaces, semicolons and the like, which
 * each of their languages escapes in a way of its own, if at all.
 *
 * @throws UsageError for any other
 */
export function plainPath(path: string): string {
  if (/^\/[\w./~$%:@+,=!&()*-]*$/.test(path)) return path
  throw new UsageError([
    `--base-path: ${JSON.stringify(path)} has characters that this configuration would read as its own; serve health at a path of letters, digits, /, -, . and _`,
  ])
}

import { UsageError } from '../../command/usage-error.ts'

/**
 * A figure that its platform takes: what is refused here is said with the option that changes it, and not by whoever
 * applies the file, later and in words of its own.
 *
 * @param who whose bounds these are
 * @param flag what would change it
 * @throws UsageError when what the service needs is not to be had there
 */
export function within(
  who: string,
  flag: string,
  field: string,
  seconds: number,
  [least, most]: readonly [least: number, most: number],
): number {
  if (seconds >= least && seconds <= most) return seconds
  const article = /^[aeiou]/.test(field) ? 'an' : 'a'
  throw new UsageError([
    `${flag}: makes ${article} ${field} of ${seconds} s, and ${who} allows ${least} to ${most} s`,
  ])
}

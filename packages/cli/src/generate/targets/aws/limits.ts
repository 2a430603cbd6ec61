import { UsageError } from '../../../command/usage-error.ts'

/**
 * @param flag what would change it
 * @throws UsageError when what the service needs is not to be had there
 */
export function within(flag: string, field: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new UsageError([`${flag}: makes a ${field} of ${value} s, and AWS allows ${least} to ${most} s`])
}

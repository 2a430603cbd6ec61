import { defaultTimeoutMs } from '../../core/check.ts'
import type { Problems } from '../../errors/problems.ts'

/** The option `degradedAfterMs`, in milliseconds; Infinity when it is not given. */
export function degradedAfter(value: unknown, timeoutMs: unknown, problems: Problems): number {
  if (value === undefined) return Infinity
  const checked = problems.number('degradedAfterMs', value, -1, { min: 1, unit: 'milliseconds' })
  const timeout = timeoutMs === undefined ? defaultTimeoutMs : timeoutMs
  if (typeof timeout === 'number' && checked >= timeout)
    problems.add('degradedAfterMs', `expected less than timeoutMs (${timeout}), got ${checked}`)
  return checked
}

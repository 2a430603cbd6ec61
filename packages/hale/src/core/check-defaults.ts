import { kindOf } from '../errors/problems.ts'
import type { CheckOptions } from './check.ts'

/**
 * The options of every check over the defaults that one check has in place of the usual ones. What is given as undefined
 * is not given; what is no object is left as it is, for `createHealth` to refuse.
 */
export function withDefaults<O extends CheckOptions>(
  options: O,
  defaults: Pick<CheckOptions, 'critical' | 'maxAgeMs'>,
): O {
  if (kindOf(options) !== 'an object') return options
  const { maxAgeMs = {} } = options
  const isPair = defaults.maxAgeMs !== undefined && kindOf(maxAgeMs) === 'an object'
  return over(defaults, isPair ? { ...options, maxAgeMs: over(defaults.maxAgeMs, maxAgeMs) } : options)
}

function over<T extends object>(defaults: object | undefined, given: T): T {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(entries) } as T
}

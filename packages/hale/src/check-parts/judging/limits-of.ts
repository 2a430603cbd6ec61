import { kindOf, type Problems } from '../../errors/problems.ts'
import { Limits, type Measure, type Thresholds, thresholdOptions } from './thresholds.ts'

/** The pair of thresholds that an option holds, such as `delayMs: { degradedAt, downAt }`. */
export function limitsOf(problems: Problems, option: string, given: unknown, measure: Measure): Limits {
  const isPair = given === undefined || kindOf(given) === 'an object'
  if (!isPair) problems.add(option, `expected { degradedAt, downAt }, got ${kindOf(given)}`)
  const pair = problems.object(option, isPair ? given : undefined)
  problems.knownKeys(option, pair, thresholdOptions)
  const isEmpty = given !== undefined && Object.values(pair).every((limit) => limit === undefined)
  const mayBeEmpty = measure.mayBeEmpty ?? measure.defaults !== undefined
  if (isEmpty && isPair && !mayBeEmpty)
    problems.add(option, 'expected degradedAt, downAt or both, got neither')
  return new Limits(problems, option, pair as Thresholds, measure)
}

/** A share in data: four decimals tell enough, and more would look as if they did. */
export function rounded(value: number, decimals = 4): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}

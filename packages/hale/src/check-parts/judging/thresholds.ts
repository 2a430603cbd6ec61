import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import type { Problems } from '../../errors/problems.ts'

/** Where a measure is no longer well; either may be left out. */
export interface Thresholds {
  /** From this value on the check is DEGRADED. */
  readonly degradedAt?: number
  /** From this value on the check is DOWN. */
  readonly downAt?: number
}

/** Their names. */
export const thresholdOptions = ['degradedAt', 'downAt'] as const

/** What is measured. */
export interface Measure {
  /** Such as `messages` or `days`; `share` for a part of a whole, between 0 and 1. */
  readonly unit: string
  /**
   * Whether more of it is worse, as of lag, or less, as of free bytes.
   * @default 'more'
   */
  readonly worse?: 'more' | 'less'
  /** What applies where nothing is given. */
  readonly defaults?: Thresholds
  /**
   * Whether a pair that holds neither means something: that nothing is judged, where something else would be.
   * @default whether there are defaults
   */
  readonly mayBeEmpty?: boolean
}

type Grade = Outcome['status']

const outcomes = { UP: up, DEGRADED: degraded, DOWN: down } as const
const grades: readonly Grade[] = ['UP', 'DEGRADED', 'DOWN']

/** A pair of thresholds, validated. */
export class Limits {
  readonly #degradedAt: number | undefined
  readonly #downAt: number | undefined
  readonly #sign: 1 | -1

  /** `path` is the option that holds the pair; empty when it is among the check's own options. */
  constructor(problems: Problems, path: string, given: Thresholds, measure: Measure) {
    const { unit, worse = 'more', defaults = {} } = measure
    const nameOf = (field: string) => (path === '' ? field : `${path}.${field}`)
    const rule = unit === 'share' ? { noun: 'a share', max: 1 } : { unit }
    const read = (field: 'degradedAt' | 'downAt'): number | undefined =>
      given[field] === undefined ? undefined : problems.number(nameOf(field), given[field], Number.NaN, rule)
    const degradedAt = read('degradedAt')
    const downAt = read('downAt')
    this.#sign = worse === 'more' ? 1 : -1
    const isReversed = (degraded = Number.NaN, down = Number.NaN) => this.#sign * (down - degraded) < 0
    if (isReversed(degradedAt, downAt)) {
      const order = worse === 'more' ? 'at least' : 'at most'
      problems.add(nameOf('downAt'), `expected ${order} degradedAt (${degradedAt}), got ${downAt}`)
    }
    // A default that the other one, given, has passed is none: whoever moves one has moved on from both.
    this.#degradedAt =
      degradedAt ?? (isReversed(defaults.degradedAt, downAt) ? undefined : defaults.degradedAt)
    this.#downAt = downAt ?? (isReversed(degradedAt, defaults.downAt) ? undefined : defaults.downAt)
  }

  /** Whether anything is judged at all. */
  get any(): boolean {
    return this.#degradedAt !== undefined || this.#downAt !== undefined
  }

  grade(value: number): Grade {
    const past = (limit: number | undefined) => limit !== undefined && this.#sign * (value - limit) >= 0
    if (past(this.#downAt)) return 'DOWN'
    return past(this.#degradedAt) ? 'DEGRADED' : 'UP'
  }
}

/** The outcome of a grade. */
export function graded(grade: Grade, text: string, data?: object): Outcome {
  return outcomes[grade](text, data)
}

/** The worst of several grades; UP of none. */
export function worstGrade(all: Iterable<Grade>): Grade {
  let worst = 0
  for (const grade of all) worst = Math.max(worst, grades.indexOf(grade))
  return grades[worst] as Grade
}

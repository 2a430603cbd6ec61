import { expect, test } from 'vitest'
import { Problems } from '../../errors/problems.ts'
import { limitsOf } from './limits-of.ts'
import { Limits, type Measure, type Thresholds, worstGrade } from './thresholds.ts'

const lag: Measure = { unit: 'ms', defaults: { degradedAt: 10, downAt: 100 } }
const space: Measure = { unit: 'bytes', worse: 'less', defaults: { degradedAt: 100, downAt: 10 } }

function graderOf(given: Thresholds, measure: Measure) {
  const problems = new Problems()
  const limits = new Limits(problems, 'limits', given, measure)
  return { problems: problems.found, grades: (...values: number[]) => values.map((v) => limits.grade(v)) }
}

test('grades from each value on, whichever way is worse', () => {
  expect(graderOf({}, lag).grades(9.9, 10, 99, 100)).toEqual(['UP', 'DEGRADED', 'DEGRADED', 'DOWN'])
  expect(graderOf({}, space).grades(101, 100, 11, 10)).toEqual(['UP', 'DEGRADED', 'DEGRADED', 'DOWN'])
})

test('keeps the default of the one that is not given', () => {
  expect(graderOf({ degradedAt: 50 }, lag).grades(20, 50, 100)).toEqual(['UP', 'DEGRADED', 'DOWN'])
  expect(graderOf({ downAt: 20 }, lag).grades(9, 10, 20)).toEqual(['UP', 'DEGRADED', 'DOWN'])
})

test.each([
  ['degradedAt beyond the default downAt', { degradedAt: 500 }, lag, [100, 500], ['UP', 'DEGRADED']],
  ['downAt before the default degradedAt', { downAt: 5 }, lag, [4, 5, 10], ['UP', 'DOWN', 'DOWN']],
  ['less of it than the default downAt', { degradedAt: 5 }, space, [10, 5], ['UP', 'DEGRADED']],
] as const)('lets no default overrule what was given: %s', (_case, given, measure, values, expected) => {
  const { problems, grades } = graderOf(given, measure)
  expect(problems).toEqual([])
  expect(grades(...values)).toEqual(expected)
})

test('refuses a pair the wrong way round, and what is no number, each by its name', () => {
  expect(graderOf({ degradedAt: 5, downAt: 4 }, lag).problems).toEqual([
    'limits.downAt: expected at least degradedAt (5), got 4',
  ])
  expect(graderOf({ degradedAt: 5, downAt: 6 }, space).problems).toEqual([
    'limits.downAt: expected at most degradedAt (5), got 6',
  ])
  expect(graderOf({ degradedAt: '5' as never, downAt: -1 }, lag).problems).toHaveLength(2)
})

test('refuses a pair that would judge nothing, unless that means something', () => {
  const problemsOf = (given: unknown, measure: Measure) => {
    const problems = new Problems()
    limitsOf(problems, 'waiting', given, measure)
    return problems.found
  }
  const jobs: Measure = { unit: 'jobs' }
  const neither = ['waiting: expected degradedAt, downAt or both, got neither']
  expect(problemsOf({}, jobs)).toEqual(neither)
  expect(problemsOf({ degradedAt: undefined }, jobs)).toEqual(neither)
  expect(problemsOf({ degradedAt: 0 }, jobs)).toEqual([])
  expect(problemsOf(undefined, jobs)).toEqual([])
  expect(problemsOf({}, { ...jobs, mayBeEmpty: true })).toEqual([])
  expect(problemsOf({}, lag)).toEqual([])
  expect(problemsOf({ at: 5 }, jobs)).toEqual([expect.stringMatching(/^waiting\.at: /)])
})

test('the worst of several grades counts, and of none it is UP', () => {
  expect(worstGrade(['UP', 'DOWN', 'DEGRADED'])).toBe('DOWN')
  expect(worstGrade([])).toBe('UP')
})

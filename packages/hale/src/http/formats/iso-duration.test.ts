import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isoDuration } from './iso-duration.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

// RFC 3339, appendix A, without years, months and weeks: each part may be followed by the next smaller one only.
const seconds = '(\\d+S)'
const minutes = `(\\d+M${seconds}?)`
const hours = `(\\d+H${minutes}?)`
const time = `T(${hours}|${minutes}|${seconds})`
const grammar = new RegExp(`^P(${time}|\\d+D(${time})?)$`)

describe('the grammar this is tested by', () => {
  it.each(['PT1H30M20S', 'PT0S', 'P1DT6H', 'PT1H0M5S', 'P3D', 'PT5M'])('takes %s', (duration) => {
    expect(duration).toMatch(grammar)
  })

  it.each(['PT1H5S', 'PT1.5S', 'P1W2D', '-PT5S', 'P', 'PT', 'P1DT', 'PT5', 'P1Y'])(
    'refuses %s',
    (duration) => {
      expect(duration).not.toMatch(grammar)
    },
  )
})

describe('isoDuration', () => {
  it.each([
    [0, 'PT0S'],
    [1, 'PT0S'],
    [999, 'PT0S'],
    [999.999, 'PT0S'],
    [second, 'PT1S'],
    [1999, 'PT1S'],
    [59 * second, 'PT59S'],
    [minute, 'PT1M'],
    [minute + second, 'PT1M1S'],
    [hour, 'PT1H'],
    [hour + 5 * second, 'PT1H0M5S'],
    [hour + 5 * minute, 'PT1H5M'],
    [hour + 30 * minute + 20 * second, 'PT1H30M20S'],
    [day - 1, 'PT23H59M59S'],
    [day, 'P1D'],
    [day + 6 * hour, 'P1DT6H'],
    [day + 5 * second, 'P1DT5S'],
    [day + hour + second, 'P1DT1H0M1S'],
    [400 * day, 'P400D'],
  ])('writes %d ms as %s', (ms, duration) => {
    expect(isoDuration(ms)).toBe(duration)
  })

  it.each([-1, -day, -0])('takes %d ms, as of a clock set back, for nothing', (ms) => {
    expect(isoDuration(ms)).toBe('PT0S')
  })

  it('obeys the grammar and loses less than a second, for any time a process can be up', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000 * 365 * day, noNaN: true }), (ms) => {
        const duration = isoDuration(ms)
        expect(duration).toMatch(grammar)
        expect(milliseconds(duration)).toBe(Math.floor(ms / second) * second)
      }),
      { numRuns: 1000 },
    )
  })
})

function milliseconds(duration: string): number {
  const [date = '', clock = ''] = duration.slice(1).split('T')
  const part = (text: string, letter: string): number =>
    Number(new RegExp(`(\\d+)${letter}`).exec(text)?.[1] ?? 0)
  const time = part(clock, 'H') * hour + part(clock, 'M') * minute + part(clock, 'S') * second
  return part(date, 'D') * day + time
}

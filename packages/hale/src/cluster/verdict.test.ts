import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHealthy, type Status, statuses } from '../core/status.ts'
import { asked, count, type Standing, standings, type Vote, verdicts } from './verdict.ts'

const votes: Readonly<Record<string, Vote>> = {
  up: { standing: 'reporting', status: 'UP' },
  degraded: { standing: 'reporting', status: 'DEGRADED' },
  down: { standing: 'reporting', status: 'DOWN' },
  maintenance: { standing: 'reporting', status: 'OUT_OF_SERVICE' },
  starting: { standing: 'starting', status: 'OUT_OF_SERVICE' },
  failing: { standing: 'starting', status: 'DOWN' },
  leaving: { standing: 'leaving', status: 'OUT_OF_SERVICE' },
  silent: { standing: 'silent', status: 'DOWN' },
  missing: { standing: 'missing', status: 'DOWN' },
}

function of(text: string): readonly Vote[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => votes[word] as Vote)
}

/** The table of docs/several-processes.md. */
describe('once every worker has been ready', () => {
  test.each([
    // workers                         worst             best              quorum
    ['up up up up', 'UP', 'UP', 'UP'],
    ['up up up down', 'DOWN', 'DEGRADED', 'DEGRADED'],
    ['up up up silent', 'DOWN', 'DEGRADED', 'DEGRADED'],
    ['up up up missing', 'DOWN', 'DEGRADED', 'DEGRADED'],
    ['up up up maintenance', 'OUT_OF_SERVICE', 'DEGRADED', 'DEGRADED'],
    ['up up up degraded', 'DEGRADED', 'UP', 'UP'],
    ['up up degraded degraded', 'DEGRADED', 'UP', 'DEGRADED'],
    ['up up down down', 'DOWN', 'DEGRADED', 'DOWN'],
    ['up silent silent silent', 'DOWN', 'DEGRADED', 'DOWN'],
    ['up up up starting', 'UP', 'UP', 'UP'],
    ['up up up leaving', 'UP', 'UP', 'UP'],
    ['up leaving', 'UP', 'UP', 'UP'],
    ['up starting starting leaving', 'UP', 'UP', 'UP'],
    ['up up down leaving', 'DOWN', 'DEGRADED', 'DEGRADED'],
    ['up down starting leaving', 'DOWN', 'DEGRADED', 'DOWN'],
    ['down starting', 'DOWN', 'DOWN', 'DOWN'],
    ['leaving leaving', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
    ['starting starting', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
    ['failing leaving', 'DOWN', 'OUT_OF_SERVICE', 'DOWN'],
    ['silent silent', 'DOWN', 'DOWN', 'DOWN'],
    ['up', 'UP', 'UP', 'UP'],
    ['', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
  ] as const)('%s', (workers, worst, best, quorum) => {
    const rule = { booted: true }
    expect(count(of(workers), { verdict: 'worst', ...rule })).toBe(worst)
    expect(count(of(workers), { verdict: 'best', ...rule })).toBe(best)
    expect(count(of(workers), { verdict: 'quorum', ...rule })).toBe(quorum)
  })
})

describe('while the first are starting they are waited for', () => {
  test.each([
    ['up starting starting', 'OUT_OF_SERVICE', 'DEGRADED', 'OUT_OF_SERVICE'],
    ['up up starting', 'OUT_OF_SERVICE', 'DEGRADED', 'DEGRADED'],
    ['up failing', 'DOWN', 'DEGRADED', 'DOWN'],
    ['up up up', 'UP', 'UP', 'UP'],
    ['up up leaving', 'UP', 'UP', 'UP'],
  ] as const)('%s', (workers, worst, best, quorum) => {
    const rule = { booted: false }
    expect(count(of(workers), { verdict: 'worst', ...rule })).toBe(worst)
    expect(count(of(workers), { verdict: 'best', ...rule })).toBe(best)
    expect(count(of(workers), { verdict: 'quorum', ...rule })).toBe(quorum)
  })
})

describe('a quorum of one’s own', () => {
  test.each([
    [3, 'up up up down', 'DEGRADED'],
    [3, 'up up down down', 'DOWN'],
    [1, 'up down down down', 'DEGRADED'],
    // Those left out count towards it, as what they are: the service is short of workers, not sick.
    [3, 'up up leaving', 'OUT_OF_SERVICE'],
    [2, 'up up leaving', 'UP'],
    [3, 'up up leaving down', 'OUT_OF_SERVICE'],
    [4, 'up up up', 'DOWN'],
  ] as const)('%i of %s', (quorum, workers, expected) => {
    expect(count(of(workers), { verdict: 'quorum', quorum, booted: true })).toBe(expected)
  })
})

const vote = fc.record({
  standing: fc.constantFrom<Standing>(...standings),
  status: fc.constantFrom<Status>(...statuses),
})
const severity = (status: Status): number => statuses.indexOf(status)

test('the order of workers never matters, and best ≤ quorum ≤ worst but for what is lifted to DEGRADED', () => {
  fc.assert(
    fc.property(fc.array(vote, { maxLength: 12 }), fc.boolean(), (given, booted) => {
      const by = (verdict: 'worst' | 'best' | 'quorum', list = given): Status =>
        count(list, { verdict, booted })
      for (const verdict of ['worst', 'best', 'quorum'] as const)
        expect(by(verdict, [...given].reverse())).toBe(by(verdict))
      expect(severity(by('best'))).toBeLessThanOrEqual(Math.max(severity(by('quorum')), severity('DEGRADED')))
      expect(severity(by('quorum'))).toBeLessThanOrEqual(severity(by('worst')))
    }),
  )
})

test('no verdict is UP while a worker that counts is not healthy', () => {
  fc.assert(
    fc.property(
      fc.array(vote, { minLength: 1 }),
      fc.constantFrom('worst', 'best', 'quorum'),
      (given, verdict) => {
        const sick = given.some((one) => one.standing === 'reporting' && !isHealthy(one.status))
        if (sick) expect(count(given, { verdict, booted: true })).not.toBe('UP')
      },
    ),
  )
})

test('a verdict that is none is the usual one', () => {
  for (const wanted of [undefined, '', 'WORST', '__proto__', 'any'])
    expect(asked(wanted, 'quorum', verdicts)).toBe('quorum')
  expect(asked('this', 'quorum', verdicts)).toBe('this')
  expect(asked('this', 'quorum', ['worst', 'best', 'quorum'])).toBe('quorum')
})

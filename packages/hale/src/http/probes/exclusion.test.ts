import { describe, expect, it } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import type { Report } from '../../core/report.ts'
import type { Status } from '../../core/status.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { ExcludingReport } from '../formats/kubernetes.ts'
import { createHandler } from '../handle.ts'
import { Exclusions } from './exclusion.ts'

async function reportOf(outcomes: Readonly<Record<string, Outcome>>, critical = true): Promise<Report> {
  const checks = Object.fromEntries(
    Object.entries(outcomes).map(([name, outcome]) => [name, check(() => outcome, { critical })]),
  )
  return createHealth({ clock: fakeClock(), checks }).readiness()
}

describe('a report without some of its checks', () => {
  it.each<readonly [string, Readonly<Record<string, Outcome>>, boolean, readonly string[], Status]>([
    ['the one that is DOWN', { a: up(), b: down('x') }, true, ['b'], 'UP'],
    ['another', { a: up(), b: down('x') }, true, ['a'], 'DOWN'],
    ['one of two that are DOWN', { a: down('x'), b: down('x') }, true, ['a'], 'DOWN'],
    ['all', { a: down('x'), b: down('x') }, true, ['a', 'b'], 'UP'],
    ['the one that is DEGRADED', { a: degraded('x'), b: up() }, true, ['a'], 'UP'],
    ['one that is not critical', { a: down('x'), b: up() }, false, ['a'], 'UP'],
    ['none that is there', { a: down('x') }, true, ['b'], 'DOWN'],
  ])('%s', async (_what, outcomes, critical, names, status) => {
    expect(new Exclusions().of(await reportOf(outcomes, critical), names).status).toBe(status)
  })

  it('never leaves out the service itself', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { a: check(() => {}) } })
    health.drain()
    const report = new Exclusions().of(await health.readiness(), ['application', 'a'])
    expect(report.status).toBe('OUT_OF_SERVICE')
    expect((report as ExcludingReport).notExcluded).toEqual(['application'])
  })

  it('keeps a startup complete, whatever its checks say since', async () => {
    const report: Report = {
      ...(await reportOf({ a: down('x'), b: down('x') })),
      name: 'startup',
      status: 'UP',
    }
    expect(new Exclusions().of(report, ['a']).status).toBe('UP')
  })

  it('is the report itself when nothing is to be left out, or when it is of one check', async () => {
    const report = await reportOf({ a: up() })
    expect(new Exclusions().of(report, [])).toBe(report)
    const single: Report = { ...report, name: 'a', kind: 'check' }
    expect(new Exclusions().of(single, ['a'])).toBe(single)
  })

  it('is the same object for the same names in any order, so that it is rendered once', async () => {
    const exclusions = new Exclusions()
    const report = await reportOf({ a: up(), b: up() })
    expect(exclusions.of(report, ['b', 'a', 'b'])).toBe(exclusions.of(report, ['a', 'b']))
  })

  it('does not take a name with a line end in it for two names', async () => {
    const exclusions = new Exclusions()
    const report = await reportOf({ a: down('x'), b: down('x') })
    expect(exclusions.of(report, ['a\nb']).status).toBe('DOWN')
    expect(exclusions.of(report, ['a', 'b']).status).toBe('UP')
    expect(exclusions.of(report, ['a","b']).status).toBe('DOWN')
  })

  it('keeps few selections and looks at few names, however many strangers think of', async () => {
    const exclusions = new Exclusions()
    const report = await reportOf(
      Object.fromEntries([...Array(9).keys()].map((index) => [`x${index}`, up()])),
    )
    const first = exclusions.of(report, ['x0'])
    for (let index = 1; index <= 7; index++) exclusions.of(report, [`x${index}`])
    expect(exclusions.of(report, ['x0'])).toBe(first)
    exclusions.of(report, ['x8'])
    expect(exclusions.of(report, ['x0'])).not.toBe(first)
    for (let index = 0; index < 100; index++) expect(exclusions.of(report, [`y${index}`])).toBe(report)
    const many = new Exclusions().of(
      report,
      [...Array(1000).keys()].map((index) => `${'y'.repeat(100)}${index}`),
    )
    expect((many as ExcludingReport).notExcluded).toEqual(['y'.repeat(64)])
  })
})

it('shows in JSON too what was left out', async () => {
  const health = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => up()), cache: check(() => down('gone')) },
  })
  const handle = createHandler(health)
  const response = await handle({ url: '/health/ready?exclude=cache', headers: {} })
  expect(response?.status).toBe(200)
  expect(JSON.parse(response?.body ?? '').details.cache).toMatchObject({
    status: 'UNKNOWN',
    message: 'excluded',
  })
})

import { expect, it } from 'vitest'
import type { Report } from '../core/report.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { Answers } from './answers.ts'
import { letterOf, type Summary } from './summary.ts'

const clock = fakeClock()

function report(name: string): Report {
  return { name, kind: 'group', status: 'DOWN', application: { status: 'UP' }, checks: {} }
}

function view(...names: readonly string[]) {
  const rows = [
    { id: 'process 1', standing: 'reporting', statuses: names.map(() => letterOf('UP')).join('') },
  ]
  const summary = { names, rows, reasons: {}, booted: true, started: true } as Summary
  return { summary, quorum: undefined, entry: 'workers', self: undefined } as never
}

it('keeps an answer for as long as nothing in it changes, each verdict its own', () => {
  const answers = new Answers(clock)
  const own = report('database')
  const seen = view('database')
  const worst = answers.of(own, 'worst', seen)
  expect(answers.of(own, 'worst', seen)).toBe(worst)
  expect(answers.of(own, 'best', seen)).not.toBe(worst)
  expect(answers.of(own, 'worst', seen)).toBe(worst)
  expect(answers.of(report('database'), 'worst', seen)).not.toBe(worst)
})

it('does not keep names for ever that come and go, as checks do that are added at run time', () => {
  const answers = new Answers(clock)
  const stays = report('database')
  for (let tenant = 0; tenant < 1000; tenant++) {
    const name = `tenant-${tenant}`
    for (const verdict of ['worst', 'best'] as const)
      answers.of(report(name), verdict, view('database', name))
    answers.of(stays, 'worst', view('database', name))
  }
  expect(answers.size).toBeLessThan(16)
})

import { timeoutSecondsOf } from '../../profile/timings.ts'
import type { Asking } from '../documents/asking.ts'
import { commandTimeout } from '../documents/command-timeout.ts'
import { duration, isReadable, said } from '../documents/figure.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { budgetOf, sourceOf } from '../known-service.ts'

export const timeoutBelowBudget: Rule = {
  id: 'timeout-below-budget',
  severity: 'error',
  title: 'The timeout is not above what an answer may take',
  why: 'A service that answers within its budget, but after the timeout, has answered in vain: it counts as down although it is well, and most of all when it is busy. A good answer has to fit, with room for the connection.',
  examine({ askings }, context): readonly Finding[] {
    return askings.flatMap((asking) => [...ofPlatform(asking, context), ...ofCommand(asking, context)])
  },
}

function ofPlatform(asking: Asking, { service }: Context): readonly Finding[] {
  const budgetMs = budgetOf(asking, service)
  const { timeout, interval, subject } = asking
  if (budgetMs === undefined || !isReadable(timeout) || timeout.value > budgetMs) return []
  const fits = (ms: number): boolean => !isReadable(interval) || interval.value >= ms
  const wanted = timeoutSecondsOf({ budgetMs }) * 1000
  // Where asked often there may be no room for more than the least.
  const enough = fits(wanted) ? wanted : leastFor(budgetMs)
  return [
    {
      place: timeout.place,
      severity: service.source === undefined ? 'warning' : 'error',
      what: `${subject} waits for ${duration(timeout.value)}, and the answer may take ${duration(budgetMs)}`,
      evidence: [said(timeout), `the budget is ${duration(budgetMs)} (${sourceOf(service)})`],
      fix: `wait for ${duration(enough)} at least, or lower the service's budgetMs`,
      edits: fits(enough) ? timeout.change?.(enough) : undefined,
    },
  ]
}

/** What a command gives up after by itself, however patient its platform is. */
function ofCommand(asking: Asking, { service }: Context): readonly Finding[] {
  const { question, subject } = asking
  const budgetMs = budgetOf(asking, service)
  const own = question.kind === 'command' ? commandTimeout(question.command) : undefined
  if (question.kind !== 'command' || own === undefined || budgetMs === undefined || own.ms > budgetMs)
    return []
  return [
    {
      place: question.command.place,
      severity: service.source === undefined ? 'warning' : 'error',
      what: `the command of ${subject} waits for ${duration(own.ms)}, and the answer may take ${duration(budgetMs)}`,
      evidence: [own.stated, `the budget is ${duration(budgetMs)} (${sourceOf(service)})`],
      fix: `give the command ${duration(timeoutSecondsOf({ budgetMs }) * 1000)} at least, below the timeout of its platform`,
    },
  ]
}

/** The next whole second above the budget. */
function leastFor(budgetMs: number): number {
  return (Math.floor(budgetMs / 1000) + 1) * 1000
}

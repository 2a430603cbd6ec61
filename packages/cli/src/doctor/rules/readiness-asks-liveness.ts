import type { Finding, Rule } from '../finding.ts'
import { meaningOfQuestion } from '../known-service.ts'
import { askedOf, pathHint, placeOf, toMeaning } from './liveness-asks-readiness.ts'

export const readinessAsksLiveness: Rule = {
  id: 'readiness-asks-liveness',
  severity: 'warning',
  title: 'Requests are sent to what is merely alive',
  why: 'Liveness stays good while the service starts, drains, or has lost what it needs. Whoever chooses by it where requests go sends them to an instance that cannot serve them, and goes on doing so while the instance ends.',
  examine({ askings }, { service }): readonly Finding[] {
    return askings
      .filter(({ role }) => role === 'readiness' || role === 'balancer')
      .filter(({ readinessIsToldElsewhere }) => readinessIsToldElsewhere !== true)
      .filter(({ question }) => meaningOfQuestion(question, service) === 'liveness')
      .map((asking) => ({
        place: placeOf(asking),
        what: `${asking.subject} asks ${askedOf(asking.question)}, which only tells whether it is alive`,
        evidence: [`it asks ${askedOf(asking.question)}`],
        fix: `ask for readiness${pathHint('readiness', service)}`,
        edits: toMeaning(asking, 'readiness', service),
      }))
  },
}

import type { Asking } from '../documents/asking.ts'
import type { Place } from '../documents/place.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, meaningOf, pathOf } from '../known-service.ts'

export const degradedTakenForDown: Rule = {
  id: 'degraded-taken-for-down',
  severity: 'error',
  title: 'A degraded service counts as down',
  why: 'A degraded service answers 200 and says DEGRADED in the body: it serves, with less. What expects another status, or the word UP, takes it out, and turns the loss of something that could be done without into an outage.',
  examine({ askings }, context): readonly Finding[] {
    return askings.flatMap((asking) => findingOf(asking, context))
  },
}

/** The word alone, or as the status of a JSON body. */
const WELL = /^\W*(?:status\W+)?(?:UP|PASS|OK|HEALTHY)\W*$/i
/** Of whoever is asked: the body of a status alone is looked for like this. */
const SAYS_UP = /status\W+UP\b/
const GREP_UP = /\|\s*e?grep\b[^|;&]*?\b(UP)\b/

function findingOf(asking: Asking, { service }: Context): readonly Finding[] {
  const { question, expects, subject } = asking
  const path = pathOf(question)
  const known = asksTheService(asking, service)
  const finding = (place: Place, stated: string, edits?: Finding['edits']): Finding => ({
    place,
    severity: known ? 'error' : 'warning',
    what: `${subject} takes DEGRADED for down`,
    evidence: [stated, 'DEGRADED is answered with 200 and "status":"DEGRADED"'],
    fix: `take 200 for well, whatever the body says: down is 503${expects?.instead === undefined ? '' : `. Write ${expects.instead}`}`,
    edits,
  })
  if (question.kind === 'unknown' && expects?.text !== undefined && SAYS_UP.test(expects.text)) {
    return [finding(expects.place, expects.stated)]
  }
  // Others may answer 204 when they are well, or have no state between.
  if (path === undefined || path.includes('actuator')) return []
  const named = meaningOf(path, service) !== undefined || path === '/health'
  if (!known && !named) return []
  if (expects?.accepts?.(200) === false) {
    return [finding(expects.place, expects.stated, expects.acceptAlso200?.())]
  }
  if (expects?.text !== undefined && WELL.test(expects.text)) {
    return [finding(expects.place, expects.stated)]
  }
  if (question.kind === 'command' && GREP_UP.test(question.command.text)) {
    return [finding(question.command.place, 'the command looks for UP in the body')]
  }
  return []
}

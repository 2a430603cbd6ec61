import type { Asking, Question } from '../documents/asking.ts'
import type { Command } from '../documents/command.ts'
import type { Edit, Place } from '../documents/place.ts'
import type { Finding, Rule } from '../finding.ts'
import { asksTheService, type KnownService, meaningOfQuestion, pathOf } from '../known-service.ts'

export const livenessAsksReadiness: Rule = {
  id: 'liveness-asks-readiness',
  severity: 'error',
  title: 'Liveness asks for readiness',
  why: 'Readiness fails while a dependency is down, while starting and while draining. When liveness asks for it, each of these restarts the container: an outage of the database becomes a restart of everything that uses it.',
  examine({ askings }, { service }): readonly Finding[] {
    return askings
      .filter(
        ({ role, replaces, question }) =>
          (role === 'liveness' || replaces === true) && meaningOfQuestion(question, service) === 'readiness',
      )
      .map((asking) => ({
        place: placeOf(asking),
        // Where a container has one check for everything, some look away on purpose.
        ...(asking.replaces === true && { severity: 'warning' as const }),
        what: `${asking.subject} asks ${askedOf(asking.question)}, which tells whether it is ready`,
        evidence: [`it asks ${askedOf(asking.question)}`],
        fix: `ask for liveness${pathHint('liveness', service)}`,
        edits: toMeaning(asking, 'liveness', service),
      }))
  },
}

export function placeOf({ question, place }: Asking): Place {
  return question.kind === 'http' || question.kind === 'grpc' ? question.place : place
}

/** The path to ask instead, or what it is called with hale. */
export function pathHint(meaning: 'liveness' | 'readiness', { profile, source }: KnownService): string {
  return source === undefined ? ` (with hale: ${profile[meaning].path})` : `: ${profile[meaning].path}`
}

export function askedOf(question: Question): string {
  if (question.kind === 'grpc') return `the gRPC service "${question.service}"`
  return pathOf(question) ?? 'something else'
}

/**
 * The same question with the other meaning. Only of a service that is known: a path that looks right and is not there
 * answers 404, and would restart, or take out, all that was well before.
 */
export function toMeaning(
  asking: Asking,
  meaning: 'liveness' | 'readiness',
  service: KnownService,
): readonly Edit[] | undefined {
  const { question } = asking
  // Without the query it is the same path, which is there.
  if (question.kind === 'http' && meaning === 'liveness' && /\?deep=true$/i.test(question.path)) {
    return question.changePath?.(question.path.slice(0, question.path.indexOf('?')))
  }
  if (!asksTheService(asking, service)) return undefined
  if (question.kind === 'grpc') return question.changeService?.(meaning)
  if (question.kind === 'command') return inCommand(question.command, service.profile[meaning].path)
  if (question.kind !== 'http') return undefined
  return question.changePath?.(service.profile[meaning].path)
}

/** Where the path stands there once, and as it is. */
function inCommand({ raw, place, target }: Command, path: string): readonly Edit[] | undefined {
  const asked = target?.path ?? ''
  const at = raw.indexOf(asked)
  if (asked === '' || at === -1 || raw.includes(asked, at + 1)) return undefined
  const start = place[0] + at
  return [{ at: [start, start + asked.length], text: path }]
}

import { probeOf } from '../documents/kubernetes/kubernetes-object.ts'
import type { Finding, Rule } from '../finding.ts'
import { meaningOfQuestion } from '../known-service.ts'
import { askedOf } from './liveness-asks-readiness.ts'

export const onePathForTwoProbes: Rule = {
  id: 'one-path-for-two-probes',
  severity: 'info',
  title: 'Liveness and readiness ask the same question',
  why: 'The two answers lead to different acts: a restart, or no requests for a while. One question cannot serve both: if it looks at dependencies, their outage restarts the container; if it does not, requests go to an instance that cannot serve them.',
  examine(document, { service }): readonly Finding[] {
    if (document.kind !== 'kubernetes') return []
    return (document.pod?.containers ?? []).flatMap((container) => {
      const liveness = probeOf(container, 'livenessProbe')?.asking.question
      const readiness = probeOf(container, 'readinessProbe')?.asking
      if (liveness === undefined || readiness === undefined) return []
      if (liveness.kind !== 'http' || readiness.question.kind !== 'http') return []
      // Where the name says which of the two it is, another rule has said what is wrong.
      if (meaningOfQuestion(liveness, service) !== undefined) return []
      if (liveness.path !== readiness.question.path || liveness.port !== readiness.question.port) return []
      return [
        {
          place: readiness.question.place,
          what: `${readiness.subject} asks ${askedOf(liveness)}, as livenessProbe does`,
          evidence: [`both ask ${liveness.path} at port ${liveness.port ?? '80'}`],
          fix: 'give each a path of its own: one that looks at nothing but the process, one that looks at what it needs',
        },
      ]
    })
  },
}

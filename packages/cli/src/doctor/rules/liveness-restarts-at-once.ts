import { isReadable, said } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'

export const livenessRestartsAtOnce: Rule = {
  id: 'liveness-restarts-at-once',
  severity: 'warning',
  title: 'One missed answer restarts the container',
  why: 'A pause for garbage collection, a busy node or one lost packet is enough to lose an answer now and then. With a failureThreshold of 1 each of them restarts a container that is well, and under load many at once.',
  examine({ askings }): readonly Finding[] {
    return askings.flatMap(({ role, failures, subject }) => {
      if (role !== 'liveness' || !isReadable(failures) || !failures.stated || failures.value > 1) return []
      return [
        {
          place: failures.place,
          what: `${subject} restarts the container after one failure`,
          evidence: [said(failures, 'times')],
          fix: 'failureThreshold: 3',
          edits: failures.change?.(3),
        },
      ]
    })
  },
}

import { hidesFailure, withFailFlag } from '../documents/command.ts'
import type { Finding, Rule } from '../finding.ts'

export const healthcheckHidesFailure: Rule = {
  id: 'healthcheck-hides-failure',
  severity: 'error',
  title: 'A health check that cannot fail',
  why: 'The platform looks at the exit code alone. curl without -f exits 0 on a 503, and `|| true` or `|| exit 0` exits 0 on anything: the container counts as healthy as long as a shell can be started.',
  examine({ askings }): readonly Finding[] {
    return askings.flatMap(({ question, subject }) => {
      if (question.kind !== 'command') return []
      const { command } = question
      const hidden = hidesFailure(command)
      if (hidden === undefined || (hidden === 'curl' && command.target?.path === undefined)) return []
      return [
        {
          place: command.place,
          what:
            hidden === 'curl'
              ? `${subject} runs curl without -f, which takes every answer for a good one`
              : `${subject} ends with success whatever happens before`,
          evidence: [command.text.trim()],
          fix: hidden === 'curl' ? 'curl -f' : 'end with || exit 1, or with nothing',
          edits: hidden === 'curl' ? withFailFlag(command) : undefined,
        },
      ]
    })
  },
}

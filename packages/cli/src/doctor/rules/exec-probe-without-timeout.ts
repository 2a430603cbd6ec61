import { isReadable } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'

/** Time for a process to start under a CPU limit. */
const ENOUGH_MS = 5000

export const execProbeWithoutTimeout: Rule = {
  id: 'exec-probe-without-timeout',
  severity: 'warning',
  title: 'An exec probe with the default timeout of one second',
  why: 'The command has one second for everything: the process has to be started in the container, under its CPU limit, before it can ask. On a busy node that alone takes longer, and the probe fails although nothing is wrong.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'kubernetes') return []
    return document.askings.flatMap(({ question, timeout, interval, subject, place }) => {
      if (question.kind !== 'command' || timeout === undefined || timeout.stated) return []
      const ms = isReadable(interval) ? Math.min(ENOUGH_MS, interval.value) : ENOUGH_MS
      return [
        {
          place,
          what: `${subject} runs a command and states no timeout`,
          evidence: ['timeoutSeconds is 1 s (the default)'],
          fix: `timeoutSeconds: ${ms / 1000}, or what the command takes on a busy node`,
          edits: timeout.change?.(ms),
        },
      ]
    })
  },
}

import { duration, isReadable, said } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'
import { budgetOf } from '../known-service.ts'

/** What many charts of databases leave between a script's own time and the probe's. */
const COMMAND_MARGIN_MS = 1000

export const timeoutAbovePeriod: Rule = {
  id: 'timeout-above-period',
  severity: 'warning',
  title: 'The timeout is above the period',
  why: 'A question is not asked while the one before is still waited for: an instance that hangs is then asked every timeout, not every period, and is noticed later than the figures say.',
  examine(document, { service }): readonly Finding[] {
    if (document.kind !== 'kubernetes') return []
    return (
      document.askings
        // While it starts, a longer wait only gives it more time.
        .filter(({ role }) => role !== 'balancer' && role !== 'startup')
        .flatMap((asking) => {
          const { timeout, interval, subject, failures } = asking
          if (!isReadable(timeout) || !isReadable(interval)) return []
          // A command that ends by itself after the period needs a moment more, or nobody learns what it had to say.
          const margin = asking.question.kind === 'command' ? COMMAND_MARGIN_MS : 0
          if (timeout.value <= interval.value + margin) return []
          const times = isReadable(failures) ? failures.value : 1
          const budgetMs = budgetOf(asking, service) ?? 0
          return [
            {
              place: timeout.place,
              what: `${subject} waits for ${duration(timeout.value)} but is to ask every ${duration(interval.value)}`,
              evidence: [
                said(timeout),
                said(interval),
                `${times} failures take ${duration(times * timeout.value)}, not ${duration(times * interval.value)}`,
              ],
              fix: `a timeout of ${duration(interval.value)} at most, or a period of ${duration(timeout.value)}`,
              edits:
                interval.value > budgetMs
                  ? timeout.change?.(interval.value)
                  : interval.change?.(timeout.value),
            },
          ]
        })
    )
  },
}

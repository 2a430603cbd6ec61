import { duration, isReadable, said } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'
import { budgetOf } from '../known-service.ts'

export const timeoutAboveInterval: Rule = {
  id: 'timeout-above-interval',
  severity: 'error',
  title: 'The timeout is above the interval',
  why: "Google's load balancers and Prometheus refuse a timeout above the interval, AWS's one that is not below it, and Traefik takes another interval: the old figures, or none, or others stay in force, and a controller that cannot apply them tells nobody.",
  examine({ askings }, { service }): readonly Finding[] {
    return askings.flatMap((asking) => {
      if (asking.refuses === undefined) return []
      const strict = asking.refuses === 'timeout-not-below-interval'
      const { timeout, interval } = asking
      if (!isReadable(timeout) || !isReadable(interval)) return []
      if (strict ? timeout.value < interval.value : timeout.value <= interval.value) return []
      const most = strict ? interval.value - 1000 : interval.value
      const fits = most > (budgetOf(asking, service) ?? 0) && most >= 1000
      return [
        {
          place: (timeout.stated ? timeout : interval).place,
          what: `${asking.subject} has a timeout of ${duration(timeout.value)} and an interval of ${duration(interval.value)}`,
          evidence: [said(timeout), said(interval)],
          fix: `a timeout ${strict ? 'below' : 'of'} ${duration(interval.value)}${strict ? '' : ' at most'}`,
          edits: fits ? timeout.change?.(most) : undefined,
        },
      ]
    })
  },
}

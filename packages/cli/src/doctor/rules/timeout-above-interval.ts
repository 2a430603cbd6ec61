import { duration, isReadable, said } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'
import { budgetOf } from '../known-service.ts'

export const timeoutAboveInterval: Rule = {
  id: 'timeout-above-interval',
  severity: 'error',
  title: "The load balancer's timeout is above its interval",
  why: "Google's load balancers refuse a health check whose timeout is above its interval, AWS's one whose timeout is not below it: the controller cannot apply it, and the old one, or none, stays in force without anybody being told.",
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

import { rangesOf } from '../documents/proxies/envoy.ts'
import type { Finding, Rule } from '../finding.ts'

export const envoyImmediateEject: Rule = {
  id: 'envoy-immediate-eject',
  severity: 'warning',
  title: 'Envoy ejects at the first unexpected status',
  why: 'unhealthy_threshold counts refused connections and timeouts only. A status that is neither expected nor retriable makes a host unhealthy at once, so that a single 503, as of one slow check, takes it out.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'envoy') return []
    return document.healthChecks.flatMap(({ cluster, node }) => {
      const http = node.get('http_health_check')
      const threshold = node.get('unhealthy_threshold')
      if (http === undefined || threshold?.number === undefined || threshold.number < 2) return []
      const retriable = rangesOf(http.get('retriable_statuses'))
      if (retriable === undefined || retriable.some(({ start, end }) => start <= 503 && end > 503)) return []
      const ranges = http.isFlow ? '[{"start": 500, "end": 600}]' : '[{ start: 500, end: 600 }]'
      return [
        {
          place: threshold.place,
          what: `cluster ${cluster} ejects a host after one 503, not after ${threshold.number}`,
          evidence: [`unhealthy_threshold is ${threshold.number}`, 'retriable_statuses do not hold 503'],
          fix: 'add retriable_statuses from 500 to 600 to http_health_check: then the threshold counts them',
          edits: retriable.length === 0 ? http.set('retriable_statuses', ranges) : undefined,
        },
      ]
    })
  },
}

import { titleOf } from '../documents/braces/consul.ts'
import type { Finding, Rule } from '../finding.ts'

export const consulDeregistersForGood: Rule = {
  id: 'consul-deregisters-for-good',
  severity: 'warning',
  title: 'A service that is down for a while never comes back',
  why: 'deregister_critical_service_after takes the service out of the catalogue. One that registers itself comes back with its next start; one that is defined in a file stays away until somebody reloads the agent, although what was down has long been up again.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'consul') return []
    return document.checks.flatMap((check) => {
      const after = check.node.get('deregister_critical_service_after')
      if (after === undefined) return []
      return [
        {
          place: after.place,
          what: `${titleOf(check)} deregisters the service for good`,
          evidence: [`deregister_critical_service_after is ${after.text ?? 'stated'}`],
          fix: 'leave it out: what is critical gets no requests anyway',
        },
      ]
    })
  },
}

import type { Document } from '../documents/document.ts'
import type { Located } from '../documents/yaml/located.ts'
import type { Finding, Rule } from '../finding.ts'

export const outlierEjectsAll: Rule = {
  id: 'outlier-ejects-all',
  severity: 'warning',
  title: 'Outlier detection may eject every instance',
  why: 'What all instances depend on makes all of them fail alike. When all of them may be ejected nobody is left, and requests that would have needed nothing of it fail too; ejection is for the one that differs from the others.',
  examine(document): readonly Finding[] {
    return detectionsIn(document).flatMap(({ of, node, most, panics }) => {
      const stated = node.get(most)
      if (stated?.number === undefined || stated.number < 100 || panics) return []
      return [
        {
          place: stated.place,
          what: `${of} ejects up to ${stated.number} % of the instances`,
          evidence: [`${most} is ${stated.number}`, 'below no share of healthy instances does it stop'],
          fix: `${most}: 50, so that half of them stay whatever happens`,
          edits: stated.replace('50'),
        },
      ]
    })
  },
}

interface Detection {
  readonly of: string
  readonly node: Located
  readonly most: string
  /** Whether, with too few that are healthy, requests go to all again, or elsewhere. */
  readonly panics: boolean
}

function detectionsIn(document: Document): readonly Detection[] {
  if (document.kind === 'envoy') {
    return document.clusters.flatMap((cluster) => {
      const node = cluster.get('outlier_detection')
      const threshold = cluster.get('common_lb_config', 'healthy_panic_threshold', 'value')?.number ?? 50
      const of = `cluster ${cluster.get('name')?.text ?? ''}`
      return node === undefined ? [] : [{ of, node, most: 'max_ejection_percent', panics: threshold > 0 }]
    })
  }
  if (document.kind !== 'kubernetes' || document.type !== 'DestinationRule') return []
  const policies = [
    document.node.get('spec', 'trafficPolicy'),
    ...(document.node.get('spec', 'subsets')?.items ?? []).map((subset) => subset.get('trafficPolicy')),
  ].flatMap((policy) => [policy, ...(policy?.get('portLevelSettings')?.items ?? [])])
  return policies.flatMap((policy) => {
    const node = policy?.get('outlierDetection')
    // Where the near ones are all ejected, those farther away take over: there 100 is what Istio recommends.
    const panics =
      (node?.get('minHealthPercent')?.number ?? 0) > 0 ||
      policy?.get('loadBalancer', 'localityLbSetting') !== undefined
    return node === undefined ? [] : [{ of: document.subject, node, most: 'maxEjectionPercent', panics }]
  })
}

import type { Document } from '../documents/document.ts'
import type { KubernetesDocument } from '../documents/kubernetes/kubernetes-object.ts'
import { neighboursOf } from '../documents/kubernetes/neighbours.ts'
import { selects } from '../documents/kubernetes/selector.ts'
import type { Context, Finding, Rule } from '../finding.ts'

export const pdbBlocksEviction: Rule = {
  id: 'pdb-blocks-eviction',
  severity: 'warning',
  title: 'A PodDisruptionBudget that allows no disruption',
  why: 'No pod may ever be evicted, so that a node cannot be drained: upgrades of the cluster wait for somebody who deletes the budget, or end by force, without any of its protection.',
  examine(document, { documents }: Context): readonly Finding[] {
    if (document.kind !== 'kubernetes' || document.type !== 'PodDisruptionBudget') return []
    const most = document.node.get('spec', 'maxUnavailable')
    const least = document.node.get('spec', 'minAvailable')
    if (most !== undefined && /^0%?$/.test(most.text ?? '')) {
      return [finding(document, most.place, `maxUnavailable is ${most.text}`)]
    }
    if (least === undefined) return []
    if (least.text === '100%') return [finding(document, least.place, 'minAvailable is 100%')]
    const replicas = replicasOf(document, documents)
    if (least.number === undefined || replicas === undefined || least.number < replicas.count) return []
    return [
      finding(
        document,
        least.place,
        `minAvailable is ${least.number}, of ${replicas.count} in ${replicas.of}`,
      ),
    ]
  },
}

function finding({ subject }: KubernetesDocument, place: Finding['place'], evidence: string): Finding {
  return {
    place,
    what: `${subject} lets no pod be evicted`,
    evidence: [evidence],
    fix: 'maxUnavailable: 1 in place of it, and two replicas or more',
  }
}

/** The least that run of what the budget selects; undefined when another file, or a person, decides. */
function replicasOf(
  budget: KubernetesDocument,
  documents: readonly Document[],
): { readonly count: number; readonly of: string } | undefined {
  const workload = neighboursOf(budget, documents, 'pods').find(
    ({ pod }) => pod !== undefined && selects(budget, pod.labels),
  )
  if (workload === undefined) return undefined
  const scaler = neighboursOf(budget, documents, 'HorizontalPodAutoscaler').find(
    ({ node }) => node.get('spec', 'scaleTargetRef', 'name')?.text === workload.name,
  )
  const count = (scaler?.node.get('spec', 'minReplicas') ?? workload.node.get('spec', 'replicas'))?.number
  return count === undefined ? undefined : { count, of: workload.subject }
}

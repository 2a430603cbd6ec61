import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { GeneratedFile } from '../../target.ts'
import { because } from '../../text/reasoned.ts'
import { toYaml } from '../../text/yaml.ts'

/** Undefined for one replica: it could only forbid that a node is ever drained, or allow the outage anyway. */
export function disruptionBudget({ name, replicas }: ServiceProfile): GeneratedFile | undefined {
  if (replicas < 2) return undefined
  const text = toYaml({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      maxUnavailable: because(
        1,
        'Nodes are drained one pod at a time. Not minAvailable: equal to the replicas, as it is once somebody scales down, it forbids every drain.',
      ),
      unhealthyPodEvictionPolicy: because(
        'AlwaysAllow',
        'A pod that is not ready serves nobody: it may not keep a node from being drained (Kubernetes 1.27 and newer).',
      ),
      selector: { matchLabels: { 'app.kubernetes.io/name': name } },
    },
  })
  return { path: 'pod-disruption-budget.yaml', text, language: 'yaml' }
}

import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { Timings } from '../../../profile/timings.ts'
import type { Asking, GeneratedFile, Sidecar } from '../../target.ts'
import { because, type Tree } from '../../text/reasoned.ts'
import { toYaml } from '../../text/yaml.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { healthOfPod } from './pod.ts'
import { sidecarSource } from './sidecar.ts'

/** A component: `components: [health]` in a kustomization that has the Deployment. */
export function kustomize(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  sidecar: Sidecar | undefined,
): readonly GeneratedFile[] {
  const { name } = profile
  const budget = disruptionBudget(profile)
  const patch: Tree = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      template: {
        spec: healthOfPod(profile, timings, ask, { sidecar }),
      },
    },
  }
  const kustomization: Tree = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...(budget !== undefined && { resources: [budget.path] }),
    ...(sidecar !== undefined && {
      configMapGenerator: because(
        [{ name: sidecarSource(profile), files: ['hale.yaml'] }],
        'hale.yaml lies beside this file. A change of it gives the ConfigMap another name, and so rolls the pods.',
      ),
    }),
    patches: because(
      [{ path: 'health-patch.yaml' }],
      `Merged into the Deployment ${name} and its container ${name}; the rest of them stays as it is.`,
    ),
    ...(budget !== undefined && { replacements: selectorOf(name) }),
  }
  return [
    {
      path: 'kustomization.yaml',
      text: toYaml(kustomization, `In the kustomization that has the Deployment: components: [this folder].`),
      language: 'yaml',
    },
    { path: 'health-patch.yaml', text: toYaml(patch), language: 'yaml' },
    ...(budget === undefined ? [] : [budget]),
  ]
}

/** A budget whose selector fits no pod says nothing, and nobody notices. */
function selectorOf(name: string): Tree {
  return because(
    [
      {
        source: { kind: 'Deployment', name, fieldPath: 'spec.selector.matchLabels' },
        targets: [
          { select: { kind: 'PodDisruptionBudget', name }, fieldPaths: ['spec.selector.matchLabels'] },
        ],
      },
    ],
    'The budget is about the pods of the Deployment, by whatever labels it selects them.',
  )
}

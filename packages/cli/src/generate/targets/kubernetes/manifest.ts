import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { Timings } from '../../../profile/timings.ts'
import { imageOf } from '../../asking/image-of.ts'
import type { Asking, GeneratedFile, Sidecar } from '../../target.ts'
import { because, type Mapping, type Tree } from '../../text/reasoned.ts'
import { toYaml } from '../../text/yaml.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { containerPorts, healthOfPod } from './pod.ts'

/** How long Kubernetes waits by default until it calls a rollout stuck. */
const DEFAULT_PROGRESS_SECONDS = 600

/** A whole Deployment, its Service and its PodDisruptionBudget. */
export function manifest(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  sidecar: Sidecar | undefined,
): readonly GeneratedFile[] {
  const budget = disruptionBudget(profile)
  return [
    { path: 'deployment.yaml', text: toYaml(deployment(profile, timings, ask, sidecar)), language: 'yaml' },
    { path: 'service.yaml', text: toYaml(service(profile)), language: 'yaml' },
    ...(budget === undefined ? [] : [budget]),
  ]
}

function deployment(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  sidecar: Sidecar | undefined,
): Tree {
  const { name, version, replicas, startupMs } = profile
  const selected = { 'app.kubernetes.io/name': name }
  const versioned = version === undefined ? {} : { 'app.kubernetes.io/version': labelValue(version) }
  const progressSeconds = Math.ceil((2 * startupMs) / 1000)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { ...selected, ...versioned } },
    spec: {
      replicas:
        replicas === 1
          ? because(
              1,
              'One alone: every crash, drained node and failing probe is an outage. Two or more for what is to stay up.',
            )
          : replicas,
      ...(progressSeconds > DEFAULT_PROGRESS_SECONDS && {
        progressDeadlineSeconds: because(
          progressSeconds,
          `A pod may take ${startupMs / 1000} s to start; at the default of ${DEFAULT_PROGRESS_SECONDS} s a rollout that is well would be called failed.`,
        ),
      }),
      selector: { matchLabels: selected },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: because(
          { maxSurge: 1, maxUnavailable: 0 },
          'A new pod has to be ready before an old one goes; nothing is lost when the new version never becomes ready.',
        ),
      },
      template: {
        metadata: { labels: { ...selected, ...versioned } },
        spec: healthOfPod(profile, timings, ask, {
          container: { image: imageOf(profile), ports: containerPorts(profile, ask, sidecar) },
          sidecar,
        }),
      },
    },
  }
}

function service({ name }: ServiceProfile): Tree {
  const selector: Mapping = { 'app.kubernetes.io/name': name }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: selector },
    spec: {
      selector: because(selector, 'Of these pods it sends requests to those whose readiness passes.'),
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    },
  }
}

/** Versions may have a `+`, and values of labels may not. */
function labelValue(version: string): string {
  return version
    .replace(/[^\w.-]/g, '_')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}

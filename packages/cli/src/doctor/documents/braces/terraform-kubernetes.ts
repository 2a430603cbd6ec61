import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { isKubernetes, kubernetesDocuments } from '../kubernetes/kubernetes.ts'
import type { KubernetesDocument } from '../kubernetes/kubernetes-object.ts'
import type { SourceFile } from '../source-file.ts'
import { assignment } from '../yaml/assignment.ts'
import type { Located } from '../yaml/located.ts'

/** Of `kubernetes_deployment_v1`, by what is between the prefix and the version. */
const KINDS: Readonly<Record<string, string>> = {
  pod: 'Pod',
  deployment: 'Deployment',
  stateful_set: 'StatefulSet',
  daemon_set: 'DaemonSet',
  daemonset: 'DaemonSet',
  replication_controller: 'ReplicationController',
  job: 'Job',
  cron_job: 'CronJob',
  service: 'Service',
  ingress: 'Ingress',
  pod_disruption_budget: 'PodDisruptionBudget',
  horizontal_pod_autoscaler: 'HorizontalPodAutoscaler',
}

/** The objects that Terraform's provider for Kubernetes makes of a resource: written as blocks, or as a manifest. */
export function kubernetesObjects(
  file: SourceFile,
  type: string,
  body: Located,
): readonly KubernetesDocument[] {
  if (type === 'kubernetes_manifest') {
    const manifest = body.get('manifest')
    return manifest !== undefined && isKubernetes(manifest) ? kubernetesDocuments(file, manifest) : []
  }
  const [, name = ''] = /^kubernetes_(\w+?)(?:_v\d\w*)?$/.exec(type) ?? []
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
  if (kind === undefined) return []
  const translate = (node: Node): Node => (isMap(node) ? withKind(asManifest(node), kind) : node)
  return kubernetesDocuments(
    file,
    body.translated(translate, (key, value) => assignment(underscored(key), value)),
  )
}

/** Blocks that are repeated where a manifest has a list. */
const LISTS: Readonly<Record<string, string>> = {
  container: 'containers',
  init_container: 'initContainers',
  port: 'ports',
}
/** Their keys are the names of labels. */
const LABELS = new Set(['labels', 'annotations', 'match_labels'])

function asManifest(map: YAMLMap): YAMLMap {
  const lists = new Map<string, YAMLSeq>()
  const pairs: Pair[] = []
  for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
    if (!isScalar(key)) continue
    const name = String(key.value)
    const list = isMap(value) && Object.hasOwn(LISTS, name) ? LISTS[name] : undefined
    if (list === undefined) {
      pairs.push(new Pair(at(new Scalar(camelCased(name)), key), translated(name, value)))
      continue
    }
    const items = lists.get(list) ?? at(new YAMLSeq(), value ?? key)
    items.items.push(translated(name, value))
    if (!lists.has(list)) pairs.push(new Pair(at(new Scalar(list), key), items))
    lists.set(list, items)
  }
  const made = at(new YAMLMap(), map)
  made.items = pairs
  made.flow = map.flow === true
  return made
}

function translated(name: string, value: Node | null): Node | null {
  if (isMap(value)) {
    const isOfLabels = LABELS.has(name) || (name === 'selector' && !isSelector(value))
    return isOfLabels ? value : asManifest(value)
  }
  if (isSeq(value)) return value
  // Terraform takes a number in quotes for the number.
  if (isScalar(value) && typeof value.value === 'string' && /^\d+$/.test(value.value) && value.range) {
    const [start, end] = value.range
    const number = new Scalar(Number(value.value))
    number.range = [start + 1, end - 1, end - 1]
    return number
  }
  return value
}

/** That of a Service is a map of labels, all others have one within. */
function isSelector(map: YAMLMap): boolean {
  return map.has('match_labels') || map.has('match_expressions')
}

function withKind(map: YAMLMap, kind: string): YAMLMap {
  map.items.push(new Pair(new Scalar('kind'), new Scalar(kind)))
  return map
}

function at<N extends Node>(node: N, { range }: Node): N {
  if (range) node.range = range
  return node
}

function camelCased(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function underscored(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

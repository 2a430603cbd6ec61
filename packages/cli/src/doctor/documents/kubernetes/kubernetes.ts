import type { Asking, Question, Role } from '../asking.ts'
import { commandAt } from '../command.ts'
import type { Figure } from '../figure.ts'
import type { SourceFile } from '../source-file.ts'
import { figureAt, portAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'
import { balancerAskings } from './kubernetes-balancers.ts'
import {
  type Container,
  type KubernetesDocument,
  type Pod,
  type ProbeKey,
  type ProbeOfContainer,
  probeKeys,
} from './kubernetes-object.ts'

const ROLES: Readonly<Record<ProbeKey, Role>> = {
  startupProbe: 'startup',
  livenessProbe: 'liveness',
  readinessProbe: 'readiness',
}

/** Where the pod's spec is, by kind. */
const POD_AT: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** What kustomize reads has the form of an object, and never becomes one. */
export function isKubernetes(root: Located): boolean {
  const version = root.get('apiVersion')?.text
  return (
    version !== undefined &&
    root.get('kind')?.text !== undefined &&
    !version.startsWith('kustomize.config.k8s.io/')
  )
}

/** The objects of one document: one, or those of a List. */
export function kubernetesDocuments(file: SourceFile, root: Located): readonly KubernetesDocument[] {
  if (root.get('kind')?.text?.endsWith('List') === true && root.get('items')?.isList === true) {
    const items = root.get('items')?.items ?? []
    return items.filter(isKubernetes).flatMap((item) => kubernetesDocuments(file, item))
  }
  const type = root.get('kind')?.text ?? ''
  const name = root.get('metadata', 'name')?.text ?? root.get('metadata', 'generateName')?.text ?? ''
  const subject = `${type} ${name}`.trim()
  const pod = podOf(root, type, subject)
  const probes = pod?.containers.flatMap((container) => container.probes.map(({ asking }) => asking)) ?? []
  return [
    {
      kind: 'kubernetes',
      file,
      node: root,
      type,
      name,
      namespace: root.get('metadata', 'namespace')?.text ?? '',
      subject,
      ...(pod && { pod }),
      askings: [...probes, ...balancerAskings(root, type, subject)],
    },
  ]
}

function podOf(root: Located, type: string, subject: string): Pod | undefined {
  const at = Object.hasOwn(POD_AT, type) ? POD_AT[type] : undefined
  if (at === undefined) return undefined
  const template = root.get(...at)
  // A patch may state nothing but annotations.
  const spec = template?.get('spec') ?? (template?.get('metadata') === undefined ? undefined : template)
  if (spec === undefined) return undefined
  const annotations = template?.get('metadata', 'annotations')
  const containers = [
    ...containersOf(spec.get('containers'), subject, false),
    ...containersOf(spec.get('initContainers'), subject, true),
  ]
  const replicas = root.get('spec', 'replicas')
  return {
    spec,
    labels: textsOf(template?.get('metadata', 'labels')),
    annotations: textsOf(annotations),
    annotationsAt: annotations,
    containers,
    runsOnce: type === 'Job' || type === 'CronJob',
    replicas: replicas === undefined && type !== 'DaemonSet' ? 1 : replicas?.number,
  }
}

export function textsOf(map: Located | undefined): ReadonlyMap<string, string> {
  return new Map((map?.entries ?? []).map(([key, value]) => [key, value.text ?? '']))
}

function containersOf(list: Located | undefined, subject: string, init: boolean): readonly Container[] {
  return (list?.items ?? []).map((node) => {
    const name = node.get('name')?.text ?? ''
    const sidecar = init && node.get('restartPolicy')?.text === 'Always'
    const of = `${init ? 'init container' : 'container'} ${name}, ${subject}`
    const probes = probeKeys.flatMap((key) => probeAt(node.get(key), key, of))
    const ports = (node.get('ports')?.items ?? []).map((port) => ({
      name: port.get('name')?.text,
      number: port.get('containerPort')?.number,
    }))
    return { name, node, sidecar, init, ports, probes }
  })
}

function probeAt(node: Located | undefined, key: ProbeKey, of: string): readonly ProbeOfContainer[] {
  if (node === undefined || !node.isMap) return []
  const seconds = (name: string, byDefault: number): Figure => figureAt(node, name, byDefault, 1000)
  const asking: Asking = {
    role: ROLES[key],
    subject: `${key} of ${of}`,
    place: node.place,
    question: questionOf(node),
    timeout: seconds('timeoutSeconds', 1),
    interval: seconds('periodSeconds', 10),
    delay: seconds('initialDelaySeconds', 0),
    failures: figureAt(node, 'failureThreshold', 3, 1),
    successes: figureAt(node, 'successThreshold', 1, 1),
  }
  return [{ key, node, asking }]
}

function questionOf(probe: Located): Question {
  const http = probe.get('httpGet')
  if (http !== undefined) {
    const path = http.get('path')
    const host = http.get('host')?.text
    return {
      kind: 'http',
      path: path?.text ?? '/',
      place: path?.place ?? http.place,
      ...portAt(http),
      ...(host !== undefined && { host }),
      changePath: (to) => http.set('path', to),
    }
  }
  const grpc = probe.get('grpc')
  if (grpc !== undefined) {
    return {
      kind: 'grpc',
      service: grpc.get('service')?.text ?? '',
      place: grpc.get('service')?.place ?? grpc.place,
      ...portAt(grpc),
      changeService: (to) => grpc.set('service', to),
    }
  }
  const command = probe.get('exec', 'command')
  if (command !== undefined) return { kind: 'command', command: commandAt(command) }
  const tcp = probe.get('tcpSocket')
  return tcp === undefined ? { kind: 'unknown' } : { kind: 'tcp', ...portAt(tcp) }
}

import {
  closed,
  flag,
  integer,
  label,
  listOf,
  mapOf,
  oneOf,
  path,
  port,
  type Schema,
  subdomain,
  text,
} from './schema.ts'

/** Facts of Kubernetes 1.34's API, as far as health is concerned: names, types, bounds, which fields exclude each other. */

const labelValue: Schema = { type: 'string', pattern: '^(|[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?)$' }
const metadata = closed(
  { name: label, namespace: label, labels: mapOf(labelValue), annotations: mapOf({ type: 'string' }) },
  ['name'],
)
/** Names of ports: 15 characters at most, one letter at least (IANA_SVC_NAME). */
const portName: Schema = { type: 'string', pattern: '^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$' }
const portRef: Schema = { anyOf: [port, portName] }

const handlers = {
  httpGet: closed(
    {
      path,
      port: portRef,
      scheme: oneOf('HTTP', 'HTTPS'),
      host: text,
      httpHeaders: listOf(closed({ name: text, value: text })),
    },
    ['port'],
  ),
  grpc: closed({ port, service: { type: 'string' } }, ['port']),
  exec: closed({ command: listOf(text) }, ['command']),
  tcpSocket: closed({ port: portRef, host: text }, ['port']),
}
const exactlyOne: Schema = { oneOf: Object.keys(handlers).map((name) => ({ required: [name] })) }

function probe(more: { readonly [name: string]: Schema }): Schema {
  const timing = {
    initialDelaySeconds: integer(0),
    timeoutSeconds: integer(1),
    periodSeconds: integer(1),
    failureThreshold: integer(1),
  }
  return { ...closed({ ...handlers, ...timing, ...more }), ...exactlyOne }
}
/** After a success these would have to fail again: only one counts. */
const once = { successThreshold: oneOf(1), terminationGracePeriodSeconds: integer(1) }

function container(patch: boolean): Schema {
  const directive: { readonly [name: string]: Schema } = patch ? { $patch: oneOf('replace') } : {}
  return closed(
    {
      name: label,
      image: text,
      command: listOf(text),
      envFrom: listOf(closed({ secretRef: closed({ name: subdomain, optional: flag }, ['name']) })),
      volumeMounts: listOf(closed({ name: label, mountPath: path, readOnly: flag }, ['name', 'mountPath'])),
      ports: listOf(
        closed({ name: portName, containerPort: port, protocol: oneOf('TCP', 'UDP', 'SCTP') }, [
          'containerPort',
        ]),
      ),
      lifecycle: closed({
        preStop: {
          ...closed({ ...handlers, sleep: closed({ seconds: integer(0) }, ['seconds']) }),
          oneOf: [...Object.keys(handlers), 'sleep'].map((name) => ({ required: [name] })),
        },
      }),
      startupProbe: probe({ ...once, ...directive }),
      livenessProbe: probe({ ...once, ...directive }),
      readinessProbe: probe({ successThreshold: integer(1), ...directive }),
    },
    patch ? ['name'] : ['name', 'image'],
  )
}

function podTemplate(patch: boolean): Schema {
  const spec = closed(
    {
      terminationGracePeriodSeconds: integer(0),
      containers: listOf(container(patch)),
      volumes: listOf(closed({ name: label, configMap: closed({ name: subdomain }, ['name']) }, ['name'])),
    },
    patch ? [] : ['containers'],
  )
  const meta = closed({ labels: mapOf(labelValue), annotations: mapOf({ type: 'string' }) })
  return closed({ metadata: meta, spec }, patch ? [] : ['metadata', 'spec'])
}

const selector = closed({ matchLabels: mapOf(labelValue) }, ['matchLabels'])
const rolling: Schema = { anyOf: [integer(0), { type: 'string', pattern: '^\\d+%$' }] }

export const deployment: Schema = closed(
  {
    apiVersion: oneOf('apps/v1'),
    kind: oneOf('Deployment'),
    metadata,
    spec: closed(
      {
        replicas: integer(0),
        minReadySeconds: integer(0),
        progressDeadlineSeconds: integer(1),
        selector,
        strategy: closed({
          type: oneOf('RollingUpdate', 'Recreate'),
          rollingUpdate: closed({ maxSurge: rolling, maxUnavailable: rolling }),
        }),
        template: podTemplate(false),
      },
      ['selector', 'template'],
    ),
  },
  ['apiVersion', 'kind', 'metadata', 'spec'],
)

/** What a strategic merge patch may say of a Deployment. */
export const deploymentPatch: Schema = closed(
  {
    apiVersion: oneOf('apps/v1'),
    kind: oneOf('Deployment'),
    metadata,
    spec: closed({ template: podTemplate(true) }, ['template']),
  },
  ['apiVersion', 'kind', 'metadata', 'spec'],
)

export const service: Schema = closed(
  {
    apiVersion: oneOf('v1'),
    kind: oneOf('Service'),
    metadata,
    spec: closed(
      {
        selector: mapOf(labelValue),
        ports: listOf(
          closed({ name: label, port, targetPort: portRef, protocol: oneOf('TCP', 'UDP', 'SCTP') }, ['port']),
        ),
      },
      ['ports'],
    ),
  },
  ['apiVersion', 'kind', 'metadata'],
)

export const podDisruptionBudget: Schema = closed(
  {
    apiVersion: oneOf('policy/v1'),
    kind: oneOf('PodDisruptionBudget'),
    metadata,
    spec: {
      ...closed(
        {
          minAvailable: rolling,
          maxUnavailable: rolling,
          unhealthyPodEvictionPolicy: oneOf('IfHealthyBudget', 'AlwaysAllow'),
          selector,
        },
        ['selector'],
      ),
      oneOf: [{ required: ['minAvailable'] }, { required: ['maxUnavailable'] }],
    },
  },
  ['apiVersion', 'kind', 'metadata', 'spec'],
)

const named = closed({ kind: text, name: label, fieldPath: text })

/** Kustomize 5: a kustomization, or a component of one. */
export const kustomization: Schema = closed(
  {
    apiVersion: oneOf('kustomize.config.k8s.io/v1alpha1', 'kustomize.config.k8s.io/v1beta1'),
    kind: oneOf('Component', 'Kustomization'),
    resources: listOf(text),
    configMapGenerator: listOf(closed({ name: subdomain, files: listOf(text) }, ['name'])),
    patches: listOf(closed({ path: text, target: named }, ['path'])),
    replacements: listOf(
      closed({
        source: named,
        targets: listOf(
          closed({ select: named, fieldPaths: listOf(text), options: closed({ create: flag }) }),
        ),
      }),
    ),
  },
  ['apiVersion', 'kind'],
)

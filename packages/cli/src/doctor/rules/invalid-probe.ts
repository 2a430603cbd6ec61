import type { Container, ProbeOfContainer } from '../documents/kubernetes/kubernetes-object.ts'
import type { Located } from '../documents/yaml/located.ts'
import type { Finding, Rule } from '../finding.ts'

const HANDLERS = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const
const NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'terminationGracePeriodSeconds',
] as const

export const invalidProbe: Rule = {
  id: 'invalid-probe',
  severity: 'error',
  title: 'A probe that Kubernetes refuses',
  why: 'The API server does not take the object, so that nothing is rolled out, and a pipeline that does not look at the answer goes on as if it had been.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'kubernetes') return []
    return (document.pod?.containers ?? []).flatMap((container) =>
      container.probes.flatMap((probe) => [
        ...ofInitContainer(container, probe),
        ...ofHandlers(container, probe),
        ...ofNumbers(probe),
        ...ofThreshold(probe),
      ]),
    )
  },
}

function refused(at: Located, what: string, fix: string, edits?: Finding['edits']): Finding {
  return { place: at.place, what, evidence: ['refused by the API server'], fix, edits }
}

function ofInitContainer(
  { init, sidecar }: Container,
  { asking, node }: ProbeOfContainer,
): readonly Finding[] {
  if (!init || sidecar) return []
  const fix = 'remove the probe; one that keeps running, with restartPolicy: Always, may have it'
  return [refused(node, `${asking.subject}: an init container that ends has no probes`, fix)]
}

function ofHandlers({ node: container }: Container, { asking, node }: ProbeOfContainer): readonly Finding[] {
  const handlers = HANDLERS.filter((key) => node.get(key) !== undefined)
  const found: Finding[] = []
  // A patch states only what it changes, and no image.
  const isPatch = container.get('image') === undefined
  if (handlers.length > 1 || (handlers.length === 0 && !isPatch)) {
    const names = handlers.length === 0 ? 'nothing' : `${handlers.join(' and ')} at once`
    found.push(refused(node, `${asking.subject} asks ${names}`, `one of ${HANDLERS.join(', ')}`))
  }
  for (const key of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const handler = node.get(key)
    if (handler !== undefined) found.push(...ofPort(handler, key, asking.subject, isPatch))
  }
  return found
}

function ofPort(handler: Located, key: string, subject: string, isPatch: boolean): readonly Finding[] {
  const port = handler.get('port')
  if (port === undefined) {
    return isPatch ? [] : [refused(handler, `${subject} names no port`, 'state the port')]
  }
  const isQuoted = /^["']/.test(port.raw)
  if (isQuoted && port.number !== undefined) {
    return [
      refused(
        port,
        `${subject} has a port in quotes, which is taken for a name`,
        `port: ${port.number}`,
        unquoted(port),
      ),
    ]
  }
  if (key === 'grpc' && port.number === undefined && !/^$|\$|\{\{/.test(port.text ?? '')) {
    return [refused(port, `${subject} asks gRPC at a port's name`, 'gRPC probes take a number')]
  }
  return []
}

function ofNumbers({ asking, node }: ProbeOfContainer): readonly Finding[] {
  return NUMBERS.flatMap((key) => {
    const value = node.get(key)
    if (value?.number === undefined || !/^["']/.test(value.raw)) return []
    return [
      refused(value, `${asking.subject} has ${key} in quotes`, `${key}: ${value.number}`, unquoted(value)),
    ]
  })
}

function ofThreshold({ key, asking, node }: ProbeOfContainer): readonly Finding[] {
  const successes = node.get('successThreshold')
  const grace = node.get('terminationGracePeriodSeconds')
  if (key === 'readinessProbe') {
    const fix = 'remove it: a readiness probe ends nothing'
    return grace === undefined
      ? []
      : [refused(grace, `${asking.subject} states terminationGracePeriodSeconds`, fix)]
  }
  if (successes?.number === undefined || successes.number <= 1) return []
  const fix = 'successThreshold: 1'
  return [
    refused(
      successes,
      `${asking.subject} states successThreshold ${successes.number}`,
      fix,
      node.set('successThreshold', '1'),
    ),
  ]
}

function unquoted(value: Located): Finding['edits'] {
  return value.isShared ? undefined : [{ at: value.valuePlace, text: String(value.number) }]
}

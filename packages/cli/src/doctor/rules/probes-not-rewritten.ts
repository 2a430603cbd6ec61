import type { Finding, Rule } from '../finding.ts'

const ANNOTATION = 'sidecar.istio.io/rewriteAppHTTPProbers'

export const probesNotRewritten: Rule = {
  id: 'probes-not-rewritten',
  severity: 'warning',
  title: "The mesh refuses the kubelet's probes",
  why: 'The kubelet has no certificate of the mesh. Where mutual TLS is strict its HTTP and gRPC probes reach the sidecar, which refuses them, unless Istio rewrites them to go through its agent: with that switched off no pod ever becomes ready.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'kubernetes' || document.pod === undefined) return []
    const { pod, subject } = document
    if (
      pod.annotations.get(ANNOTATION) !== 'false' ||
      pod.annotations.get('sidecar.istio.io/inject') === 'false'
    )
      return []
    const asked = pod.containers.flatMap(({ probes }) =>
      probes.filter(({ asking: { question } }) => question.kind === 'http' || question.kind === 'grpc'),
    )
    const at = pod.annotationsAt?.get(ANNOTATION)
    if (asked.length === 0 || at === undefined) return []
    return [
      {
        place: at.place,
        what: `the probes of ${subject} are not rewritten for the mesh`,
        evidence: [`${ANNOTATION} is false`, asked.map(({ asking }) => asking.subject).join(', ')],
        fix: `${ANNOTATION}: "true", or probes by exec, which stay within the container`,
        edits: at.replace('true'),
      },
    ]
  },
}

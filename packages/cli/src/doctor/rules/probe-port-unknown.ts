import type { Container, ProbeOfContainer } from '../documents/kubernetes/kubernetes-object.ts'
import type { Finding, Rule } from '../finding.ts'

export const probePortUnknown: Rule = {
  id: 'probe-port-unknown',
  severity: 'error',
  title: 'A probe asks at a port that has no such name',
  why: 'A name is looked up among the ports of its own container. When it is not there every probe fails: the container is restarted for ever, or never gets a request.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'kubernetes') return []
    return (document.pod?.containers ?? []).flatMap((container) =>
      container.probes.flatMap((probe) => findingOf(container, probe)),
    )
  },
}

function findingOf(container: Container, { asking, node }: ProbeOfContainer): readonly Finding[] {
  const { question, subject } = asking
  if (question.kind !== 'http' && question.kind !== 'tcp') return []
  const { port } = question
  // A patch need not repeat the ports; what holds a variable, or is filled in later, cannot be told.
  if (typeof port !== 'string' || /\$|\{\{/.test(port) || container.node.get('image') === undefined) return []
  const names = container.ports.flatMap(({ name }) => name ?? [])
  if (names.includes(port)) return []
  const at = node.get('httpGet', 'port') ?? node.get('tcpSocket', 'port') ?? node
  return [
    {
      place: at.place,
      what: `${subject} asks at port ${port}, which container ${container.name} does not name`,
      evidence: [
        names.length === 0 ? 'the container names no port' : `the container's ports are ${names.join(', ')}`,
      ],
      fix: fixFor(port, container, names),
    },
  ]
}

function fixFor(port: string, { ports }: Container, names: readonly string[]): string {
  if (names.length > 0) return `one of ${names.join(', ')}`
  const [only, ...others] = ports.flatMap(({ number }) => number ?? [])
  if (only === undefined || others.length > 0) return `name a port ${port}, or state its number`
  return `port: ${only}, or name: ${port} at containerPort ${only}`
}

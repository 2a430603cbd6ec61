import { extname } from 'node:path'
import type { Asking } from '../documents/asking.ts'
import type { Document } from '../documents/document.ts'
import type { Container, KubernetesDocument } from '../documents/kubernetes/kubernetes-object.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, type KnownService, sourceOf } from '../known-service.ts'

export const askedFromOutside: Rule = {
  id: 'asked-from-outside',
  severity: 'error',
  title: 'A service that listens on its own machine alone is asked from outside',
  why: 'The kubelet asks at the address of the pod, and a balancer at that of the instance. Where the service listens on 127.0.0.1 nobody answers there: every probe is refused, the container never starts or is restarted for ever, and no request arrives.',
  examine(document, { service }: Context): readonly Finding[] {
    const settings = service.profile.localOnly
    if (settings === undefined) return []
    return outsideAskings(document).flatMap(({ asking, container }) => {
      const setting = asking.question.kind === 'grpc' ? settings.grpc : settings.http
      const asked = asksTheService(asking, service) || connectsTo(asking, container, service)
      return setting !== undefined && asked ? [findingOf(asking, setting, service)] : []
    })
  },
}

interface OutsideAsking {
  readonly asking: Asking
  readonly container?: Container
}

/** Of those that stand elsewhere for sure: a proxy may run beside the service. */
function outsideAskings(document: Document): readonly OutsideAsking[] {
  if (document.kind === 'kubernetes') return inCluster(document)
  const ofCloud =
    document.kind === 'ecs' ||
    document.kind === 'platform' ||
    (document.kind === 'other' && isOfCloud(document.file.path))
  // Those of compose are Traefik's, which has a container of its own.
  if (!ofCloud && document.kind !== 'compose') return []
  return document.askings.flatMap((asking) => (asking.role === 'balancer' ? [{ asking }] : []))
}

function inCluster({ pod, askings }: KubernetesDocument): readonly OutsideAsking[] {
  const probes = (pod?.containers ?? []).flatMap((container) =>
    container.probes.flatMap(({ asking }) =>
      asking.question.kind === 'command' ? [] : [{ asking, container }],
    ),
  )
  const balancers = askings.flatMap((asking) => (asking.role === 'balancer' ? [{ asking }] : []))
  return [...probes, ...balancers]
}

function isOfCloud(path: string): boolean {
  return ['.tf', '.bicep', '.json'].includes(extname(path))
}

/** A question by TCP has no path by which the service could be told. */
function connectsTo(
  { question }: Asking,
  container: Container | undefined,
  { profile }: KnownService,
): boolean {
  if (question.kind !== 'tcp') return false
  const { port } = question
  const number = typeof port === 'string' ? container?.ports.find(({ name }) => name === port)?.number : port
  return number !== undefined && number === profile.port
}

function findingOf({ subject, place, question }: Asking, setting: string, service: KnownService): Finding {
  const [name = ''] = setting.split(' ')
  return {
    place: question.kind === 'http' || question.kind === 'grpc' ? question.place : place,
    what: `${subject} asks from outside, and the service listens on its own machine alone`,
    evidence: [`${setting} (${sourceOf(service)})`],
    fix: `leave ${name} out of the definition, then it listens on every address; or ask by a command in the container`,
  }
}

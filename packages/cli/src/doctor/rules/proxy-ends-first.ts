import { parse } from 'yaml'
import { duration, durationFrom } from '../documents/figure.ts'
import type { KubernetesDocument, Pod } from '../documents/kubernetes/kubernetes-object.ts'
import type { Place } from '../documents/place.ts'
import type { Finding, Rule } from '../finding.ts'
import { asksTheService, type KnownService, sourceOf } from '../known-service.ts'

const ISTIO = 'proxy.istio.io/config'
const LINKERD = 'config.alpha.linkerd.io/proxy-wait-before-exit-seconds'
/** Istio's own. */
const ISTIO_DRAIN_MS = 5000

export const proxyEndsFirst: Rule = {
  id: 'proxy-ends-first',
  severity: 'warning',
  title: "The mesh's proxy ends before the service has drained",
  why: 'The sidecar gets the signal to end together with the service. What it does not wait for is cut off: a service that goes on serving for a while is no longer reached, and what it answers no longer gets out. Native sidecars, which end last, need none of this.',
  examine(document, { service }): readonly Finding[] {
    if (document.kind !== 'kubernetes' || document.pod === undefined || document.pod.runsOnce) return []
    // Without probes of its own, as in a patch, whoever says for how long the proxy waits means the service.
    const { askings, pod } = document
    const known =
      service.timesAreKnown && (askings.length === 0 || askings.some((one) => asksTheService(one, service)))
    return known ? [...ofIstio(document, pod, service), ...ofLinkerd(document, pod, service)] : []
  },
}

function ofIstio({ subject }: KubernetesDocument, pod: Pod, service: KnownService): readonly Finding[] {
  const config = pod.annotations.get(ISTIO)
  if (config === undefined) return []
  const stated = drainIn(config)
  if (stated === 'unreadable') return []
  const { drainDelayMs, inFlightMs } = service.profile
  const needMs = drainDelayMs + inFlightMs
  const waitsMs = stated ?? ISTIO_DRAIN_MS
  if (waitsMs >= needMs) return []
  return [
    {
      place: placeOf(pod, ISTIO),
      what: `the sidecar of ${subject} ends ${duration(waitsMs)} after the signal, and the service needs it for ${duration(needMs)}`,
      evidence: [
        `terminationDrainDuration is ${duration(waitsMs)}${stated === undefined ? ' (the default)' : ''}`,
        `drain delay ${duration(drainDelayMs)} + requests in flight ${duration(inFlightMs)} (${sourceOf(service)})`,
      ],
      fix: `terminationDrainDuration: ${Math.ceil(needMs / 1000) + 2}s, and a terminationGracePeriodSeconds above it`,
    },
  ]
}

function drainIn(config: string): number | 'unreadable' | undefined {
  try {
    const { terminationDrainDuration: stated }: { terminationDrainDuration?: unknown } = parse(config) ?? {}
    return stated === undefined ? undefined : (durationFrom(String(stated), 1000) ?? 'unreadable')
  } catch {
    return 'unreadable'
  }
}

function ofLinkerd({ subject }: KubernetesDocument, pod: Pod, service: KnownService): readonly Finding[] {
  const stated = pod.annotations.get(LINKERD)
  const { drainDelayMs } = service.profile
  if (stated === undefined || !/^\d+$/.test(stated) || Number(stated) * 1000 >= drainDelayMs) return []
  const seconds = Math.ceil(drainDelayMs / 1000)
  return [
    {
      place: placeOf(pod, LINKERD),
      what: `the proxy of ${subject} refuses requests ${stated} s after the signal, and the service expects them for ${duration(drainDelayMs)}`,
      evidence: [`${LINKERD} is ${stated}`, `drain delay ${duration(drainDelayMs)} (${sourceOf(service)})`],
      fix: `${LINKERD}: "${seconds}"`,
      edits: pod.annotationsAt?.get(LINKERD)?.replace(String(seconds)),
    },
  ]
}

function placeOf({ annotationsAt, spec }: Pod, key: string): Place {
  return (annotationsAt?.get(key) ?? spec).place
}

import type { ComposeDocument, PlatformDocument, SystemdDocument } from '../documents/document.ts'
import { duration, durationFrom, isReadable, said } from '../documents/figure.ts'
import type { KubernetesDocument, Pod } from '../documents/kubernetes/kubernetes-object.ts'
import { preStopOf } from '../documents/kubernetes/pre-stop.ts'
import { unitTimeout } from '../documents/machines/unit-times.ts'
import { figureAt } from '../documents/yaml/figure-at.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, type KnownService, sourceOf } from '../known-service.ts'

/** For hooks and logs after the last request. */
const MARGIN_MS = 5000

export const graceBelowDrain: Rule = {
  id: 'grace-below-drain',
  severity: 'error',
  title: 'The time to end is shorter than ending takes',
  why: 'The platform kills what has not ended when the grace period is over. preStop runs inside it, then the service drains, then its last requests have to finish: what does not fit is cut off, at every roll.',
  examine(document, context): readonly Finding[] {
    if (document.kind === 'compose') return inCompose(document, context)
    if (document.kind === 'systemd') return inUnit(document, context)
    if (document.kind === 'platform') return onPlatform(document, context)
    if (document.kind !== 'kubernetes' || document.pod === undefined || document.pod.runsOnce) return []
    return inPod(document, document.pod, context.service)
  },
}

function inPod(
  { subject, askings }: KubernetesDocument,
  pod: Pod,
  service: KnownService,
): readonly Finding[] {
  const grace = figureAt(pod.spec, 'terminationGracePeriodSeconds', 30, 1000)
  // A patch leaves to what it is laid over what it does not state.
  const isPatch = pod.containers.every(({ node }) => node.get('image') === undefined)
  if (grace.value === undefined || (isPatch && !grace.stated)) return []
  const preStopMs = Math.max(0, ...pod.containers.map((container) => preStopOf(container)?.ms ?? 0))
  const known = service.timesAreKnown && askings.some((asking) => asksTheService(asking, service))
  // Of a stranger nothing is known but what the file says: a preStop shows how long somebody meant it to take.
  if (!known && preStopMs === 0) return []
  const need = needOf(preStopMs, known, service)
  if (grace.value >= need.ms) return []
  const written = Math.ceil((need.ms + MARGIN_MS) / 1000)
  return [
    {
      place: grace.place,
      severity: known || preStopMs >= grace.value ? 'error' : 'warning',
      what: `${subject} is killed after ${duration(grace.value)}, and ending takes up to ${duration(need.ms)}`,
      evidence: [
        `terminationGracePeriodSeconds is ${grace.value / 1000}${grace.stated ? '' : ' (the default)'}`,
        need.sum,
      ],
      fix: `terminationGracePeriodSeconds: ${written}`,
      edits: grace.change?.(written * 1000),
    },
  ]
}

function needOf(
  preStopMs: number,
  known: boolean,
  service: KnownService,
): { readonly ms: number; readonly sum: string } {
  const { drainsItself, drainDelayMs, inFlightMs } = service.profile
  const drainMs = known && drainsItself ? drainDelayMs : 0
  const ms = preStopMs + drainMs + inFlightMs
  const parts = [
    ...(preStopMs > 0 ? [`preStop ${duration(preStopMs)}`] : []),
    ...(drainMs > 0 ? [`drain delay ${duration(drainMs)}`] : []),
    `requests in flight ${duration(inFlightMs)}`,
  ]
  const source = service.timesAreKnown ? sourceOf(service) : 'the last assumed'
  return { ms, sum: `${parts.join(' + ')} = ${duration(ms)} (${source})` }
}

/** Compose gives 10 s where nothing is said, but drops no requests of others: only what is known is held against it. */
function inCompose({ services, askings }: ComposeDocument, { service }: Context): readonly Finding[] {
  if (!service.timesAreKnown) return []
  const ours = new Set(
    askings.filter((asking) => asksTheService(asking, service)).map(({ subject }) => subject),
  )
  return services.flatMap(({ name, node }) => {
    if (!ours.has(`healthcheck of service ${name}`)) return []
    const stated = node.get('stop_grace_period')
    const graceMs = stated === undefined ? 10_000 : durationFrom(stated.text ?? '')
    const need = needOf(0, true, service)
    if (graceMs === undefined || graceMs >= need.ms) return []
    const written = `${Math.ceil((need.ms + MARGIN_MS) / 1000)}s`
    return [
      {
        place: stated?.place ?? node.keyPlace,
        what: `service ${name} is killed after ${duration(graceMs)}, and ending takes up to ${duration(need.ms)}`,
        evidence: [
          `stop_grace_period is ${duration(graceMs)}${stated === undefined ? ' (the default)' : ''}`,
          need.sum,
        ],
        fix: `stop_grace_period: ${written}`,
        edits: node.set('stop_grace_period', written),
      },
    ]
  })
}

function onPlatform({ stop, askings }: PlatformDocument, { service }: Context): readonly Finding[] {
  if (!service.timesAreKnown || !askings.some((asking) => asksTheService(asking, service))) return []
  const need = needOf(0, true, service)
  if (!isReadable(stop) || stop.value >= need.ms) return []
  const enough = Math.ceil((need.ms + MARGIN_MS) / 1000)
  return [
    {
      place: stop.place,
      what: `the service is killed after ${duration(stop.value)}, and ending takes up to ${duration(need.ms)}`,
      evidence: [said(stop), need.sum],
      fix: `${stop.name} = ${enough}`,
      edits: stop.change?.(enough * 1000),
    },
  ]
}

function inUnit({ unit, file, askings }: SystemdDocument, { service }: Context): readonly Finding[] {
  if (!service.timesAreKnown || !askings.some((asking) => asksTheService(asking, service))) return []
  // A unit that only asks and ends is not what drains.
  if (askings.every(({ role }) => role === 'liveness')) return []
  const stop = unitTimeout(unit, 'TimeoutStopSec', file.text)
  const need = needOf(0, true, service)
  if (!isReadable(stop) || stop.value >= need.ms) return []
  return [
    {
      place: stop.place,
      what: `unit ${unit.name} is killed after ${duration(stop.value)}, and ending takes up to ${duration(need.ms)}`,
      evidence: [said(stop), need.sum],
      fix: `TimeoutStopSec=${Math.ceil((need.ms + MARGIN_MS) / 1000)}`,
      edits: stop.change?.(need.ms + MARGIN_MS),
    },
  ]
}

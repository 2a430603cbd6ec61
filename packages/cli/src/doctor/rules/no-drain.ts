import { LEAST_DRAIN_MS } from '../../profile/timings.ts'
import type { Asking } from '../documents/asking.ts'
import { duration } from '../documents/figure.ts'
import { runsHaleServe } from '../documents/kubernetes/hale-serve.ts'
import { type Container, probeOf } from '../documents/kubernetes/kubernetes-object.ts'
import { preStopOf } from '../documents/kubernetes/pre-stop.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, type KnownService, pathOf, sourceOf } from '../known-service.ts'

export const noDrain: Rule = {
  id: 'no-drain',
  severity: 'error',
  title: 'Nothing waits until the balancers have left',
  why: 'Kubernetes tells the process to end at the moment at which it begins to tell proxies and balancers to leave it. For some seconds they still send requests, which a process that has stopped listening refuses: every roll loses some.',
  examine(document, context): readonly Finding[] {
    if (document.kind !== 'kubernetes' || (document.type !== 'Deployment' && document.type !== 'Rollout')) {
      return []
    }
    const containers = document.pod?.containers ?? []
    const forOthers = containers.filter(runsHaleServe).flatMap(readinessOf)[0]
    // Nobody but those who probe asks hale serve, and it says 503 as soon as it is told to end.
    const applications = containers.filter((container) => !container.init && !runsHaleServe(container))
    return applications.flatMap((container) => {
      const [own] = readinessOf(container)
      if (preStopOf(container) !== undefined) return []
      if (own !== undefined) return findingOf(container, own, context)
      // Requests come to what has ports; the others ship logs and the like.
      const isServed = container.ports.length > 0 || applications.length === 1
      return isServed && forOthers !== undefined ? findingOf(container, forOthers, context, true) : []
    })
  },
}

function readinessOf(container: Container): readonly Asking[] {
  const probe = probeOf(container, 'readinessProbe')
  return probe === undefined ? [] : [probe.asking]
}

/** @param beside whether hale serve is asked in its place, which it is without an endpoint of its own */
function findingOf(
  container: Container,
  asking: Asking,
  { service }: Context,
  beside = false,
): readonly Finding[] {
  const { profile } = service
  const place = container.node.get('name')?.place ?? container.node.place
  const seconds = Math.ceil(Math.max(profile.drainDelayMs, LEAST_DRAIN_MS) / 1000)
  if (service.timesAreKnown && asksTheService(asking, service)) {
    if (profile.drainsItself && profile.drainDelayMs >= LEAST_DRAIN_MS) return []
    if (profile.drainsItself && profile.drainDelayMs > 0) return [tooShort(container, service)]
    return [
      {
        place,
        what: `container ${container.name} ends at once when it is told to, while requests still come`,
        evidence: [
          'no preStop hook',
          `a drain delay of ${profile.drainsItself ? duration(profile.drainDelayMs) : 'none'} (${sourceOf(service)})`,
        ],
        fix: `a preStop hook that sleeps for ${seconds} s (sleep needs Kubernetes 1.30), or gracefulShutdown with a drainDelayMs`,
        edits:
          container.node.get('lifecycle') === undefined
            ? container.node.set('lifecycle', `\n  preStop:\n    sleep:\n      seconds: ${seconds}`)
            : undefined,
      },
    ]
  }
  const path = pathOf(asking.question)
  if (path === undefined || asking.question.kind !== 'http') return []
  // hale's own paths are those of a service that most likely drains by hale's gracefulShutdown.
  if (!beside && /\/health\/ready$/.test(path)) return []
  return [
    {
      place,
      severity: 'info',
      what: `container ${container.name} has no preStop hook, and whether it waits by itself cannot be seen here`,
      evidence: ['no preStop hook'],
      fix: `a preStop hook that sleeps for ${seconds} s, unless the process goes on serving for as long after SIGTERM`,
    },
  ]
}

/** By somebody who has thought of it: their cluster may be quick. */
function tooShort({ name, node }: Container, service: KnownService): Finding {
  const { drainDelayMs } = service.profile
  return {
    place: node.get('name')?.place ?? node.place,
    severity: 'warning',
    what: `container ${name} stops listening ${duration(drainDelayMs)} after it is told to end, while proxies and balancers may still be learning of it`,
    evidence: [`a drain delay of ${duration(drainDelayMs)} (${sourceOf(service)})`, 'no preStop hook'],
    fix: `a drainDelayMs of ${LEAST_DRAIN_MS} or more: endpoints take seconds to leave`,
  }
}

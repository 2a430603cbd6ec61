import { duration, isReadable } from '../documents/figure.ts'
import { type Container, probeOf } from '../documents/kubernetes-object.ts'
import type { Context, Finding, Rule } from '../finding.ts'
import { asksTheService, sourceOf } from '../known-service.ts'

/** A liveness probe that waits for this long in the beginning was written for a slow start. */
const SLOW_START_MS = 30_000

export const noStartupProbe: Rule = {
  id: 'no-startup-probe',
  severity: 'error',
  title: 'A slow start without a startup probe',
  why: 'Without a startup probe the liveness probe begins at once and kills a container that is still starting, again and again. initialDelaySeconds helps only as long as every start is shorter, and holds back the probe after every start that was quick.',
  examine(document, context): readonly Finding[] {
    if (document.kind !== 'kubernetes' || document.pod === undefined) return []
    return document.pod.containers
      .filter((container) => probeOf(container, 'startupProbe') === undefined)
      .flatMap((container) => findingOf(container, context))
  },
}

function findingOf(container: Container, { service }: Context): readonly Finding[] {
  const probe = probeOf(container, 'livenessProbe')
  if (probe === undefined) return []
  const { asking, node } = probe
  const { delay, interval, failures, subject } = asking
  if (!isReadable(delay) || !isReadable(interval) || !isReadable(failures)) return []
  const patience = delay.value + interval.value * failures.value
  const figures = `it kills after ${duration(delay.value)} + ${failures.value} × ${duration(interval.value)} = ${duration(patience)}`
  const { startupMs } = service.profile
  if (service.timesAreKnown && asksTheService(asking, service)) {
    if (patience >= startupMs) return []
    return [
      {
        place: node.keyPlace,
        what: `${subject} kills the container after ${duration(patience)}, and a start may take ${duration(startupMs)}`,
        evidence: [figures, `a start takes up to ${duration(startupMs)} (${sourceOf(service)})`],
        fix: `add a startupProbe on ${service.profile.startup.path} with failureThreshold × periodSeconds of at least ${startupMs / 1000}`,
      },
    ]
  }
  if (delay.value < SLOW_START_MS) return []
  return [
    {
      place: delay.place,
      severity: 'info',
      what: `${subject} waits for ${duration(delay.value)} before its first question, after every start`,
      evidence: [`initialDelaySeconds is ${delay.value / 1000}`, figures],
      fix: 'a startupProbe with the same question, and no initialDelaySeconds: liveness begins as soon as the start is over',
    },
  ]
}

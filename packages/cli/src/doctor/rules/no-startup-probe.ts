import { timeoutSecondsOf } from '../../profile/timings.ts'
import type { Asking } from '../documents/asking.ts'
import { duration, isReadable } from '../documents/figure.ts'
import { type Container, probeOf } from '../documents/kubernetes/kubernetes-object.ts'
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
        ...startupProbeFor(container, asking, service),
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

const PERIOD_SECONDS = 3

/** The same question with the startup's path, which is known, and figures that cover the start. */
function startupProbeFor(
  { node, ports }: Container,
  { question }: Asking,
  { profile }: Context['service'],
): Pick<Finding, 'fix' | 'edits'> {
  const { startup, startupMs } = profile
  const failureThreshold = Math.ceil(startupMs / 1000 / PERIOD_SECONDS) + 1
  const timeoutSeconds = timeoutSecondsOf(startup)
  const handler = node.get('livenessProbe', 'httpGet')
  // What else it says, as headers, would have to be said again.
  const isPlain = handler?.entries.every(([key]) => ['path', 'port', 'scheme'].includes(key))
  if (
    question.kind !== 'http' ||
    !isPlain ||
    question.port === undefined ||
    timeoutSeconds > PERIOD_SECONDS
  ) {
    return {
      fix: `add a startupProbe on ${startup.path} with failureThreshold × periodSeconds of at least ${startupMs / 1000}`,
    }
  }
  const scheme = handler?.get('scheme')?.text
  const asked = [
    `path: ${startup.path}`,
    `port: ${question.port}`,
    ...(scheme === undefined ? [] : [`scheme: ${scheme}`]),
  ]
  const figures = { periodSeconds: PERIOD_SECONDS, timeoutSeconds, failureThreshold }
  const lines = Object.entries(figures).map(([key, value]) => `${key}: ${value}`)
  return {
    fix: `startupProbe: { httpGet: { ${asked.join(', ')} }, ${lines.join(', ')} }`,
    // At a port that is not there it would be one more that fails.
    ...(isThere(question.port, ports) && {
      edits: node.set(
        'startupProbe',
        ['', 'httpGet:', ...asked.map((one) => `  ${one}`), ...lines].join('\n  '),
      ),
    }),
  }
}

function isThere(port: number | string, ports: Container['ports']): boolean {
  return typeof port === 'number' || ports.some(({ name }) => name === port)
}

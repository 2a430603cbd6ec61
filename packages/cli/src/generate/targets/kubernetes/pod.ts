import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { Timings } from '../../../profile/timings.ts'
import { graceReason, NO_PRE_STOP_REASON, PRE_STOP_REASON, shortDrainReason } from '../../asking/reasons.ts'
import { answeredBy } from '../../asking/sidecar.ts'
import type { Asking, Sidecar } from '../../target.ts'
import { because, type Mapping, type Tree } from '../../text/reasoned.ts'
import { portName, probes } from './probes.ts'
import { bareProbes, sidecarContainer, sidecarVolumes } from './sidecar.ts'

/** Beside the probes. */
export interface PodParts {
  /** What else is said of the application's; a patch for one that exists says nothing. */
  readonly container?: Mapping | undefined
  readonly sidecar?: Sidecar | undefined
}

/** What health says of a pod: probes and the end of its life. */
export function healthOfPod(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  { container, sidecar }: PodParts = {},
): Mapping {
  const place = container === undefined ? 'patch' : 'manifest'
  return {
    terminationGracePeriodSeconds: because(timings.graceSeconds, graceReasons(profile, timings)),
    containers: [
      {
        name: profile.name,
        ...container,
        ...preStop(timings),
        ...(sidecar === undefined
          ? probes(profile, timings, ask, place)
          : bareProbes(profile, timings, place)),
      },
      ...(sidecar === undefined ? [] : [sidecarContainer(profile, timings, ask, sidecar, place)]),
    ],
    ...(sidecar !== undefined && { volumes: sidecarVolumes(profile, place) }),
  }
}

function graceReasons(profile: ServiceProfile, timings: Timings): string {
  const reason = graceReason(profile, timings)
  const short = shortDrainReason(profile)
  if (short !== undefined) return `${reason}\n${short}`
  return profile.drainsItself ? `${reason}\n${NO_PRE_STOP_REASON}` : reason
}

function preStop({ preStopSeconds }: Timings): Mapping {
  if (preStopSeconds === 0) return {}
  return {
    lifecycle: because(
      {
        preStop: because(
          { sleep: { seconds: preStopSeconds } },
          'Kubernetes 1.30 and newer; before, exec: { command: [sleep, "N"] } with a sleep in the image.',
        ),
      },
      PRE_STOP_REASON,
    ),
  }
}

/** The ports that the application's container opens. */
export function containerPorts(
  profile: ServiceProfile,
  ask: Asking,
  sidecar: Sidecar | undefined,
): readonly Tree[] {
  const { port, servicePort = port, grpcPort } = profile
  if (sidecar !== undefined) return [{ name: 'http', containerPort: servicePort }]
  return [
    { name: 'http', containerPort: servicePort },
    ...(portName(profile) === 'health' ? [answeredBy(profile, { name: 'health', containerPort: port })] : []),
    ...(ask === 'grpc' && grpcPort !== undefined && grpcPort !== port && grpcPort !== servicePort
      ? [{ name: 'grpc-health', containerPort: grpcPort }]
      : []),
  ]
}

import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { Timings } from '../../../profile/timings.ts'
import { graceReason, NO_PRE_STOP_REASON, PRE_STOP_REASON } from '../../asking/reasons.ts'
import type { Asking } from '../../target.ts'
import { because, type Mapping, type Tree } from '../../text/reasoned.ts'
import { portName, probes } from './probes.ts'

/**
 * What health says of a pod: probes and the end of its life.
 *
 * @param container what else is said of it; a patch for one that exists says nothing.
 */
export function healthOfPod(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  container?: Mapping,
): Mapping {
  return {
    terminationGracePeriodSeconds: because(timings.graceSeconds, graceReasons(profile, timings)),
    containers: [
      {
        name: profile.name,
        ...container,
        ...preStop(timings),
        ...probes(profile, timings, ask, container === undefined ? 'patch' : 'manifest'),
      },
    ],
  }
}

function graceReasons(profile: ServiceProfile, timings: Timings): string {
  const reason = graceReason(profile, timings)
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

/** The ports that a container opens. */
export function containerPorts(profile: ServiceProfile, ask: Asking): readonly Tree[] {
  const { port, servicePort = port, grpcPort } = profile
  return [
    { name: 'http', containerPort: servicePort },
    ...(portName(profile) === 'health' ? [{ name: 'health', containerPort: port }] : []),
    ...(ask === 'grpc' && grpcPort !== undefined && grpcPort !== port && grpcPort !== servicePort
      ? [{ name: 'grpc-health', containerPort: grpcPort }]
      : []),
  ]
}

import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { ProbeTiming, Timings } from '../../../profile/timings.ts'
import { probeCommand, probeCommandReason } from '../../asking/probe-command.ts'
import {
  DEGRADED_REASON,
  LIVENESS_REASON,
  livenessThresholdReason,
  readinessThresholdReason,
  sharedFateReason,
  startupThresholdReason,
  timeoutReason,
} from '../../asking/reasons.ts'
import type { Asking, ProbeName } from '../../target.ts'
import { because, type Mapping } from '../../text/reasoned.ts'

/** Where the probes are written: a patch knows nothing of a container but its name, not even its ports'. */
export type Place = 'manifest' | 'patch'

/** The three probes of a container. */
export function probes(profile: ServiceProfile, timings: Timings, ask: Asking, place: Place): Mapping {
  const port = place === 'patch' ? profile.port : portName(profile)
  const handler = (probe: ProbeName): Mapping => ({
    // Merged with a probe that asks by other means, it would have two.
    ...(place === 'patch' && { $patch: 'replace' }),
    ...handlerOf(profile, probe, ask, timings[probe], port),
  })
  const { liveness, readiness, startup } = timings
  const shared = sharedFateReason(profile)
  return {
    startupProbe: because(
      {
        ...handler('startup'),
        ...timed(profile, 'startup', startup, startupThresholdReason(profile, startup)),
      },
      'Holds the other two back until the service has started, so that liveness need not wait for the slowest start.',
    ),
    livenessProbe: because(
      {
        ...handler('liveness'),
        ...timed(profile, 'liveness', liveness, livenessThresholdReason(liveness)),
      },
      LIVENESS_REASON,
    ),
    readinessProbe: because(
      {
        ...handler('readiness'),
        ...timed(profile, 'readiness', readiness, readinessThresholdReason(readiness)),
      },
      [`Asks whether requests should be sent here. ${DEGRADED_REASON}`, shared]
        .filter((it) => it !== undefined)
        .join('\n'),
    ),
  }
}

function timed(
  profile: ServiceProfile,
  probe: ProbeName,
  timing: ProbeTiming,
  thresholdReason: string,
): Mapping {
  return {
    // Said once: the three are alike but for budgets of their own.
    timeoutSeconds:
      probe === 'startup' || profile[probe].budgetMs !== profile.startup.budgetMs
        ? because(timing.timeoutSeconds, timeoutReason(profile[probe], timing))
        : timing.timeoutSeconds,
    periodSeconds: timing.periodSeconds,
    failureThreshold: because(timing.failureThreshold, thresholdReason),
  }
}

function handlerOf(
  profile: ServiceProfile,
  probe: ProbeName,
  ask: Asking,
  { timeoutSeconds }: ProbeTiming,
  port: number | string,
): Mapping {
  if (ask === 'grpc')
    // A number: the gRPC probe is the one that takes no name of a port.
    return {
      grpc: {
        port: because(profile.grpcPort ?? profile.port, 'In plain text: this probe knows no TLS.'),
        service: probe,
      },
    }
  if (ask === 'exec')
    return {
      exec: {
        command: because(
          // Kubernetes takes $(NAME) for a variable.
          probeCommand(profile, probe, timeoutSeconds - 1).map((word) => word.replaceAll('$(', '$$$$(')),
          probeCommandReason(profile),
        ),
      },
    }
  return {
    httpGet: {
      path: profile[probe].path,
      port,
      ...(profile.tls && { scheme: because('HTTPS', 'The kubelet takes any certificate.') }),
    },
  }
}

/** Of the port that answers the probes: one of its own, or that of the service. */
export function portName({ port, servicePort }: ServiceProfile): 'health' | 'http' {
  return servicePort === undefined || servicePort === port ? 'http' : 'health'
}

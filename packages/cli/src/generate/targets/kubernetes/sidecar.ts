import type { ServiceProfile } from '../../../profile/service-profile.ts'
import type { Timings } from '../../../profile/timings.ts'
import { DEGRADED_REASON, livenessThresholdReason, startupThresholdReason } from '../../asking/reasons.ts'
import { SIDECAR_COMMAND, SIDECAR_FOLDER, sidecarImage, sidecarName } from '../../asking/sidecar.ts'
import type { Asking, Sidecar } from '../../target.ts'
import { bare, because, type Mapping, type Tree } from '../../text/reasoned.ts'
import { type Place, probes } from './probes.ts'

const VOLUME = 'hale-yaml'

/** The ConfigMap that holds the file, and the Secret that holds the variables in it. */
export function sidecarSource({ name }: ServiceProfile): string {
  return `${name}-hale`
}

const AT_ONCE_REASON = [
  'Answers the probes. No preStop hook: told to end at the same time as the application, it says 503 at once.',
  'hale-ignore no-drain: nobody but those who probe asks it, and it drains by itself',
].join('\n')

/** `hale serve`, which answers the probes for the whole pod. */
export function sidecarContainer(
  profile: ServiceProfile,
  timings: Timings,
  ask: Asking,
  sidecar: Sidecar,
  place: Place,
): Tree {
  const { port, grpcPort } = profile
  const { startupProbe, livenessProbe, readinessProbe } = probes(profile, timings, ask, place)
  const container: Mapping = {
    name: sidecarName(profile),
    image: sidecarImage(sidecar, 'mounted'),
    command: SIDECAR_COMMAND,
    envFrom: because(
      [{ secretRef: { name: sidecarSource(profile), optional: true } }],
      `The variables that hale.yaml names, such as DATABASE_URL: kubectl create secret generic ${sidecarSource(profile)} --from-env-file=…`,
    ),
    ports: [
      { name: 'health', containerPort: port },
      ...(ask === 'grpc' && grpcPort !== undefined && grpcPort !== port
        ? [{ name: 'grpc-health', containerPort: grpcPort }]
        : []),
    ],
    volumeMounts: because(
      [{ name: VOLUME, mountPath: SIDECAR_FOLDER, readOnly: true }],
      'The folder and no subPath, so that a change of the file is seen.',
    ),
    startupProbe: because(
      bare(startupProbe as Tree),
      'Until the startup checks of hale.yaml, if there are any, have passed once; the other two wait for it.',
    ),
    livenessProbe: because(
      bare(livenessProbe as Tree),
      'Whether hale serve itself lives: it restarts this container, never the application.',
    ),
    readinessProbe: because(
      bare(readinessProbe as Tree),
      `Of the whole pod, which is ready when all of its containers are: the checks of hale.yaml, that of the application among them. ${DEGRADED_REASON}`,
    ),
  }
  return because(container, AT_ONCE_REASON)
}

/**
 * What can be asked of an application without an endpoint. Not the sidecar's liveness: the application would be
 * restarted because hale serve is not well.
 */
export function bareProbes(profile: ServiceProfile, { startup, liveness }: Timings, place: Place): Mapping {
  const { servicePort = profile.port } = profile
  const asked: Mapping = {
    ...(place === 'patch' && { $patch: 'replace' }),
    tcpSocket: { port: place === 'patch' ? servicePort : 'http' },
  }
  return {
    startupProbe: because(
      {
        ...asked,
        timeoutSeconds: 1,
        periodSeconds: startup.periodSeconds,
        failureThreshold: because(startup.failureThreshold, startupThresholdReason(profile, startup)),
      },
      'Started once it accepts connections; until then liveness is not asked.',
    ),
    livenessProbe: because(
      {
        ...asked,
        timeoutSeconds: 1,
        periodSeconds: liveness.periodSeconds,
        failureThreshold: because(liveness.failureThreshold, livenessThresholdReason(liveness)),
      },
      'All that can be asked of it is whether it accepts connections. Where a check of hale.yaml tells that only a restart helps, put it into a group and ask the sidecar for that group here.',
    ),
  }
}

export function sidecarVolumes(profile: ServiceProfile, place: Place): readonly Tree[] {
  const source = sidecarSource(profile)
  const made =
    place === 'patch'
      ? 'The kustomization makes it of hale.yaml.'
      : `Made by: kubectl create configmap ${source} --from-file=hale.yaml`
  return [because({ name: VOLUME, configMap: { name: source } }, made)]
}

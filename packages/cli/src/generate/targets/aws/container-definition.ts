import type { ServiceProfile } from '../../../profile/service-profile.ts'
import { timingsOf } from '../../../profile/timings.ts'
import { containerCheck } from '../../asking/container-check.ts'
import { imageOf } from '../../asking/image-of.ts'
import { within } from '../../asking/limits.ts'
import { probeCommandReason } from '../../asking/probe-command.ts'
import { answeredBy, SIDECAR_COMMAND, sidecarImage, sidecarName } from '../../asking/sidecar.ts'
import type { Sidecar } from '../../target.ts'
import { because, type Mapping, type Tree, withKeys } from '../../text/reasoned.ts'

/** ECS has no more; liveness passes from the moment that the process listens, so it is enough for longer starts too. */
const MOST_START_SECONDS = 300

/** The containers of a task definition, in the words of its JSON. */
export function containerDefinitions(
  profile: ServiceProfile,
  sidecar: Sidecar | undefined,
): readonly Mapping[] {
  if (sidecar === undefined) return [ownContainer(profile)]
  return [bareContainer(profile), sidecarContainer(profile, sidecar)]
}

/** A container that is asked by the probe of the library that is in it. */
function ownContainer(profile: ServiceProfile): Mapping {
  const { name, port, servicePort = port } = profile
  return {
    name,
    image: imageOf(profile),
    essential: because(true, 'Unhealthy, it ends its task, and the service starts another.'),
    portMappings: [
      ...portMappings(servicePort),
      ...(port === servicePort ? [] : portMappings(port).map((it) => answeredBy(profile, it))),
    ],
    stopTimeout: stopTimeout(
      profile,
      profile.drainsItself
        ? `above the ${timingsOf(profile).shutdownTimeoutMs} ms that gracefulShutdown takes at the longest`
        : `above the ${profile.inFlightMs} ms of the longest request`,
    ),
    healthCheck: healthCheck(
      profile,
      because(
        ['CMD', ...containerCheck(profile, 'liveness').command],
        `${probeCommandReason(profile)} ${SILENT_REASON}`,
      ),
      LIVENESS_REASON,
    ),
  }
}

/** ECS takes anything on stderr for a failure, which both probes know. */
const SILENT_REASON = 'ECS takes anything on stderr for a failure, so it writes nothing there.'
const LIVENESS_REASON =
  'Asks liveness: ECS replaces what is unhealthy, and a database that is down is not mended by new tasks.'

/** An application in which nothing can be run that would ask it. */
function bareContainer(profile: ServiceProfile): Mapping {
  const { name, port, servicePort = port } = profile
  return {
    name,
    image: imageOf(profile),
    essential: because(
      true,
      'When it exits its task ends. No healthCheck: it would have to be run in this image, by a program that is there.',
    ),
    portMappings: portMappings(servicePort),
    stopTimeout: stopTimeout(profile, `above the ${profile.inFlightMs} ms of the longest request`),
  }
}

/** `hale serve`, which answers the target group; containers of a task share 127.0.0.1, where it asks the application. */
function sidecarContainer(profile: ServiceProfile, sidecar: Sidecar): Mapping {
  const [, , ...asking] = containerCheck(profile, 'liveness').command
  return {
    name: sidecarName(profile),
    image: sidecarImage(sidecar, 'in the image'),
    command: SIDECAR_COMMAND,
    essential: because(true, 'Without it nobody answers the target group.'),
    portMappings: portMappings(profile.port),
    stopTimeout: stopTimeout(profile, 'above its own drain delay'),
    healthCheck: healthCheck(
      profile,
      because(['CMD', 'hale', 'probe', ...asking], SILENT_REASON),
      'Whether hale serve itself lives. What it says of the application is asked by the target group: give its check probes: [startup, readiness], so that no task is in service before.',
    ),
  }
}

function portMappings(containerPort: number): readonly Tree[] {
  return [{ containerPort, protocol: 'tcp' }]
}

function stopTimeout(profile: ServiceProfile, above: string): Tree {
  const { graceSeconds } = timingsOf(profile)
  return because(
    within('AWS', '--drain-delay-ms and --in-flight-ms', 'stopTimeout', graceSeconds, [2, 120]),
    `From SIGTERM to SIGKILL: ${above}. Fargate allows 120 s.`,
  )
}

function healthCheck(profile: ServiceProfile, command: Tree, reason: string): Tree {
  const { periodSeconds, timeoutSeconds, retries, startPeriodSeconds } = containerCheck(profile, 'liveness')
  const startPeriod = Math.min(MOST_START_SECONDS, startPeriodSeconds)
  return because(
    {
      command,
      interval: within('AWS', '--budget-ms', 'interval', periodSeconds, [5, 300]),
      timeout: within('AWS', '--budget-ms', 'timeout', timeoutSeconds, [2, 60]),
      retries,
      startPeriod: because(
        startPeriod,
        `Failures within the first ${startPeriod} s do not count. ECS ignores the HEALTHCHECK of the image.`,
      ),
    },
    reason,
  )
}

/** The same with the capital letters of CloudFormation. */
export function capitalized(tree: Tree): Tree {
  return withKeys(tree, (key) => key[0]?.toUpperCase() + key.slice(1))
}

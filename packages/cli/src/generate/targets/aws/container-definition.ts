import type { ServiceProfile } from '../../../profile/service-profile.ts'
import { timingsOf } from '../../../profile/timings.ts'
import { containerCheck } from '../../asking/container-check.ts'
import { imageOf } from '../../asking/image-of.ts'
import { PROBE_COMMAND_REASON } from '../../asking/probe-command.ts'
import type { ProbeName } from '../../target.ts'
import { because, type Mapping, type Tree, withKeys } from '../../text/reasoned.ts'
import { within } from './limits.ts'

/** ECS has no more; liveness passes from the moment that the process listens, so it is enough for longer starts too. */
const MOST_START_SECONDS = 300

/** A container of a task definition, in the words of its JSON. */
export function containerDefinition(profile: ServiceProfile, probe: ProbeName): Mapping {
  const { name, port, servicePort = port } = profile
  const { command, periodSeconds, timeoutSeconds, retries, startPeriodSeconds } = containerCheck(
    profile,
    probe,
  )
  const { graceSeconds } = timingsOf(profile)
  const startPeriod = Math.min(MOST_START_SECONDS, startPeriodSeconds)
  return {
    name,
    image: imageOf(profile),
    essential: because(true, 'Unhealthy, it ends its task, and the service starts another.'),
    portMappings: [...new Set([servicePort, port])].map(
      (containerPort): Tree => ({ containerPort, protocol: 'tcp' }),
    ),
    stopTimeout: because(
      within('--drain-delay-ms and --in-flight-ms', 'stopTimeout', graceSeconds, 2, 120),
      `From SIGTERM to SIGKILL: above the ${timingsOf(profile).shutdownTimeoutMs} ms that gracefulShutdown takes at the longest. Fargate allows 120 s.`,
    ),
    healthCheck: because(
      {
        command: because(
          ['CMD', ...command],
          `${PROBE_COMMAND_REASON} ECS takes anything on stderr for a failure, so it writes nothing there.`,
        ),
        interval: within('--budget-ms', 'interval', periodSeconds, 5, 300),
        timeout: within('--budget-ms', 'timeout', timeoutSeconds, 2, 60),
        retries,
        startPeriod: because(
          startPeriod,
          `Failures within the first ${startPeriod} s do not count. ECS ignores the HEALTHCHECK of the image.`,
        ),
      },
      probe === 'liveness'
        ? 'Asks liveness: ECS replaces what is unhealthy, and a database that is down is not mended by new tasks.'
        : `Asks ${probe}, as told. ECS replaces what is unhealthy: while a dependency is down, that is every task.`,
    ),
  }
}

/** The same with the capital letters of CloudFormation. */
export function capitalized(tree: Tree): Tree {
  return withKeys(tree, (key) => key[0]?.toUpperCase() + key.slice(1))
}

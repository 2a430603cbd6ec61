import type { ServiceProfile } from '../../profile/service-profile.ts'
import { timingsOf } from '../../profile/timings.ts'
import type { ProbeName } from '../target.ts'
import { probeCommand } from './probe-command.ts'

/** A process is started in the container, under its CPU limit, before anything is asked. */
export const EXEC_SECONDS = 2
/** Each check starts a process: more often costs more than it tells. */
const LEAST_PERIOD_SECONDS = 10

/** A check that the container runs within itself, as Docker, compose and ECS have it. */
export interface ContainerCheck {
  readonly command: readonly string[]
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly startPeriodSeconds: number
  /** Between checks until the first that passes. */
  readonly startSeconds: number
  readonly retries: number
  /** Why the figures are what they are. */
  readonly reasons: readonly string[]
}

export function containerCheck(profile: ServiceProfile, probe: ProbeName): ContainerCheck {
  const timing = timingsOf(profile, { timeoutSeconds: EXEC_SECONDS })[probe]
  const { timeoutSeconds } = timing
  const periodSeconds = Math.max(LEAST_PERIOD_SECONDS, timeoutSeconds + 1)
  const startPeriodSeconds = Math.ceil(profile.startupMs / 1000)
  // As many as of liveness, for readiness too: a host that is busy starts a process late.
  const retries = 3
  return {
    command: probeCommand(profile, probe, timeoutSeconds - 1),
    periodSeconds,
    timeoutSeconds,
    startPeriodSeconds,
    startSeconds: Math.max(2, timeoutSeconds),
    retries,
    reasons: [
      `Timeout: the answer comes within its budget of ${profile[probe].budgetMs} ms; ${timeoutSeconds} s leaves room to start the process that asks.`,
      `Failures within the first ${startPeriodSeconds} s, which starting may take, do not count. Afterwards ${retries} in a row make it unhealthy, ${retries * periodSeconds} s.`,
    ],
  }
}

import { longestTimerMs } from '../core/clock.ts'
import { expectHealth } from '../core/expect-health.ts'
import { kindOf, Problems } from '../errors/problems.ts'

/** Options of `addHealthService`. */
export interface GrpcHealthOptions {
  /**
   * Milliseconds between refreshes for open Watch calls; changes that happen between are sent at once.
   * @default 5000
   */
  readonly refreshMs?: number
  /**
   * How many Watch calls may be open; one more is refused with RESOURCE_EXHAUSTED.
   * @default 10 000
   */
  readonly maxWatches?: number
}

/** The options after validation. */
export type GrpcSettings = Required<GrpcHealthOptions>

/** Validates all of it; throws with every problem found. */
export function grpcSettings(server: unknown, health: unknown, given: unknown): GrpcSettings {
  const problems = new Problems()
  const object = (server ?? {}) as Readonly<Record<string, unknown>>
  if (['addService', 'removeService', 'tryShutdown'].some((name) => typeof object[name] !== 'function'))
    problems.add('server', `expected a Server of @grpc/grpc-js, got ${kindOf(server)}`)
  expectHealth(health, problems, ['ask', 'latest', 'snapshot', 'hasCheck'])
  const options = problems.object('options', given)
  problems.knownKeys('', options, ['refreshMs', 'maxWatches'])
  const settings = {
    refreshMs: problems.number('refreshMs', options.refreshMs, 5000, {
      min: 100,
      max: longestTimerMs,
      unit: 'milliseconds',
    }),
    maxWatches: problems.number('maxWatches', options.maxWatches, 10_000, { integer: true }),
  }
  problems.throwIfAny('addHealthService')
  return settings
}

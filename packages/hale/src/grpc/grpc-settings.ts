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

const longestTimerMs = 2 ** 31 - 1

/** Validates all of it; throws with every problem found. */
export function grpcSettings(server: unknown, health: unknown, given: unknown): GrpcSettings {
  const problems = new Problems()
  const lacks = (value: unknown, methods: readonly string[]): boolean => {
    const object = (value ?? {}) as Readonly<Record<string, unknown>>
    return methods.some((name) => typeof object[name] !== 'function')
  }
  if (lacks(server, ['addService', 'removeService', 'tryShutdown']))
    problems.add('server', `expected a Server of @grpc/grpc-js, got ${kindOf(server)}`)
  if (lacks(health, ['ask', 'latest', 'snapshot', 'hasCheck']))
    problems.add('health', `expected what createHealth returns, got ${kindOf(health)}`)
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

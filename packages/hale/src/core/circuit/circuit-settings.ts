import { kindOf, Problems } from '../../errors/problems.ts'
import type { CircuitOptions } from './circuit.ts'

/** A circuit's options after validation, with defaults filled in. */
export interface CircuitSettings {
  readonly consecutiveFailures: number
  readonly failureRate: number
  readonly minimumCalls: number
  readonly windowMs: number
  readonly slowCallMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly isFailure: ((error: unknown) => boolean) | undefined
  readonly trialDelayMs: number
  readonly maxTrialDelayMs: number
  readonly jitter: number
}

const known = [
  'consecutiveFailures',
  'failureRate',
  'minimumCalls',
  'windowMs',
  'slowCallMs',
  'timeoutMs',
  'isFailure',
  'trialDelayMs',
  'maxTrialDelayMs',
  'jitter',
]

const milliseconds = { min: 1, unit: 'milliseconds' }
const count = { min: 1, integer: true }

/** Validates a circuit's options; throws with every problem found. */
export function circuitSettings(name: string, options: CircuitOptions | undefined): CircuitSettings {
  const problems = new Problems()
  const given = problems.object('options', options)
  problems.knownKeys('', given, known)
  const duration = (key: string): number | undefined =>
    given[key] === undefined ? undefined : problems.number(key, given[key], 1, milliseconds)
  const trialDelayMs = problems.number('trialDelayMs', given.trialDelayMs, 1000, milliseconds)
  const settings = {
    consecutiveFailures: problems.number('consecutiveFailures', given.consecutiveFailures, 5, count),
    // Not 0: a single failed call among thousands would open it.
    failureRate: problems.number('failureRate', given.failureRate, 0.5, { min: 0.001, max: 1 }),
    minimumCalls: problems.number('minimumCalls', given.minimumCalls, 20, count),
    windowMs: problems.number('windowMs', given.windowMs, 10_000, { min: 10, unit: 'milliseconds' }),
    slowCallMs: duration('slowCallMs'),
    timeoutMs: duration('timeoutMs'),
    isFailure: isFailure(given.isFailure, problems),
    trialDelayMs,
    maxTrialDelayMs: duration('maxTrialDelayMs') ?? Math.max(30_000, trialDelayMs),
    jitter: problems.number('jitter', given.jitter, 0.2, { max: 1 }),
  }
  if (settings.maxTrialDelayMs < trialDelayMs) {
    problems.add('maxTrialDelayMs', 'less than trialDelayMs; give at least as much, or leave it out')
  }
  const { slowCallMs, timeoutMs } = settings
  if (slowCallMs !== undefined && timeoutMs !== undefined && slowCallMs >= timeoutMs) {
    problems.add(
      'slowCallMs',
      'not less than timeoutMs, which fails the call before; lower it, or leave it out',
    )
  }
  problems.throwIfAny(`health.circuit('${name}')`)
  return settings
}

/** Complains when a circuit is given options for a second time, and others. */
export function sameSettings(name: string, before: CircuitSettings, given: CircuitSettings): void {
  const problems = new Problems()
  for (const key of Object.keys(before) as (keyof CircuitSettings)[]) {
    if (Object.is(before[key], given[key])) continue
    problems.add(
      key,
      'another value than this circuit was given before; give the options in one place and leave them out elsewhere',
    )
  }
  problems.throwIfAny(`health.circuit('${name}')`)
}

function isFailure(value: unknown, problems: Problems): CircuitSettings['isFailure'] {
  if (value === undefined || typeof value === 'function') return value as CircuitSettings['isFailure']
  problems.add('isFailure', `expected a function that takes an error, got ${kindOf(value)}`)
  return undefined
}

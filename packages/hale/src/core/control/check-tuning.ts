import { Problems } from '../../errors/problems.ts'
import type { CheckDefinition } from '../check.ts'
import { activeOptions, type CheckSettings, checkSettings } from '../check-settings.ts'

/** What may be set anew while the service runs. Durations are milliseconds; see `CheckOptions` for what each means. */
export interface CheckTuning {
  /** What the whole run may take. */
  readonly timeoutMs?: number
  /** How long no second run starts while one that timed out has not settled. */
  readonly overlapAfterMs?: number
  /** How often a failed run is repeated at once. */
  readonly retries?: number
  /** Whether its failure takes the probe DOWN (true) or makes it DEGRADED (false). */
  readonly critical?: boolean
  /** How long a result is served, by what it says; one of the two alone leaves the other as it is. */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
  /** Runs it in the background at this interval. */
  readonly intervalMs?: number
  /** Of a heartbeat: how long a beat lasts. */
  readonly ttlMs?: number
  /** Failed runs in a row before it is reported as not healthy. */
  readonly failureThreshold?: number
  /** Good runs in a row before it is reported as healthy again. */
  readonly successThreshold?: number
}

/** The same where `null` means back to configuration. */
export type CheckTuningChange = { readonly [K in keyof CheckTuning]: CheckTuning[K] | null }

const shared = ['critical', 'failureThreshold', 'successThreshold'] as const

/** What can be tuned of a check of this kind. */
export function tunable(kind: CheckDefinition['kind']): readonly (keyof CheckTuning)[] {
  return kind === 'heartbeat' ? [...shared, 'ttlMs'] : [...shared, ...activeOptions]
}

/** The part of a check's settings that can be tuned. */
export function tunableSettings(settings: CheckSettings): CheckTuning {
  const entries = tunable(settings.kind).map((key) => [key, frozenCopy(settings[key])] as const)
  return Object.freeze(Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

// What is handed out must not be a handle on what is in force.
function frozenCopy<T>(value: T): T {
  return typeof value === 'object' && value !== null ? Object.freeze({ ...value }) : value
}

/** A tuning after a change to it. */
export function changedTuning(tuning: CheckTuning, change: CheckTuningChange): CheckTuning {
  const changed: Record<string, unknown> = { ...tuning }
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete changed[key]
    else if (value !== undefined) Object.assign(changed, mergedOptions(changed, { [key]: value }))
  }
  if (changed.maxAgeMs !== undefined) changed.maxAgeMs = frozenCopy(changed.maxAgeMs)
  return Object.freeze(changed)
}

/** Options with some of them set anew. */
export function mergedOptions(options: object, tuning: CheckTuning): object {
  const { maxAgeMs } = options as { readonly maxAgeMs?: object }
  // Anything but an object is left for the validation to refuse.
  const ages = typeof tuning.maxAgeMs === 'object' && !Array.isArray(tuning.maxAgeMs)
  return { ...options, ...tuning, ...(ages && { maxAgeMs: { ...maxAgeMs, ...tuning.maxAgeMs } }) }
}

/** The settings of a check as it was configured, under a tuning; what is wrong with it goes to `problems`. */
export function tunedSettings(
  definition: CheckDefinition,
  tuning: CheckTuning,
  problems: Problems,
): CheckSettings {
  const found = new Problems()
  const options = mergedOptions(definition.options, tuning)
  const settings = checkSettings(root, { ...definition, options }, found) as CheckSettings
  for (const problem of found.found) problems.found.push(problem.slice(root.length + 1))
  return settings
}

// Fields are named as whoever tunes wrote them, not by where the check stands in the configuration.
const root = 'check'

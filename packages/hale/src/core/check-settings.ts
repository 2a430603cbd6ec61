import { kindOf, type Problems } from '../errors/problems.ts'
import { type CheckDefinition, defaultTimeoutMs, type ProbeName, probeNames } from './check.ts'

/** A check's options after validation, with defaults filled in. */
export interface CheckSettings {
  readonly kind: CheckDefinition['kind']
  readonly timeoutMs: number
  readonly overlapAfterMs: number
  readonly retries: number
  readonly critical: boolean
  readonly maxAgeMs: { readonly up: number; readonly down: number }
  readonly intervalMs?: number
  readonly ttlMs?: number
  readonly failureThreshold: number
  readonly successThreshold: number
  readonly enabled: boolean
  readonly probes: readonly ProbeName[]
  readonly tags: readonly string[]
  readonly componentType?: string
  readonly runbook?: string
  readonly impact?: string
}

const sharedOptions = [
  'critical',
  'failureThreshold',
  'successThreshold',
  'enabled',
  'probes',
  'tags',
  'componentType',
  'runbook',
  'impact',
]
/** Options of what runs, unlike a heartbeat. */
export const activeOptions = ['timeoutMs', 'overlapAfterMs', 'retries', 'maxAgeMs', 'intervalMs'] as const

const optionsOf: Readonly<Record<CheckDefinition['kind'], readonly string[]>> = {
  dependency: [...sharedOptions, ...activeOptions, 'dangerouslyRestartOnFailure'],
  self: [...sharedOptions, ...activeOptions],
  heartbeat: [...sharedOptions, 'ttlMs'],
}

const milliseconds = { min: 1, unit: 'milliseconds' }

/** Validates one check; what is wrong goes to `problems`, under `path`. */
export function checkSettings(
  path: string,
  definition: unknown,
  problems: Problems,
): CheckSettings | undefined {
  if (!isDefinition(definition)) {
    const mend =
      typeof definition === 'function'
        ? '; wrap it: check(fn)'
        : '; make it with check(fn), selfCheck(fn) or a factory'
    problems.add(path, `expected a check, got ${kindOf(definition)}${mend}`)
    return undefined
  }
  for (const problem of definition.problems ?? []) problems.found.push(`${path}.${problem}`)
  if (definition.kind !== 'heartbeat' && typeof definition.run !== 'function') {
    problems.add(path, `expected a function to run, got ${kindOf(definition.run)}`)
  }
  const options = problems.object(path, definition.options)
  problems.knownKeys(path, options, [...(definition.ownOptions ?? []), ...optionsOf[definition.kind]])
  const number = (key: string, fallback: number, rule = {}): number =>
    problems.number(`${path}.${key}`, options[key], fallback, rule)
  const optional = (key: string, rule: object): number | undefined =>
    options[key] === undefined ? undefined : number(key, 0, rule)
  const age = problems.object(`${path}.maxAgeMs`, options.maxAgeMs)
  problems.knownKeys(`${path}.maxAgeMs`, age, ['up', 'down'])
  if (definition.kind === 'heartbeat' && options.ttlMs === undefined) {
    problems.add(`${path}.ttlMs`, 'missing; say after how many milliseconds without a beat it is DOWN')
  }
  return {
    kind: definition.kind,
    timeoutMs: number('timeoutMs', defaultTimeoutMs, milliseconds),
    overlapAfterMs: number('overlapAfterMs', 10_000, { unit: 'milliseconds' }),
    retries: number('retries', 0, { integer: true, max: 100 }),
    critical: problems.boolean(`${path}.critical`, options.critical, true),
    maxAgeMs: {
      up: problems.number(`${path}.maxAgeMs.up`, age.up, 1000, { unit: 'milliseconds' }),
      down: problems.number(`${path}.maxAgeMs.down`, age.down, 1000, { unit: 'milliseconds' }),
    },
    failureThreshold: number('failureThreshold', 1, { min: 1, integer: true }),
    successThreshold: number('successThreshold', 1, { min: 1, integer: true }),
    enabled: problems.boolean(`${path}.enabled`, options.enabled, true),
    probes: probes(path, definition, options, problems),
    tags: tags(`${path}.tags`, options.tags, problems),
    ...defined('intervalMs', optional('intervalMs', milliseconds)),
    ...defined('ttlMs', optional('ttlMs', milliseconds)),
    ...defined('componentType', problems.string(`${path}.componentType`, options.componentType)),
    ...defined('runbook', problems.string(`${path}.runbook`, options.runbook)),
    ...defined('impact', problems.string(`${path}.impact`, options.impact)),
  }
}

function isDefinition(value: unknown): value is CheckDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(optionsOf, String((value as CheckDefinition).kind))
  )
}

function probes(
  path: string,
  definition: CheckDefinition,
  options: Readonly<Record<string, unknown>>,
  problems: Problems,
): readonly ProbeName[] {
  const restart = problems.boolean(
    `${path}.dangerouslyRestartOnFailure`,
    options.dangerouslyRestartOnFailure,
    false,
  )
  const given = options.probes ?? ['readiness']
  if (!Array.isArray(given)) {
    problems.add(`${path}.probes`, `expected a list of ${probeNames.join(', ')}, got ${kindOf(given)}`)
    return []
  }
  const known = given.map((name, index) => problems.oneOf(`${path}.probes[${index}]`, name, probeNames))
  const names = [...new Set(known.filter((name) => name !== undefined))]
  const restarting = names.filter((name) => name !== 'readiness')
  if (definition.kind === 'dependency' && restarting.length > 0 && !restart) {
    problems.add(
      `${path}.probes`,
      `a dependency check in ${restarting.join(' and ')} restarts the process whenever the dependency fails; ` +
        "keep it in 'readiness', make it a selfCheck if it looks inward, or set dangerouslyRestartOnFailure: true",
    )
  }
  return names
}

function tags(path: string, value: unknown, problems: Problems): readonly string[] {
  if (value === undefined) return Object.freeze([])
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return Object.freeze([...value])
  problems.add(path, `expected a list of strings, got ${kindOf(value)}`)
  return []
}

function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V }
}

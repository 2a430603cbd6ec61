import { kindOf, nearestName, type Problems } from '../../errors/problems.ts'
import type { CheckDefinition } from '../check.ts'
import { type Logger, logSafely } from '../logger.ts'
import { type CheckTuning, mergedOptions, tunable } from './check-tuning.ts'

/** Where settings may be read from: `process.env`, or an object like it. */
export interface Environment {
  readonly [variable: string]: string | undefined
}

/** A check with what the environment sets for it. */
interface ConfiguredCheck {
  readonly definition: CheckDefinition
  /** A problem of the check at this path, told of the variable where that holds the value. */
  readonly named: (problem: string, path: string) => string
}

const checkPrefix = 'HALE_CHECK_'
const groupPrefix = 'HALE_GROUP_'
const budgetVariable = 'HALE_BUDGET_MS'

/** Ends of variable names, and the option that each sets. */
const checkOptions: Readonly<
  Record<string, readonly [option: keyof CheckTuning | 'enabled', part?: 'up' | 'down']>
> = {
  TIMEOUT_MS: ['timeoutMs'],
  OVERLAP_AFTER_MS: ['overlapAfterMs'],
  RETRIES: ['retries'],
  CRITICAL: ['critical'],
  MAX_AGE_UP_MS: ['maxAgeMs', 'up'],
  MAX_AGE_DOWN_MS: ['maxAgeMs', 'down'],
  INTERVAL_MS: ['intervalMs'],
  TTL_MS: ['ttlMs'],
  FAILURE_THRESHOLD: ['failureThreshold'],
  SUCCESS_THRESHOLD: ['successThreshold'],
  ENABLED: ['enabled'],
}
const groupOptions = ['BUDGET_MS']
const booleans: readonly string[] = ['critical', 'enabled']

/** One variable taken apart. */
interface Setting {
  readonly variable: string
  readonly value: string
  /** What it may be about, without underscores: `HALE_CHECK_PAYMENTS_API_…` means `paymentsApi` as well. */
  readonly subjects: readonly string[]
  /** Undefined when the variable ends in nothing known. */
  readonly option: string | undefined
}

/**
 * Settings of checks and groups from environment variables such as `HALE_CHECK_DATABASE_TIMEOUT_MS=200`. They stand
 * over what the code configures and beneath what is changed at run time.
 */
export class EnvironmentSettings {
  readonly #checks: readonly Setting[]
  readonly #groups: readonly Setting[]
  readonly #budget: Setting['value'] | undefined
  /** Variables that were meant for this library, by the look of them. */
  readonly #misspelt: readonly string[]
  readonly #usedBy = new Map<string, string>()

  constructor(environment: Environment) {
    const variables = Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    )
    this.#checks = settings(variables, checkPrefix, Object.keys(checkOptions))
    this.#groups = settings(variables, groupPrefix, groupOptions)
    this.#budget = environment[budgetVariable] || undefined
    this.#misspelt = variables.map(([variable]) => variable).filter(isMisspelt)
  }

  /** A check as configured with what is set for it on top; what cannot be read goes to `problems`. */
  over(name: string, definition: CheckDefinition, problems: Problems): ConfiguredCheck {
    const settings = this.#about(this.#checks, name, problems)
    // What is no check, or has no options, is for the validation to refuse.
    if (settings.length === 0 || typeof definition?.options !== 'object' || definition.options === null)
      return { definition, named: (text) => text }
    const variables: Record<string, string> = {}
    const known: readonly string[] = [...tunable(definition.kind), 'enabled']
    let options: object = definition.options
    for (const { variable, value, option } of settings) {
      const [key, part] = (option && checkOptions[option]) || []
      if (key === undefined || !known.includes(key)) {
        const unknown = `unknown; ${mend(variable, checkPrefix, name, Object.keys(checkOptions))}`
        const foreign = `${name} is ${definition.kind === 'heartbeat' ? 'a' : 'no'} heartbeat and has no ${key}`
        problems.add(variable, key === undefined ? unknown : foreign)
        continue
      }
      const field = part === undefined ? key : `${key}.${part}`
      const twice = variables[field]
      if (twice !== undefined) problems.add(variable, `sets the same as ${twice}; keep one of them`)
      const given = read(variable, value, key, problems)
      options = mergedOptions(options, { [key]: part === undefined ? given : { [part]: given } })
      variables[field] = variable
    }
    return {
      definition: { ...definition, options },
      named: (text, path) => {
        const option = Object.keys(variables).find((key) => text.startsWith(`${path}.${key}:`))
        return option === undefined
          ? text
          : `${variables[option]}${text.slice(path.length + 1 + option.length)}`
      },
    }
  }

  /** The budget that is set for a probe or group; for all that have none of their own when no name is given. */
  budgetOf(name: string | undefined, problems: Problems): number | undefined {
    if (name === undefined) {
      return this.#budget === undefined ? undefined : readBudget(budgetVariable, this.#budget, problems)
    }
    let budget: number | undefined
    for (const { variable, value, option } of this.#about(this.#groups, name, problems)) {
      if (option === undefined)
        problems.add(variable, `unknown; ${mend(variable, groupPrefix, name, groupOptions)}`)
      else budget = readBudget(variable, value, problems)
    }
    return budget
  }

  /** The variables that fit no name so far, misspelt beginnings of theirs included. */
  get unused(): readonly string[] {
    const fitless = [...this.#checks, ...this.#groups]
      .map(({ variable }) => variable)
      .filter((variable) => !this.#usedBy.has(variable))
    return [...fitless, ...this.#misspelt]
  }

  #about(all: readonly Setting[], name: string, problems: Problems): readonly Setting[] {
    const subject = bare(name)
    const found = all.filter(({ subjects }) => subjects.includes(subject))
    for (const { variable, option } of found) {
      const other = this.#usedBy.get(variable)
      // The same name comes again when a check was removed, or could not be added.
      if (other !== undefined && other !== name && option !== undefined)
        problems.add(variable, `fits both ${other} and ${name}`)
      this.#usedBy.set(variable, name)
    }
    return found
  }
}

/** Tells of variables that fit nothing. Not an error: a check of that name may be added later. */
export function tellUnused(environment: EnvironmentSettings, logger: Logger | undefined): void {
  const { unused } = environment
  if (unused.length === 0) return
  const text = `set in the environment, but there is no check or group of that name: ${unused.join(', ')}`
  if (logger !== undefined) logSafely(logger, 'warn', text, { variables: unused })
  else
    (globalThis.process as { emitWarning?: (text: string) => void } | undefined)?.emitWarning?.(
      `hale: ${text}`,
    )
}

function settings(
  variables: readonly (readonly [string, string])[],
  prefix: string,
  options: readonly string[],
): readonly Setting[] {
  return variables
    .filter(([variable]) => variable.startsWith(prefix))
    .map(([variable, value]) => {
      const rest = variable.slice(prefix.length)
      const option = options.find((name) => rest.endsWith(`_${name}`))
      if (option !== undefined)
        return { variable, value, subjects: [bare(rest.slice(0, -option.length - 1))], option }
      const words = rest.split('_')
      // Misspelt, so it may be about any name that it begins with.
      return {
        variable,
        value,
        subjects: words.map((_, end) => bare(words.slice(0, end + 1).join(''))),
        option,
      }
    })
}

// Others may have variables of this prefix too, so only what is close to one of ours is told of.
function isMisspelt(variable: string): boolean {
  const [, word = ''] = /^HALE_([A-Z]+)(?:_|$)/.exec(variable) ?? []
  if (word === '' || variable === budgetVariable || word === 'CHECK' || word === 'GROUP') return false
  return nearestName(word, ['CHECK', 'GROUP', 'BUDGET']) !== undefined
}

function bare(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
}

function read(
  variable: string,
  value: string,
  option: string,
  problems: Problems,
): number | boolean | undefined {
  if (typeof value !== 'string') {
    problems.add(variable, `expected a string, as environments hold them, got ${kindOf(value)}`)
    return undefined
  }
  const text = value.trim().toLowerCase()
  if (booleans.includes(option)) {
    if (text === 'true' || text === 'false') return text === 'true'
    problems.add(variable, 'expected true or false')
    return undefined
  }
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const unit = option.endsWith('Ms') ? ' of milliseconds' : ''
  problems.add(variable, `expected a number${unit}, got ${kindOf(value)}`)
  return undefined
}

function readBudget(variable: string, value: string, problems: Problems): number | undefined {
  const budget = read(variable, value, 'budgetMs', problems)
  return problems.number(variable, budget, 1, { min: 1, unit: 'milliseconds' })
}

function mend(variable: string, prefix: string, name: string, options: readonly string[]): string {
  const subject = name.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()
  const candidates = options.map((option) => `${prefix}${subject}_${option}`)
  const nearest = nearestName(variable, candidates)
  return nearest === undefined ? `known for ${name} are ${candidates.join(', ')}` : `did you mean ${nearest}?`
}

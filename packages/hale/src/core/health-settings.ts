import { Problems } from '../errors/problems.ts'
import { type CheckDefinition, probeNames } from './check.ts'
import { type CheckSettings, checkSettings } from './check-settings.ts'
import type { Clock } from './clock.ts'
import { type Environment, EnvironmentSettings } from './control/environment.ts'
import { defaultBudgetMs, type GroupSettings, groupSettings } from './group-settings.ts'
import type { StartupOptions } from './lifecycle/startup.ts'
import { startupSettings } from './lifecycle/startup-settings.ts'
import type { Logger } from './logger.ts'
import { type Taken, validateName } from './names.ts'
import type { ServiceInfo } from './report.ts'
import { clockOf, loggerOf, serviceOf } from './source-settings.ts'

/** A check with its name and valid options, ready to be registered. */
export interface NamedCheck {
  readonly name: string
  readonly settings: CheckSettings
  /** As it was configured; what is tuned at run time is put over it. */
  readonly definition: CheckDefinition
}

/** The options of `createHealth` after validation. */
export interface HealthSettings {
  readonly service: ServiceInfo
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly transitionsKept: number
  readonly startup: StartupOptions
  readonly environment: EnvironmentSettings
  readonly checks: readonly NamedCheck[]
  /** The probes in every case, then the groups. */
  readonly groups: ReadonlyMap<string, GroupSettings>
}

/** Validates all of it before anything is made; throws with every problem found. */
export function healthSettings(given: unknown): HealthSettings {
  const problems = new Problems()
  const options = problems.object('options', given)
  problems.knownKeys('', options, [
    'service',
    'checks',
    'groups',
    'budgetMs',
    'clock',
    'logger',
    'transitionsKept',
    'startup',
    'environment',
  ])
  const taken = new Map<string, string>()
  const environment = new EnvironmentSettings(
    problems.object('environment', options.environment) as Environment,
  )
  const checks = allChecks(options.checks, taken, environment, problems)
  const configuredBudgetMs = problems.number('budgetMs', options.budgetMs, defaultBudgetMs, {
    min: 1,
    unit: 'milliseconds',
  })
  const budgetMs = environment.budgetOf(undefined, problems) ?? configuredBudgetMs
  const settings = {
    service: serviceOf(options.service, problems),
    clock: clockOf(options.clock, problems),
    logger: loggerOf(options.logger, problems),
    transitionsKept: problems.number('transitionsKept', options.transitionsKept, 50, {
      integer: true,
      max: 10_000,
    }),
    startup: startupSettings(options.startup, problems),
    checks,
    groups: allGroups(options.groups, taken, budgetMs, environment, problems),
    environment,
  }
  problems.throwIfAny('createHealth')
  return settings
}

/** Validates a check that is added later. */
export function addedCheck(
  name: string,
  definition: unknown,
  taken: Taken,
  environment: EnvironmentSettings,
): NamedCheck {
  const problems = new Problems()
  const check = namedCheck(name, definition, taken, environment, problems)
  problems.throwIfAny('health.add')
  return check as NamedCheck
}

function allChecks(
  value: unknown,
  taken: Map<string, string>,
  environment: EnvironmentSettings,
  problems: Problems,
): readonly NamedCheck[] {
  if (value === undefined)
    problems.add('checks', 'missing; give an object of checks by name, {} if there are none')
  const definitions = plainObject('checks', value, problems)
  const checks: NamedCheck[] = []
  for (const [name, definition] of Object.entries(definitions)) {
    const check = namedCheck(name, definition, taken, environment, problems)
    taken.set(name, 'a check')
    if (check !== undefined) checks.push(check)
  }
  return checks
}

function namedCheck(
  name: string,
  definition: unknown,
  taken: Taken,
  environment: EnvironmentSettings,
  problems: Problems,
): NamedCheck | undefined {
  const path = pathOf('checks', name)
  validateName(path, name, taken, problems)
  const configured = environment.over(name, definition as CheckDefinition, problems)
  const found = new Problems()
  const settings = checkSettings(path, configured.definition, found)
  for (const problem of found.found) problems.found.push(configured.named(problem, path))
  return settings && { name, settings, definition: configured.definition }
}

function allGroups(
  value: unknown,
  taken: Map<string, string>,
  budgetMs: number,
  environment: EnvironmentSettings,
  problems: Problems,
): ReadonlyMap<string, GroupSettings> {
  const checkNames = new Set(taken.keys())
  const given = plainObject('groups', value, problems)
  const groups = new Map<string, GroupSettings>()
  const settings = (name: string, options: unknown): GroupSettings => {
    const ofGroup = environment.budgetOf(name, problems)
    const made = groupSettings(name, options, checkNames, budgetMs, problems)
    return ofGroup === undefined ? made : { ...made, budgetMs: ofGroup }
  }
  for (const probe of probeNames) groups.set(probe, settings(probe, given[probe]))
  for (const [name, options] of Object.entries(given)) {
    if (groups.has(name)) continue
    validateName(pathOf('groups', name), name, taken, problems)
    taken.set(name, 'a group')
    groups.set(name, settings(name, options))
  }
  return groups
}

// `{ __proto__: check }` sets the prototype, and the check would be lost without a word.
function plainObject(path: string, value: unknown, problems: Problems): Readonly<Record<string, unknown>> {
  const object = problems.object(path, value)
  const prototype: unknown = Object.getPrototypeOf(object)
  const plain = prototype === null || Object.getPrototypeOf(prototype as object) === null
  if (!plain || (prototype !== null && Object.hasOwn(prototype as object, 'kind'))) {
    problems.add(
      path,
      'expected a plain object; an entry named __proto__ sets the prototype, choose another name',
    )
  }
  return object
}

function pathOf(parent: string, name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `${parent}.${name}`
    : `${parent}[${JSON.stringify(name.slice(0, 80))}]`
}

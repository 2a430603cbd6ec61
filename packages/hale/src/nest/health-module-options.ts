import { expectHealth } from '../core/expect-health.ts'
import type { GroupOptions } from '../core/group-settings.ts'
import type { Checks, Health, HealthOptions } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Problems } from '../errors/problems.ts'
import { type HandlerOptions, type HandlerSettings, readHandlerOptions } from '../http/handler-settings.ts'

/** Options of the registry, all of `createHealth`; none of them goes with a registry of your own. */
type RegistryOptions = Partial<HealthOptions<Checks, { readonly [name: string]: Partial<GroupOptions> }>>

/** Options of `HealthModule`: those of `createHealth`, or a registry, and those of the handler. */
export interface HealthModuleOptions extends HandlerOptions, RegistryOptions {
  /**
   * A registry that exists already; it is not disposed with the application.
   * @default one is made of `checks`, `groups` and the other options of `createHealth`, with Nest's log as logger
   */
  readonly health?: Health
  /**
   * Milliseconds for which readiness says 503, and everything else goes on, before the first provider is destroyed:
   * when `enableShutdownHooks()` is all that ends the application. Leave it out with `gracefulShutdown`.
   * @default 0
   */
  readonly drainDelayMs?: number
}

const ofRegistry = [
  'service',
  'checks',
  'groups',
  'budgetMs',
  'clock',
  'logger',
  'transitionsKept',
  'environment',
  'startup',
] satisfies readonly (keyof RegistryOptions)[]

/** The same after validation, except for what `createHealth` validates itself. */
export interface HealthModuleSettings {
  readonly handler: HandlerSettings
  readonly health: Health | undefined
  readonly registry: RegistryOptions
  readonly drainDelayMs: number
}

/** Reads them; what is wrong goes to `problems`. */
export function moduleSettings(given: unknown, problems: Problems): HealthModuleSettings {
  const handler = readHandlerOptions(given, problems, ['health', 'drainDelayMs', ...ofRegistry])
  const options = (typeof given === 'object' && given !== null ? given : {}) as HealthModuleOptions
  const registry = Object.fromEntries(
    ofRegistry.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  )
  const { health } = options
  if (health !== undefined) expectHealth(health, problems)
  for (const key of health === undefined ? [] : Object.keys(registry)) {
    problems.add(key, 'is for createHealth, and the registry is made already; give it there')
  }
  const drainDelayMs = problems.number('drainDelayMs', options.drainDelayMs, 0, { unit: 'milliseconds' })
  return { handler, health, registry, drainDelayMs }
}

/** What a function returns; the problems that it throws with are collected. */
export function collecting<T>(problems: Problems, make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    problems.found.push(...error.problems)
    return undefined
  }
}

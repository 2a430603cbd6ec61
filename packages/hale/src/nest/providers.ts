import { Scope } from '@nestjs/common'
import type { ModulesContainer } from '@nestjs/core'
import type { CheckContext, CheckDefinition } from '../core/check.ts'
import type { Problems } from '../errors/problems.ts'
import { definitionOf, type Indicator, indicatorsOf } from './health-indicator.ts'

type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never
type Wrapper = NestModule extends { readonly providers: Map<unknown, infer W> } ? W : never

/** A decorated method of a provider of this application. */
export interface FoundIndicator {
  readonly name: string
  readonly definition: CheckDefinition
  /** Such as `Orders.answers`, for who has to mend it. */
  readonly where: string
  readonly provider: Wrapper
}

type Methods = Readonly<Record<string | symbol, (context: CheckContext) => unknown>>

/** Resolves once providers may be asked. */
export interface Readiness {
  readonly reached: boolean
  wait(signal: AbortSignal): Promise<void>
}

/** The decorated methods of all providers and controllers whose class is known: not of those that a factory makes. */
export function declaredIndicators(modules: ModulesContainer, ready: Readiness): readonly FoundIndicator[] {
  return providersOf(modules).flatMap((provider) => {
    if (isMade(provider)) return []
    const instance: unknown = provider.metatype?.prototype ?? provider.instance
    return indicatorsOf(instance).map((indicator) => foundIn(provider, indicator, ready))
  })
}

/** Those of what factories have made; to be asked once everything has been. */
export function madeIndicators(modules: ModulesContainer, ready: Readiness): readonly FoundIndicator[] {
  return providersOf(modules)
    .filter((provider) => isMade(provider))
    .flatMap((provider) =>
      indicatorsOf(provider.instance).map((indicator) => foundIn(provider, indicator, ready)),
    )
}

/** Refuses a provider of which there is none until a request comes. */
export function refuseScoped({ where, name, provider }: FoundIndicator, problems: Problems): boolean {
  const { scope } = provider
  const is =
    scope === Scope.REQUEST || scope === Scope.TRANSIENT
      ? scope === Scope.REQUEST
        ? 'is request-scoped'
        : 'is transient'
      : provider.isDependencyTreeStatic()
        ? undefined
        : 'is request-scoped by something that it injects'
  if (is === undefined) return false
  const owner = where.split('.', 1)[0]
  problems.add(
    where,
    `${owner} ${is}, so there is no instance to ask for the check "${name}"; move the method to a singleton`,
  )
  return true
}

function providersOf(modules: ModulesContainer): readonly Wrapper[] {
  const all = [...modules.values()].flatMap(({ providers, controllers }) => [
    ...providers.values(),
    ...controllers.values(),
  ]) as Wrapper[]
  // An alias leads to a provider that is listed itself.
  return all.filter(({ isAlias }) => !isAlias)
}

function isMade({ inject }: Wrapper): boolean {
  return inject !== undefined && inject !== null
}

function foundIn(provider: Wrapper, indicator: Indicator, ready: Readiness): FoundIndicator {
  const { key, name } = indicator
  const call = (context: CheckContext): unknown => (provider.instance as Methods)[key]?.(context)
  const run = (context: CheckContext): unknown =>
    ready.reached ? call(context) : ready.wait(context.signal).then(() => call(context))
  const made = (provider.instance as object | undefined)?.constructor
  const owner = (isMade(provider) ? made : (provider.metatype ?? made))?.name
  return { name, definition: definitionOf(indicator, run), where: `${owner}.${String(key)}`, provider }
}

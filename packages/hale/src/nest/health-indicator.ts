import {
  type CheckContext,
  type CheckDefinition,
  type CheckFunction,
  check,
  type DependencyCheckOptions,
  type RestartingCheckOptions,
  type SelfCheckOptions,
  selfCheck,
} from '../core/check.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { kindOf } from '../errors/problems.ts'

/** Options of a check that a provider's method is: those of `check`, or with `kind: 'self'` those of `selfCheck`. */
export type HealthIndicatorOptions =
  | ((DependencyCheckOptions | RestartingCheckOptions) & {
      /**
       * Whether it looks outward or inward; only what looks inward may belong to liveness and startup.
       * @default 'dependency'
       */
      readonly kind?: 'dependency'
    })
  | (SelfCheckOptions & { readonly kind: 'self' })

/** A decorator for methods that are check functions: they are given a context, or nothing. */
export type HealthIndicatorDecorator = <Method extends (context: CheckContext) => unknown>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void

/** A method that is a check. */
export interface Indicator {
  readonly key: string | symbol
  readonly name: string
  readonly options: HealthIndicatorOptions
}

// By prototype. Not as metadata of the class: that would need a package here which Nest happens to load.
const indicators = new WeakMap<object, Map<string | symbol, Indicator>>()

/**
 * Makes a method of a provider or controller a check: it resolves (UP), throws (DOWN), or returns what `up`,
 * `degraded` or `down` say. The provider must be a singleton, since a check is asked outside of any request.
 *
 * @throws ConfigurationError when it decorates anything but a method of instances.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common'
 * import type { CheckContext } from 'hale'
 * import { HealthIndicator } from 'hale/nest'
 *
 * @Injectable()
 * class Orders {
 *   @HealthIndicator('orders', { timeoutMs: 200 })
 *   async answers({ signal }: CheckContext) {
 *     await fetch('http://127.0.0.1:9200/orders', { signal })
 *   }
 * }
 * ```
 */
export function HealthIndicator(
  name: string,
  options: HealthIndicatorOptions = {},
): HealthIndicatorDecorator {
  return (target, key, descriptor) => {
    const where = `HealthIndicator(${JSON.stringify(name)})`
    if (typeof target !== 'object' || typeof descriptor?.value !== 'function') {
      const found = typeof target === 'function' ? 'a static member' : kindOf(descriptor?.value)
      throw new ConfigurationError(where, [
        `${String(key)}: expected a method of instances, got ${found}; with "experimentalDecorators", as Nest needs it`,
      ])
    }
    const own = indicators.get(target) ?? new Map<string | symbol, Indicator>()
    indicators.set(target, own.set(key, { key, name, options }))
  }
}

/** What is decorated in a class and those that it extends; what a class decorates itself comes before. */
export function indicatorsOf(prototype: unknown): readonly Indicator[] {
  const found = new Map<string | symbol, Indicator>()
  let at = prototype
  while (typeof at === 'object' && at !== null) {
    for (const [key, indicator] of indicators.get(at) ?? []) if (!found.has(key)) found.set(key, indicator)
    at = Object.getPrototypeOf(at)
  }
  return [...found.values()]
}

/** The check that an indicator stands for, before anything is validated. */
export function definitionOf({ options }: Indicator, run: CheckFunction): CheckDefinition {
  if (typeof options !== 'object' || options === null) return check(run, options)
  const { kind = 'dependency', ...rest } = options as { readonly kind?: string }
  if (kind === 'self') return selfCheck(run, rest)
  const made = check(run, rest)
  if (kind === 'dependency') return made
  return { ...made, problems: [`kind: expected 'dependency', 'self', got ${kindOf(kind)}`] }
}

import { kindOf, type Problems } from '../errors/problems.ts'
import type { Health } from './health.ts'

/** Whether it has what is needed of it; a problem where it is no registry, such as options that came in its place. */
export function expectHealth(
  health: unknown,
  problems: Problems,
  needed: readonly (keyof Health)[] = ['ask', 'groups'],
): boolean {
  const object = (health ?? {}) as Partial<Health>
  const isHealth = needed.every((name) =>
    name === 'groups' ? Array.isArray(object.groups) : typeof object[name] === 'function',
  )
  if (!isHealth) problems.add('health', `expected what createHealth returns, got ${kindOf(health)}`)
  return isHealth
}

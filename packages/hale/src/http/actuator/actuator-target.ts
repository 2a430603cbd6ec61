import type { HealthSource } from '../../core/health.ts'

/** What a path of Spring Boot's asks for. */
export type ActuatorTarget =
  | { readonly what: 'index' }
  /** All of the service, or a group or check of this name. */
  | { readonly what: 'health'; readonly name: string | undefined }

/** Finds what is asked for: a group or a check, or a check of a group; undefined when nothing is at the path. */
export function actuatorTarget(
  health: HealthSource,
  basePath: string,
  path: string,
): ActuatorTarget | undefined {
  if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
  const [, what, first, second, more] = path.slice(basePath.length).replace(/\/$/, '').split('/', 5)
  if (what === undefined) return { what: 'index' }
  if (what !== 'health' || more !== undefined) return undefined
  if (first === undefined) return { what, name: undefined }
  const group = health.groups.find(({ name }) => name === first)
  const found =
    second === undefined
      ? group !== undefined || health.hasCheck(first)
      : group?.members.includes(second) === true && health.hasCheck(second)
  return found ? { what, name: second ?? first } : undefined
}

import { UsageError } from '../command/usage-error.ts'
import type { ServiceProfile } from '../profile/service-profile.ts'
import { hostOf } from './balancing/instances.ts'

/** Of a URL: what is left out would have to be escaped in it anyway. */
const PATH = /^\/[\w\-.~!$&'()*+,;=:@%/]*$/
/** Registries, tags and digests; `${TAG}` for whoever fills it in later, and never what begins a template. */
const IMAGE = /^(?!.*\{\{)[\w.:/@+\-${}]+$/
const CONTROL = /\p{Cc}|[\u2028\u2029]/u

export function isImage(text: string): boolean {
  return IMAGE.test(text)
}

/**
 * Looks at what a definition or an endpoint says as it looks at options: each language has characters that begin
 * something else, no language has a use for these in such places, and a text that is quoted rightly in nineteen
 * languages is quoted wrongly in the twentieth.
 *
 * @throws UsageError with all of them
 */
export function refuseUnwritable(profile: ServiceProfile): void {
  const { host, image, version, metricsPath, checks } = profile
  const problems: string[] = []
  const paths = new Set([profile.liveness.path, profile.readiness.path, profile.startup.path])
  for (const path of paths)
    if (!PATH.test(path)) problems.push(`--base-path: ${unlikely(path)} no path of a URL`)
  if (metricsPath !== undefined && !PATH.test(metricsPath))
    problems.push(`--metrics-path: ${unlikely(metricsPath)} no path of a URL`)
  if (image !== undefined && !isImage(image)) problems.push(`--image: ${unlikely(image)} no name of an image`)
  if (host !== undefined && hostOf(host) === undefined)
    problems.push(`--host: ${unlikely(host)} no name and no address of a host`)
  if (version !== undefined && CONTROL.test(version))
    problems.push(`service.version: ${unlikely(version)} on more than one line`)
  for (const { name } of checks)
    if (CONTROL.test(name)) problems.push(`checks: the name ${unlikely(name)} on more than one line`)
  if (problems.length > 0) throw new UsageError(problems)
}

/** Quoted so that nothing of it reaches a terminal as it is. */
function unlikely(text: string): string {
  return `${JSON.stringify(text)} is`
}

import { nearestName } from '../command/nearest-name.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Target } from './target.ts'
import { targets } from './targets/index.ts'

/** @throws UsageError that names the nearest there is. */
export async function targetNamed(name: string): Promise<Target> {
  if (Object.hasOwn(targets, name)) return (targets[name] as () => Promise<Target>)()
  const known = Object.keys(targets)
  const given = name.toLowerCase()
  // A beginning is typed for a long name, as `prom` is.
  const begun = given.length >= 2 ? known.find((target) => target.startsWith(given)) : undefined
  const near = begun ?? nearestName(name, known)
  const mend = near === undefined ? 'hale generate lists them' : `did you mean ${near}?`
  throw new UsageError([`there is no target ${JSON.stringify(name)}; ${mend}`])
}

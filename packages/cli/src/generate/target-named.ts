import { UsageError } from '../command/usage-error.ts'
import type { Target } from './target.ts'
import { targets } from './targets/index.ts'

/** @throws UsageError that names the nearest there is. */
export async function targetNamed(name: string): Promise<Target> {
  if (Object.hasOwn(targets, name)) return (targets[name] as () => Promise<Target>)()
  const near = Object.keys(targets)
    .map((known) => ({ known, distance: distance(name.toLowerCase(), known) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const meant =
    near !== undefined && near.distance <= Math.max(2, name.length / 3) ? `: did you mean ${near.known}?` : ''
  throw new UsageError([`there is no target ${JSON.stringify(name)}${meant} (hale generate lists them)`])
}

/** Edits from one word to the other; a beginning counts as near, since `k8s` and `prom` are typed for long names. */
function distance(from: string, to: string): number {
  if (from.length >= 2 && to.startsWith(from)) return 1
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? from.length
}

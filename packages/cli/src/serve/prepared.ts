import { dirname } from 'node:path'
import type { Made } from '../definition/check-type.ts'
import type { Definition, DefinitionProblem, LoadOptions } from '../definition/definition.ts'
import { loadDefinition } from '../definition/load-definition.ts'
import { examine } from './examine.ts'
import { closeAll, type MadeChecks, makeChecks, type Workshop } from './make-checks.ts'

/** A file that can be served: its checks are made, and nothing of it runs yet. */
export interface Prepared {
  readonly definition: Definition
  readonly made: MadeChecks
  readonly secrets: readonly string[]
}

/** What is served already, of which unchanged checks are kept. */
export interface Served {
  readonly definition: Definition
  readonly made: MadeChecks
}

/**
 * Reads a file and makes its checks; those that `served` has too are taken from there as they are. With any problem
 * nothing is left of what was made.
 */
export async function prepare(
  file: string,
  env: LoadOptions['env'],
  served?: Served,
  importDriver?: Workshop['importDriver'],
): Promise<Prepared | { readonly problems: readonly DefinitionProblem[] }> {
  const { definition, problems, places, secrets } = await loadDefinition(file, { env })
  if (definition === undefined) return { problems }
  const kept = keptOf(definition, served)
  const others = Object.entries(definition.checks).filter(([name]) => !kept.has(name))
  const workshop = { folder: dirname(file), places, ...(importDriver && { importDriver }) }
  const fresh = await makeChecks(Object.fromEntries(others), workshop)
  const made = new Map(
    Object.keys(definition.checks).flatMap((name): [string, Made][] => {
      const one = kept.get(name) ?? fresh.made.get(name)
      return one === undefined ? [] : [[name, one]]
    }),
  )
  const found = [...fresh.problems, ...(await examine(definition, made, places))]
  // A check that could not be made is missed by the groups it belongs to, which is the same problem again.
  const own = fresh.problems.length === 0 ? found : found.filter(({ path }) => !path.startsWith('groups'))
  if (own.length === 0) return { definition, made, secrets }
  await closeAll(fresh.made.values())
  return { problems: own.sort((a, b) => a.line - b.line || a.column - b.column) }
}

function keptOf({ checks }: Definition, served: Served | undefined): MadeChecks {
  const kept = Object.entries(checks).flatMap(([name, entry]): [string, Made][] => {
    const made = served?.made.get(name)
    const before = served?.definition.checks[name]
    return made !== undefined && before !== undefined && sameText(before, entry) ? [[name, made]] : []
  })
  return new Map(kept)
}

/** Whether two parts of definitions say the same, in whichever order. */
export function sameText(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

import { dirname } from 'node:path'
import { check } from 'hale'
import type { Made } from '../definition/check-type.ts'
import type { Definition, DefinitionProblem, LoadOptions } from '../definition/definition.ts'
import { loadDefinition } from '../definition/load-definition.ts'
import type { Places } from '../definition/places.ts'
import { examine } from './examine.ts'
import { closeAll, type MadeChecks, makeChecks, type Workshop } from './make-checks.ts'
import { sameText } from './same-text.ts'

/** A file that can be served: its checks are made, and nothing of it runs yet. */
export interface Prepared {
  readonly definition: Definition
  readonly made: MadeChecks
  readonly secrets: readonly string[]
  readonly places: Places
  /** Those that its secrets were read from. */
  readonly files: readonly string[]
}

/** Why a file cannot be served. */
export interface Unprepared {
  readonly problems: readonly DefinitionProblem[]
  /** Those that its secrets were looked for in. */
  readonly files: readonly string[]
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
): Promise<Prepared | Unprepared> {
  const loaded = await loadDefinition(file, { env, pipes: served === undefined })
  const { problems, places, secrets, files, checkNames } = loaded
  // What is right of a file with problems may have others, which are told with them.
  const definition = loaded.definition ?? loaded.sound
  if (definition === undefined) return { problems, files }
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
  const before = [...problems, ...fresh.problems]
  const examined = await examine(definition, withStandIns(made, checkNames), places)
  const found = [...before, ...examined.filter((problem) => !isConsequence(problem, before))]
  if (found.length === 0) return { definition, made, secrets, places, files }
  await closeAll(fresh.made.values())
  return { problems: found.sort((a, b) => a.line - b.line || a.column - b.column), files }
}

/** A check that could not be made is there for the groups that name it. */
function withStandIns(made: MadeChecks, names: readonly string[]): MadeChecks {
  const standIns = names.map((name): [string, Made] => [name, { check: check(() => {}, { probes: [] }) }])
  return new Map([...standIns, ...made])
}

/** What was left out is missed by what is beside it: the rest of the section, and who names a group. */
function isConsequence({ path }: DefinitionProblem, of: readonly DefinitionProblem[]): boolean {
  const inSection = (name: string): boolean => of.some((problem) => problem.path.startsWith(name))
  return (
    (path.startsWith('serve') && inSection('serve')) ||
    (path === 'serve.haproxyAgent.group' && inSection('groups'))
  )
}

function keptOf({ checks }: Definition, served: Served | undefined): MadeChecks {
  const kept = Object.entries(checks).flatMap(([name, entry]): [string, Made][] => {
    const made = served?.made.get(name)
    const before = served?.definition.checks[name]
    return made !== undefined && before !== undefined && sameText(before, entry) ? [[name, made]] : []
  })
  return new Map(kept)
}

import type { CheckDefinition } from 'hale'
import { type CheckType, type Made, optionFields } from '../definition/check-type.ts'
import { checkTypes } from '../definition/check-types/index.ts'
import type { CheckEntry, DefinitionProblem } from '../definition/definition.ts'
import { everyCheck } from '../definition/every-check.ts'
import { type Path, pathText } from '../definition/path.ts'
import type { Places } from '../definition/places.ts'
import { importDriver } from './driver-lookup.ts'

/** Checks by name, made, with the clients that were made for them. */
export type MadeChecks = ReadonlyMap<string, Made>

/** Where checks are made. */
export interface Workshop {
  /** The folder of the file. */
  readonly folder: string
  readonly places: Places
  /** Finds a driver; for tests. */
  readonly importDriver?: (name: string, folder: string) => Promise<unknown>
}

type Entries = Readonly<Record<string, CheckEntry>>

/** Makes each of the checks, and tells what is wrong with those that cannot be made; the others are made. */
export async function makeChecks(
  entries: Entries,
  workshop: Workshop,
  path: Path = ['checks'],
): Promise<{ readonly made: MadeChecks; readonly problems: readonly DefinitionProblem[] }> {
  const problems: DefinitionProblem[] = []
  const pairs = Object.entries(entries).map(async ([name, entry]) => {
    const made = await makeCheck(entry, workshop, [...path, name], problems)
    return made === undefined ? [] : [[name, made] as const]
  })
  return { made: new Map((await Promise.all(pairs)).flat()), problems }
}

async function makeCheck(
  entry: CheckEntry,
  workshop: Workshop,
  path: Path,
  problems: DefinitionProblem[],
): Promise<Made | undefined> {
  const type = checkTypes.get(entry.type) as CheckType
  const { places } = workshop
  const found: DefinitionProblem[] = []
  const problem = (at: Path, text: string, hint?: string, of: Path = path): undefined => {
    const place = places.ofValue(pathText(at))
    found.push({ ...place, path: pathText(of), text, ...(hint !== undefined && { hint }) })
  }
  const children = await makeChildren(entry, type, workshop, path, found)
  const driver = await driverFor(type, workshop, (text, hint) => problem([...path, 'type'], text, hint))
  const options = optionsOf(entry, type, (name, text) => {
    const at = [...path, name]
    problem(at, text, undefined, at)
  })
  try {
    if (found.length > 0) return undefined
    const making = {
      driver,
      children: definitionsOf(children),
      // The next run meets the same, and its transition is what is logged.
      clientError: () => {},
    }
    const made = await type.make(entry as never, options as never, making)
    const all = [made, ...children.values()]
    return { check: made.check, start: () => startAll(all), close: () => closeAll(all) }
  } catch {
    // Whatever the client says may repeat what it was given: a password in a URL that it could not read.
    return problem(
      [...path, 'url'],
      `${type.needs ?? type.name} refuses what it was given`,
      'is the url right?',
    )
  } finally {
    problems.push(...found)
    if (found.length > 0) await closeAll(children.values())
  }
}

async function makeChildren(
  entry: CheckEntry,
  type: CheckType,
  workshop: Workshop,
  path: Path,
  problems: DefinitionProblem[],
): Promise<MadeChecks> {
  const holder = Object.keys(type.target).find((name) => type.target[name]?.holdsChecks)
  if (holder === undefined) return new Map()
  const children = await makeChecks(entry[holder] as Entries, workshop, [...path, holder])
  problems.push(...children.problems)
  return children.made
}

async function driverFor(
  { name, needs, orElse = [] }: CheckType,
  { folder, importDriver: load = importDriver }: Workshop,
  problem: (text: string, hint: string) => void,
): Promise<unknown> {
  if (needs === undefined) return undefined
  for (const driver of [needs, ...orElse]) {
    try {
      const found = await load(driver, folder)
      if (found !== undefined) return found
    } catch {
      problem(
        `${name} needs the package ${driver}, which is there and cannot be loaded`,
        `npm install ${driver}`,
      )
      return undefined
    }
  }
  problem(`${name} needs the package ${needs}`, `npm install ${needs}`)
  return undefined
}

/** What the check takes, by its own names. */
function optionsOf(
  entry: CheckEntry,
  type: CheckType,
  problem: (name: string, text: string) => void,
): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {}
  for (const [name, { fileName = name, toOption }] of Object.entries({
    ...optionFields(type),
    ...everyCheck,
  })) {
    const value = entry[fileName]
    if (value === undefined) continue
    try {
      options[name] = toOption === undefined ? value : toOption(value)
    } catch {
      problem(fileName, 'not a regular expression')
    }
  }
  return options
}

export function definitionsOf(made: MadeChecks): { readonly [name: string]: CheckDefinition } {
  return Object.fromEntries([...made].map(([name, { check }]) => [name, check]))
}

/** Lets clients connect whose checks are in force from now on. */
export function startAll(made: Iterable<Made>): void {
  for (const { start } of made) start?.()
}

/** Closes clients; one that cannot be closed keeps no other from it. */
export async function closeAll(made: Iterable<Made>): Promise<void> {
  await Promise.allSettled([...made].map(async ({ close }) => close?.()))
}

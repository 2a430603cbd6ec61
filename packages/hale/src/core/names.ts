import { meant, type Problems } from '../errors/problems.ts'

/** What names of checks and groups look like, as a regular expression's source. */
export const namePattern = '^[A-Za-z][A-Za-z0-9_.-]{0,63}$'
const pattern = new RegExp(namePattern)

/** Names that the endpoint or the report needs for itself. */
export const reservedNames: ReadonlySet<string> = new Set([
  'application',
  'live',
  'ready',
  'startup',
  'started',
  'liveness',
  'readiness',
  'metrics',
  'admin',
  'openapi.json',
  'schema.json',
])

/** Says who has a name, if anybody. */
export interface Taken {
  get(name: string): string | undefined
}

/** Adds a problem when a check or group cannot have this name. `taken` says who has it already. */
export function validateName(path: string, name: string, taken: Taken, problems: Problems): void {
  if (name === '') {
    problems.add(path, 'the name is empty; names are letters, digits, "_", "." and "-"')
  } else if (!pattern.test(name)) {
    problems.add(
      path,
      `a name begins with a letter, holds letters, digits, "_", "." and "-", and has at most 64 characters; ${mend(name)}`,
    )
  } else if (reservedNames.has(name)) {
    problems.add(path, `the name is reserved; choose another, such as "${name.replace(/\..*/, '')}-check"`)
  } else if (taken.get(name) !== undefined) {
    problems.add(path, `the name is taken by ${taken.get(name)}; choose another`)
  }
}

function mend(name: string): string {
  const mended = name
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 64)
  return mended === '' || reservedNames.has(mended) ? 'choose another' : `such as "${mended}"`
}

/** The error for a name that nothing has, with the one that was meant. */
export function unknownName(what: 'check' | 'group', name: string, known: readonly string[]): RangeError {
  return new RangeError(`no ${what} is named ${JSON.stringify(name)}; ${meant(name, known)}`)
}

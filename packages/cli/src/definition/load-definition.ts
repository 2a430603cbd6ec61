import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Definition, DefinitionProblem, LoadedDefinition, LoadOptions } from './definition.ts'
import { type Path, pathText } from './path.ts'
import { Places } from './places.ts'
import { isEmpty, notSet } from './references.ts'
import { schemaProblems } from './schema-problems.ts'
import { placeHint, readSecret } from './secret-file.ts'
import { changeSecrets, isFile } from './secrets.ts'
import { readYaml } from './yaml-source.ts'

/** As `LoadedDefinition`, with where everything is, for who finds more problems later. */
export interface Loaded extends LoadedDefinition {
  readonly places: Places
  /** The texts of all secrets, for who must never show them. */
  readonly secrets: readonly string[]
  /** What is right of a definition with problems: the checks and sections that have none. */
  readonly sound?: Definition
  /** The names of all checks, right or wrong. */
  readonly checkNames: readonly string[]
  /** The files that secrets were read from, or would have been. */
  readonly files: readonly string[]
}

const mostBytes = 1_048_576
const shortestToken = 16

/**
 * Reads hale.yaml: YAML 1.2, `${NAME}` from the environment, secrets from their files, everything checked against the
 * schema. Never rejects: a file that cannot be read is a problem too.
 */
export async function loadDefinition(file: string, options: LoadOptions): Promise<Loaded> {
  const text = await readText(file, options)
  return typeof text === 'string' ? parseDefinition(text, dirname(file), options) : failed([text])
}

/** The same of a text; secrets' files are found from `folder`. */
export function parseDefinition(text: string, folder: string, options: LoadOptions): Loaded {
  const { value, places, substituted, left, empty, problems } = readYaml(text, options)
  if (value === undefined) return failed(problems, places)
  if (value === null)
    return failed([...problems, whole('the file is empty', 'name its checks: checks: { … }')])
  const found = [...problems]
  // A reference that could not be resolved is told once, and not as a value that does not fit.
  const told = new Set(problems.map(({ path }) => path))
  for (const problem of schemaProblems({ document: value, places, substituted })) {
    const unset = left.get(problem.path)
    const nothing = empty.get(problem.path)
    if (unset !== undefined) found.push({ ...problem, ...notSet(unset) })
    else if (nothing !== undefined) found.push({ ...problem, ...isEmpty(nothing) })
    else if (!told.has(problem.path)) found.push(problem)
  }
  const right = withoutWrong(value, found)
  if (right === undefined) return failed(found, places)
  const checkNames = Object.keys((value as { readonly checks: object }).checks)

  const secrets: string[] = []
  const files = new Set<string>()
  const document = changeSecrets(right, (given, kind, path) => {
    const at = pathText(path)
    const secret = isFile(given) ? secretOf(given.file, at) : String(given)
    if (secret !== '') secrets.push(secret)
    if (kind === 'url') secrets.push(...credentialsOf(secret))
    return secret
  })
  if (found.length > 0) {
    const left = withoutWrong(document, found)
    const sound = left !== undefined && { sound: withSections(left) }
    return { ...failed(found, places, [...files]), ...sound, checkNames }
  }
  const distinct = [...new Set(secrets)]
  return {
    definition: withSections(document),
    problems: [],
    places,
    secrets: distinct,
    files: [...files],
    checkNames,
  }

  function secretOf(name: string, at: string): string {
    if (options.unresolved === 'leave') return ''
    const file = resolve(folder, name)
    files.add(file)
    const read = readSecret(file)
    if ('secret' in read) return read.secret
    const problem = { ...places.ofValue(`${at}.file`), path: at, text: read.problem }
    const hint = read.isGone ? placeHint(name, folder) : undefined
    found.push(hint === undefined ? problem : { ...problem, hint })
    return ''
  }
}

/** The document without the checks, groups and sections that have a problem; undefined when nothing is left to look at. */
function withoutWrong(document: unknown, problems: readonly DefinitionProblem[]): object | undefined {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined
  const paths = problems.map(({ path }) => path)
  if (paths.includes('') || paths.includes('checks')) return undefined
  const isRight = (at: Path): boolean => {
    const text = pathText(at)
    return !paths.some((path) => path === text || path.startsWith(`${text}.`) || path.startsWith(`${text}[`))
  }
  const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null
  const rightOf = (section: string, entries: object): object =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => isRight([section, name])))
  const sections = Object.entries(document).flatMap(([name, value]): (readonly [string, unknown])[] => {
    if (byName.includes(name) && !paths.includes(name) && isMap(value)) return [[name, rightOf(name, value)]]
    return isRight([name]) ? [[name, value]] : []
  })
  const right = Object.fromEntries(sections)
  return isMap(right.checks) ? right : undefined
}

/** Sections whose entries are looked at each for itself. */
const byName: readonly string[] = ['checks', 'groups']

async function readText(file: string, { pipes = true }: LoadOptions): Promise<string | DefinitionProblem> {
  try {
    const stats = pipes ? undefined : await stat(file)
    if (stats?.isFile() === false && !stats.isDirectory())
      return whole('no ordinary file any more, which alone can be read again')
    const bytes = await readBounded(file)
    if (bytes === undefined) return whole(`the file holds more than ${mostBytes} bytes`)
    return decoder.decode(bytes)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return whole('the file is not there')
    if (code === 'EISDIR') return whole('this is a folder, not a file')
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return whole('the file is not UTF-8')
    return whole(code === 'EACCES' ? 'the file may not be read by this user' : 'the file could not be read')
  }
}

/** Without a byte order mark, and not with one character in place of those that are wrong. */
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Pipes and devices have no size to ask for, and some of them no end. */
async function readBounded(file: string): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > mostBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function whole(text: string, hint?: string): DefinitionProblem {
  return { line: 1, column: 1, path: '', text, ...(hint !== undefined && { hint }) }
}

function failed(
  problems: readonly DefinitionProblem[],
  places = new Places(() => ({ line: 1, column: 1 })),
  files: readonly string[] = [],
): Loaded {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  return { problems: ordered, places, secrets: [], files, checkNames: [] }
}

/** The parts of a URL that are secret, as they stand there and as clients show them. */
function credentialsOf(url: string): readonly string[] {
  // Several hosts, as of a replica set, and none are no URL to Node.
  const readable = url.replace(/^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?)[^/?#]*/i, '$1host')
  if (!URL.canParse(readable)) return []
  const { username, password, searchParams } = new URL(readable)
  // A name alone may be a token; one that is short is that of a user, and may be a word of any line.
  const token = password === '' && username.length >= shortestToken ? [username] : []
  const values = [password, ...token, ...searchParams.values()]
  return values.flatMap((value) => [value, decoded(value)]).filter((value) => value.length >= 4)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function withSections(document: object): Definition {
  const given = Object.entries(document).filter(([name]) => !name.startsWith('x-'))
  const {
    service = {},
    checks = {},
    groups = {},
    serve = {},
    deploy = {},
    ...rest
  } = Object.fromEntries(given)
  return { ...rest, service, checks, groups, serve, deploy }
}

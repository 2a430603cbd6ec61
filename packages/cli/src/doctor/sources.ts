import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileFault } from '../command/file-fault.ts'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { SourceFile } from './documents/source-file.ts'
import { MOST_BYTES, readPipe, readStream, tooLarge } from './read-pipe.ts'

export interface Source extends SourceFile {
  /** Whether it was named, and not met in a folder: who names a file expects to hear of it. */
  readonly named: boolean
  /** Why it was not read, of what was met in a folder: others there are examined all the same. */
  readonly unread?: string
}

/** Of what nobody has named: more is data. */
const MOST_BYTES_MET = 4 * 1024 * 1024
const LIKELY =
  /\.(?:ya?ml|json|conf|cfg|tf|hcl|nomad|bicep|toml|vcl|caddy|service|timer)$|^(?:docker|container)file(?:\.|$)|\.(?:docker|container)file$|^(?:Caddyfile|monitrc)$/i
/** What belongs to tools, and a definition, which is given by an option. */
const NEVER =
  /^(?:package(?:-lock)?|tsconfig(?:\..*)?|composer)\.json$|^(?:Cargo|pyproject|\.?taplo|rustfmt|ruff)\.toml$|^(?:pnpm-lock|\.pnpm|hale)\.ya?ml$/

/**
 * The files that were named, and those in the folders that were, in order; `-` is standard input.
 *
 * @throws UsageError with every one that cannot be read.
 */
export async function readSources(
  names: readonly string[],
  { cwd, signal }: Pick<Terminal, 'cwd' | 'signal'>,
  stdin: Readable = process.stdin,
): Promise<readonly Source[]> {
  const problems: string[] = []
  const sources: Source[] = []
  for (const name of names) {
    try {
      if (name === '-') sources.push(sourceOf(await readStream(stdin, signal), '<stdin>', true))
      else sources.push(...(await readNamed(name, cwd, signal)))
    } catch (error) {
      signal.throwIfAborted()
      problems.push(`${name} cannot be read: ${fileFault(error)}`)
    }
  }
  if (problems.length > 0) throw new UsageError(problems)
  const seen = new Set<string>()
  return sources.filter(({ path }) => !seen.has(resolve(cwd, path)) && seen.add(resolve(cwd, path)))
}

async function readNamed(name: string, cwd: string, signal: AbortSignal): Promise<readonly Source[]> {
  const path = resolve(cwd, name)
  const about = await stat(path)
  if (about.isFIFO()) {
    return [{ ...sourceOf(await readPipe(path, signal), name, true), unwritable: 'is a pipe' }]
  }
  if (about.isFile()) {
    if (about.size > MOST_BYTES) throw tooLarge(about.size)
    return [sourceOf(await readFile(path), name, true)]
  }
  if (!about.isDirectory()) throw new Error('it is neither a file nor a folder')
  const sources: Source[] = []
  // One after the other: a process may only have so many files open.
  for (const one of await likelyIn(path, name)) {
    signal.throwIfAborted()
    sources.push(typeof one === 'string' ? await readMet(resolve(cwd, one), one) : one)
  }
  return sources
}

async function readMet(file: string, path: string): Promise<Source> {
  try {
    if ((await stat(file)).size > MOST_BYTES_MET) return unread(path, 'is larger than a configuration')
    return sourceOf(await readFile(file), path, false)
  } catch (error) {
    return unread(path, `cannot be read: ${fileFault(error)}`)
  }
}

const NOT_UTF_8 = 'is not in UTF-8'

/** What the PowerShell of Windows redirects to a file is in UTF-16, which Kubernetes takes too. */
function sourceOf(bytes: Buffer, path: string, named: boolean): Source {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { path, text: bytes.toString('utf16le').slice(1), named, unwritable: NOT_UTF_8 }
  }
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0) {
    return { path, text: bytes.swap16().toString('utf16le').slice(1), named, unwritable: NOT_UTF_8 }
  }
  return { path, text: bytes.toString('utf8'), named, ...(!isUtf8(bytes) && { unwritable: NOT_UTF_8 }) }
}

function unread(path: string, why: string): Source {
  return { path, text: '', named: false, unread: why }
}

/** The names of files, and what stands for the folders that others keep for themselves, as a database its data. */
type Met = string | Source

async function likelyBelow(folder: string, shown: string): Promise<readonly Met[]> {
  return likelyIn(folder, shown).catch((error: unknown) => [
    unread(shown, `cannot be read: ${fileFault(error)}`),
  ])
}

async function likelyIn(folder: string, shown: string): Promise<readonly Met[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: Met[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(shown, entry.name)
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      found.push(...(await likelyBelow(join(folder, entry.name), name)))
    } else if (LIKELY.test(entry.name) && !NEVER.test(basename(name)) && (await isFile(entry, folder))) {
      found.push(name)
    }
  }
  return found
}

/** Or a link to one, as a ConfigMap is mounted; links to folders may lead in circles. */
async function isFile(entry: Dirent, folder: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  return stat(join(folder, entry.name)).then(
    (about) => about.isFile(),
    () => false,
  )
}

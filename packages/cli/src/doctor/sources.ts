import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { UsageError } from '../command/usage-error.ts'
import type { SourceFile } from './documents/source-file.ts'

export interface Source extends SourceFile {
  /** Whether it was named, and not met in a folder: who names a file expects to hear of it. */
  readonly named: boolean
}

/** More is no configuration, and would take seconds. */
const MOST_BYTES = 4 * 1024 * 1024
const LIKELY =
  /\.(?:ya?ml|json|conf|cfg|tf|hcl|nomad|bicep|vcl|caddy|service|timer)$|^(?:docker|container)file(?:\.|$)|\.(?:docker|container)file$|^(?:Caddyfile|monitrc)$/i
/** What belongs to tools, and a definition, which is given by an option. */
const NEVER = /^(?:package(?:-lock)?|tsconfig(?:\..*)?|composer)\.json$|^(?:pnpm-lock|\.pnpm|hale)\.ya?ml$/

/**
 * The files that were named, and those in the folders that were, in order; `-` is standard input.
 *
 * @throws UsageError with every one that cannot be read.
 */
export async function readSources(
  names: readonly string[],
  cwd: string,
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<readonly Source[]> {
  const problems: string[] = []
  const sources: Source[] = []
  for (const name of names) {
    try {
      if (name === '-') sources.push({ path: '<stdin>', text: await textOfStream(stdin), named: true })
      else sources.push(...(await readNamed(name, cwd)))
    } catch (error) {
      problems.push(`${name} cannot be read: ${reasonOf(error)}`)
    }
  }
  if (problems.length > 0) throw new UsageError(problems)
  const seen = new Set<string>()
  return sources.filter(({ path }) => !seen.has(path) && seen.add(path))
}

async function readNamed(name: string, cwd: string): Promise<readonly Source[]> {
  const path = resolve(cwd, name)
  const about = await stat(path)
  if (!about.isDirectory()) {
    if (about.size > MOST_BYTES) throw new Error(`it has ${about.size} bytes, more than a configuration has`)
    return [await sourceAt(path, name, true)]
  }
  const sources: Source[] = []
  // One after the other: a process may only have so many files open.
  for (const one of await likelyIn(path, name)) {
    const file = resolve(cwd, one)
    if ((await stat(file)).size <= MOST_BYTES) sources.push(await sourceAt(file, one, false))
  }
  return sources
}

async function sourceAt(file: string, path: string, named: boolean): Promise<Source> {
  const bytes = await readFile(file)
  const text = bytes.toString('utf8')
  return { path, text, named, ...(!isUtf8(bytes) && { garbled: true }) }
}

async function likelyIn(folder: string, shown: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(shown, entry.name)
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      found.push(...(await likelyIn(join(folder, entry.name), name)))
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

/** In words, as far as the common ones go. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'not allowed'
  if (code === 'EROFS') return 'its file system is read-only'
  return error instanceof Error ? error.message : String(error)
}

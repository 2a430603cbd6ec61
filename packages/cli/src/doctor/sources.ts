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
const LIKELY = /\.(?:ya?ml|json|conf|cfg)$|^(?:docker|container)file(?:\.|$)|\.(?:docker|container)file$/i
/** What belongs to tools, whatever folder it is in. */
const NEVER = /^(?:package(?:-lock)?|tsconfig(?:\..*)?|composer)\.json$|^(?:pnpm-lock|\.pnpm)\.yaml$/

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
    return [{ path: name, text: await readFile(path, 'utf8'), named: true }]
  }
  const paths = await likelyIn(path, name)
  const read = paths.map(async (one) => {
    const file = resolve(cwd, one)
    if ((await stat(file)).size > MOST_BYTES) return []
    return [{ path: one, text: await readFile(file, 'utf8'), named: false }]
  })
  return (await Promise.all(read)).flat()
}

async function likelyIn(folder: string, shown: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(shown, entry.name)
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      found.push(...(await likelyIn(join(folder, entry.name), name)))
    } else if (entry.isFile() && LIKELY.test(entry.name) && !NEVER.test(basename(name))) found.push(name)
  }
  return found
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'not allowed'
  return error instanceof Error ? error.message : String(error)
}

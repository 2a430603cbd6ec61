import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GeneratedFile } from '../target.ts'
import { hashOf } from './marker.ts'

/** Holds the hashes of files that cannot hold their own, in the form that `sha256sum --check` reads. */
const RECORD = '.hale-generated'

/** The recorded hashes by path. */
export async function readRecord(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line.trimEnd()))
  return new Map(lines.filter((line) => line !== null).map(([, hash, path]) => [path ?? '', hash ?? '']))
}

/** Adds those of `files`; writes nothing when all of it is there already. */
export async function writeRecord(folder: string, files: readonly GeneratedFile[]): Promise<void> {
  const recorded = new Map(await readRecord(folder))
  const before = recordText(recorded)
  for (const { path, text } of files) recorded.set(path, hashOf(text))
  const after = recordText(recorded)
  if (after !== before) await writeFile(join(folder, RECORD), after)
}

function recordText(recorded: ReadonlyMap<string, string>): string {
  const lines = [...recorded].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, hash]) => `${hash}  ${path}\n`)
  return lines.join('')
}

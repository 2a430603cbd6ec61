import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GeneratedFile } from '../target.ts'
import { makeFolder } from './make-folder.ts'
import { commentSign, hashOf, isUntouched, marked, unixLines } from './marker.ts'
import { readRecord, writeRecord } from './record.ts'

/**
 * What is to become of one file. `foreign`: it was changed by hand since it was made, or was never made here, so it
 * stays unless that is forced.
 */
export interface PlannedFile {
  readonly path: string
  readonly becomes: 'created' | 'unchanged' | 'updated' | 'foreign'
}

export interface WritePlan {
  readonly files: readonly PlannedFile[]
  /** Does what `files` says; foreign ones are overwritten. */
  write(): Promise<void>
}

/** Compares what there is with what there is to be; touches nothing yet. */
export async function planWrite(
  folder: string,
  files: readonly GeneratedFile[],
  target: string,
): Promise<WritePlan> {
  const recorded = await readRecord(folder)
  const planned = await Promise.all(
    files.map(async (file) => {
      const text = marked(file, target)
      const before = await existing(join(folder, file.path))
      return { path: file.path, text, becomes: outcome(before, text, recorded.get(file.path)) }
    }),
  )
  return {
    files: planned,
    async write() {
      for (const { path, text, becomes } of planned) {
        if (becomes === 'unchanged') continue
        await makeFolder(dirname(join(folder, path)))
        await writeFile(join(folder, path), text)
      }
      const unmarked = files.filter(({ language }) => commentSign(language) === undefined)
      if (unmarked.length > 0) await writeRecord(folder, unmarked)
    },
  }
}

function outcome(
  before: string | undefined,
  text: string,
  recorded: string | undefined,
): PlannedFile['becomes'] {
  if (before === undefined) return 'created'
  if (unixLines(before) === text) return 'unchanged'
  return isUntouched(before) || recorded === hashOf(before) ? 'updated' : 'foreign'
}

async function existing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

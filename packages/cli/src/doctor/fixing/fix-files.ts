import type { Document } from '../documents/document.ts'
import { readDocuments } from '../documents/read-documents.ts'
import type { SourceFile } from '../documents/source-file.ts'
import { examine } from '../examine.ts'
import type { Reported } from '../finding.ts'
import type { KnownService } from '../known-service.ts'
import { applyEdits } from './apply-edits.ts'

export interface Fixed {
  readonly path: string
  readonly before: string
  readonly after: string
}

/** A mend may make room for another; more rounds than this would be two rules that undo each other. */
const MOST_ROUNDS = 10

/** Every file as it is when nothing is left that a program may mend; nothing is written. */
export async function fixFiles(
  files: readonly SourceFile[],
  service: KnownService,
): Promise<readonly Fixed[]> {
  let current = files
  const givenUp = new Set<string>()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = current
    const found = examine(await documentsOf(before), service)
    const mended = before.map((file) => (givenUp.has(file.path) ? file : mendedOnce(file, found)))
    if (mended.every((file, at) => file === before[at])) break
    // What a mend has broken is left as it was: a file that can be read is worth more than one finding less.
    const broken = new Set<string>()
    for (const [at, file] of mended.entries()) {
      const old = before[at]
      if (old === undefined || file === old) continue
      if ((await faultsIn(file)) > (await faultsIn(old))) broken.add(file.path)
    }
    for (const path of broken) givenUp.add(path)
    current = mended.map((file, at) => (broken.has(file.path) ? (before[at] ?? file) : file))
  }
  return files.map(({ path, text }, at) => ({ path, before: text, after: current[at]?.text ?? text }))
}

function mendedOnce(file: SourceFile, found: readonly Reported[]): SourceFile {
  const groups = found
    .filter(({ path, suppressed }) => path === file.path && suppressed === undefined)
    .flatMap(({ finding }) =>
      finding.edits === undefined || finding.edits.length === 0 ? [] : [finding.edits],
    )
  const text = applyEdits(file.text, groups)
  return text === file.text ? file : { ...file, text }
}

async function documentsOf(files: readonly SourceFile[]): Promise<readonly Document[]> {
  return (await Promise.all(files.map(readDocuments))).flatMap(({ documents }) => documents)
}

async function faultsIn(file: SourceFile): Promise<number> {
  const { documents } = await readDocuments(file)
  return documents.reduce((sum, one) => sum + (one.kind === 'file' ? one.unreadable.length : 0), 0)
}

import type { Document } from '../documents/document.ts'
import type { Edit } from '../documents/place.ts'
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

interface ReadFile {
  readonly file: SourceFile
  readonly documents: readonly Document[]
}

/** Every file as it is when nothing is left that a program may mend; nothing is written. */
export async function fixFiles(
  files: readonly SourceFile[],
  service: KnownService,
): Promise<readonly Fixed[]> {
  let current: readonly ReadFile[] = await Promise.all(files.map(read))
  const givenUp = new Set<string>()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = groupedByPath(
      examine(
        current.flatMap(({ documents }) => documents),
        service,
      ),
    )
    const before = current
    current = await Promise.all(
      before.map(async (one) => {
        const { path } = one.file
        const text = givenUp.has(path) ? one.file.text : applyEdits(one.file.text, found.get(path) ?? [])
        if (text === one.file.text) return one
        const mended = await read({ ...one.file, text })
        if (faultsIn(mended) <= faultsIn(one)) return mended
        // What a mend has broken is left as it was: a file that can be read is worth more than one finding less.
        givenUp.add(path)
        return one
      }),
    )
    if (current.every((one, at) => one === before[at])) break
  }
  return files.map(({ path, text }, at) => ({ path, before: text, after: current[at]?.file.text ?? text }))
}

async function read(file: SourceFile): Promise<ReadFile> {
  return { file, documents: (await readDocuments(file)).documents }
}

/** What may be written, by the file that it is for. */
function groupedByPath(found: readonly Reported[]): ReadonlyMap<string, readonly (readonly Edit[])[]> {
  const groups = new Map<string, (readonly Edit[])[]>()
  for (const { path, suppressed, finding } of found) {
    if (suppressed !== undefined || finding.edits === undefined || finding.edits.length === 0) continue
    const group = groups.get(path)
    if (group === undefined) groups.set(path, [finding.edits])
    else group.push(finding.edits)
  }
  return groups
}

function faultsIn({ documents }: ReadFile): number {
  return documents.reduce((sum, one) => sum + (one.kind === 'file' ? one.unreadable.length : 0), 0)
}

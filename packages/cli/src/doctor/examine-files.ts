import { setImmediate } from 'node:timers/promises'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { TEMPLATE } from './documents/notes.ts'
import { type Read, readDocuments } from './documents/read-documents.ts'
import { examine } from './examine.ts'
import type { Reported } from './finding.ts'
import type { KnownService } from './known-service.ts'
import { listed } from './report/text.ts'
import type { Source } from './sources.ts'

/** After so many files others are given a moment: whoever wants to end it, above all. */
export const BREATH = 50

async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

const NOTHING_TO_EXAMINE =
  'nothing to examine: known are Kubernetes manifests, compose files, Dockerfiles, Terraform, and what docs/cli/doctor.md lists'

/** Why nothing is said of files that were named, of templates, and of what could not be read. */
function notesOf(read: readonly ReadSource[]): readonly string[] {
  const named: string[] = []
  const met = new Map<string, string[]>()
  for (const { file, note } of read) {
    if (note === undefined) continue
    if (file.named) named.push(`${file.path}: ${note}`)
    else if (isTold(note, file)) {
      const paths = met.get(note)
      if (paths === undefined) met.set(note, [file.path])
      else paths.push(file.path)
    }
  }
  return [...named, ...[...met].map(([note, paths]) => `${listed(paths)}: ${note}`)]
}

/** Whether it is told even of what was only met in a folder. */
function isTold(note: string | undefined, { unread }: Source): boolean {
  return note === TEMPLATE || unread !== undefined
}

type ReadSource = Read & { readonly file: Source }

async function readSource(file: Source): Promise<ReadSource> {
  const { unread } = file
  return { file, ...(unread === undefined ? await readDocuments(file) : { documents: [], note: unread }) }
}

interface Examined {
  readonly examined: number
  readonly found: readonly Reported[]
  /** Met in folders, and not known to be anything that asks. */
  readonly passedOver: readonly string[]
}

/**
 * Reads and examines them, and says on the way how far it is, and of what nothing can be said.
 *
 * @throws UsageError when there is nothing among them that could be examined.
 */
export async function examineFiles(
  files: readonly Source[],
  service: KnownService,
  terminal: Terminal,
): Promise<Examined> {
  const read: ReadSource[] = []
  for (const [at, file] of files.entries()) {
    terminal.progress(`reading ${at + 1} of ${files.length}: ${file.path}`)
    read.push(await readSource(file))
    if (at % BREATH === BREATH - 1) await breathe(terminal.signal)
  }
  terminal.progress('')
  const isKnown = ({ note, documents }: ReadSource): boolean =>
    note === undefined || documents.some(({ kind }) => kind !== 'file')
  const known = read.filter(isKnown)
  const passedOver = read
    .filter((one) => !isKnown(one) && !one.file.named && !isTold(one.note, one.file))
    .map(({ file }) => file.path)
  const notes = notesOf(read)
  if (known.length === 0) {
    const met = passedOver.length === 0 ? [] : [`of ${listed(passedOver)} nothing is known`]
    throw new UsageError([...notes, ...met, NOTHING_TO_EXAMINE])
  }
  for (const note of notes) terminal.err(`hale doctor: ${note}\n`)
  return {
    examined: known.length,
    found: examine(
      known.flatMap(({ documents }) => documents),
      service,
    ),
    passedOver,
  }
}

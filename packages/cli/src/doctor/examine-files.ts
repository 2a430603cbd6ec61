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

/** Why nothing is said of files that were named, and of templates. */
function notesOf(read: readonly (Read & { readonly file: Source })[]): readonly string[] {
  const named = read.flatMap(({ file, note }) =>
    note !== undefined && file.named ? [`${file.path}: ${note}`] : [],
  )
  const templates = read.flatMap(({ file, note }) => (note === TEMPLATE && !file.named ? [file.path] : []))
  return templates.length === 0 ? named : [...named, `${listed(templates)}: ${TEMPLATE}`]
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
  const read: (Read & { readonly file: Source })[] = []
  for (const [at, file] of files.entries()) {
    terminal.progress(`reading ${at + 1} of ${files.length}: ${file.path}`)
    read.push({ file, ...(await readDocuments(file)) })
    if (at % BREATH === BREATH - 1) await breathe(terminal.signal)
  }
  terminal.progress('')
  const known = read.filter(
    ({ note, documents }) => note === undefined || documents.some(({ kind }) => kind !== 'file'),
  )
  const passedOver = read
    .filter((one) => !known.includes(one) && !one.file.named && one.note !== TEMPLATE)
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

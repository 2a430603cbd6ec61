import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Given } from '../command/verb.ts'
import { readDocuments, TEMPLATE } from './documents/read-documents.ts'
import type { SourceFile } from './documents/source-file.ts'
import { examine } from './examine.ts'
import { isAtLeast, type Reported, type Severity } from './finding.ts'
import { type Fixed, fixFiles } from './fixing/fix-files.ts'
import { unifiedDiff } from './fixing/unified-diff.ts'
import type { KnownService } from './known-service.ts'
import { jsonReport } from './report/json.ts'
import { sarifReport } from './report/sarif.ts'
import { closingLine, textReport } from './report/text.ts'
import { rules } from './rules/index.ts'
import { type ServiceFlags, serviceAskedFor } from './service-asked-for.ts'
import { readSources, type Source } from './sources.ts'

export interface DoctorOptions extends ServiceFlags {
  readonly format?: 'text' | 'json' | 'sarif'
  readonly severity?: Severity
  readonly fix?: boolean
  readonly dryRun?: boolean
}

/** `hale doctor`: 0 nothing to say, 1 findings of the severity asked for, 2 asked wrongly. */
export async function run({ args, options }: Given<DoctorOptions>, terminal: Terminal): Promise<number> {
  const { format = 'text', severity = 'warning', fix = false, dryRun = false, ...flags } = options
  refuse(args, fix, dryRun)
  const service = await serviceAskedFor(flags, terminal)
  const sources = await readSources(args, terminal.cwd)
  const files = fix ? await fixed(sources, service, dryRun, terminal) : sources
  const { examined, found } = await examineFiles(files, service, terminal)
  if (dryRun) return 0
  const relevant = found.filter((one) => isAtLeast(one.severity, severity))
  const findings = relevant.filter(({ suppressed }) => suppressed === undefined)
  if (format === 'json') terminal.out(jsonReport(relevant, examined))
  else if (format === 'sarif') terminal.out(sarifReport(relevant, rules))
  else {
    terminal.out(textReport(findings, terminal))
    terminal.err(closingLine(found, findings, examined, severity))
  }
  return findings.length === 0 ? 0 : 1
}

function refuse(args: readonly string[], fix: boolean, dryRun: boolean): void {
  const problems: string[] = []
  if (args.length === 0) problems.push('name the files or folders to examine, or - for standard input')
  if (dryRun && !fix) problems.push('--dry-run shows what --fix would write: give both')
  if (fix && args.includes('-')) problems.push('--fix has no file to write for standard input')
  if (problems.length > 0) throw new UsageError(problems)
}

async function examineFiles(
  files: readonly (SourceFile & { readonly named: boolean })[],
  service: KnownService,
  terminal: Terminal,
): Promise<{ readonly examined: number; readonly found: readonly Reported[] }> {
  const read = await Promise.all(files.map(async (file) => ({ file, ...(await readDocuments(file)) })))
  for (const { file, note } of read) {
    if (note !== undefined && file.named) terminal.err(`hale doctor: ${file.path}: ${note}\n`)
  }
  const templates = read.filter(({ file, note }) => note === TEMPLATE && !file.named)
  if (templates.length > 0) {
    const which = `${templates[0]?.file.path}${templates.length > 1 ? ` and ${templates.length - 1} more` : ''}`
    terminal.err(`hale doctor: ${which}: ${TEMPLATE}\n`)
  }
  const known = read.filter(
    ({ note, documents }) => note === undefined || documents.some(({ kind }) => kind !== 'file'),
  )
  if (known.length === 0) {
    throw new UsageError([
      'nothing to examine: no manifest, compose file, Dockerfile, or configuration of HAProxy, NGINX, Envoy or ECS',
    ])
  }
  return {
    examined: known.length,
    found: examine(
      known.flatMap(({ documents }) => documents),
      service,
    ),
  }
}

/** The files as they are then; written, or shown as a diff. */
async function fixed(
  sources: readonly Source[],
  service: KnownService,
  dryRun: boolean,
  terminal: Terminal,
): Promise<readonly Source[]> {
  const all = await fixFiles(sources, service)
  const changed = all.filter(({ before, after }) => before !== after)
  for (const one of changed) await put(one, dryRun, terminal)
  if (changed.length === 0) terminal.err('hale doctor: nothing that --fix can mend\n')
  return sources.map((source, at) => ({ ...source, text: all[at]?.after ?? source.text }))
}

async function put({ path, before, after }: Fixed, dryRun: boolean, terminal: Terminal): Promise<void> {
  if (dryRun) {
    terminal.out(unifiedDiff(path, before, after))
    return
  }
  await writeFile(resolve(terminal.cwd, path), after)
  terminal.err(`hale doctor: mended ${path}\n`)
}

import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileFault } from '../command/file-fault.ts'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Given } from '../command/verb.ts'
import { flagProblems } from '../profile/read-profile.ts'
import { BREATH, examineFiles } from './examine-files.ts'
import { isAtLeast, type Severity } from './finding.ts'
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
  const problems = refused(args, fix, dryRun)
  if (args.length === 0) problems.unshift('name the files or folders to examine, or - for standard input')
  if (problems.length > 0) throw new UsageError(problems)
  const [service, sources] = await both(serviceAskedFor(flags, terminal), readSources(args, terminal))
  const files = fix ? await fixed(sources, service, dryRun, terminal) : sources
  const { examined, found, passedOver } = await examineFiles(files, service, terminal)
  if (dryRun) return 0
  const relevant = found.filter((one) => isAtLeast(one.severity, severity))
  const findings = relevant.filter(({ suppressed }) => suppressed === undefined)
  if (format === 'json') terminal.out(jsonReport(relevant, examined, passedOver))
  else if (format === 'sarif') terminal.out(sarifReport(relevant, rules))
  else {
    terminal.out(textReport(findings, terminal))
    terminal.err(closingLine(found, findings, examined, severity, passedOver))
  }
  return findings.length === 0 ? 0 : 1
}

/** What is wrong with the options: which files are meant is not known where an option is not. */
export function check({ args, options }: Given<DoctorOptions>, terminal: Terminal): void {
  const { fix = false, dryRun = false, ...flags } = options
  const problems = [...refused(args, fix, dryRun), ...flagProblems(flags, terminal)]
  if (problems.length > 0) throw new UsageError(problems)
}

/** What is wrong with the one is told with what is wrong with the other. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  const [first, second] = await Promise.allSettled([one, other])
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value]
  const reasons: unknown[] = [first, second].flatMap((of) => (of.status === 'rejected' ? [of.reason] : []))
  const problems = reasons.flatMap((reason) => {
    if (!(reason instanceof UsageError)) throw reason
    return reason.problems
  })
  throw new UsageError(problems)
}

function refused(args: readonly string[], fix: boolean, dryRun: boolean): string[] {
  const problems: string[] = []
  if (args.includes('')) problems.push('an empty name names no file')
  if (dryRun && !fix) problems.push('--dry-run shows what --fix would write: give both')
  if (fix && args.includes('-')) problems.push('--fix has no file to write for standard input')
  return problems
}

/** The files as they are then; written, or shown as a diff. */
async function fixed(
  sources: readonly Source[],
  service: KnownService,
  dryRun: boolean,
  terminal: Terminal,
): Promise<readonly Source[]> {
  for (const { path, unwritable } of sources) {
    if (unwritable !== undefined) terminal.err(`hale doctor: ${path}: ${unwritable}: --fix leaves it alone\n`)
  }
  const mendable = sources.filter(({ unwritable }) => unwritable === undefined)
  if (mendable.length > BREATH) terminal.progress(`mending ${mendable.length} files`)
  const all = await fixFiles(mendable, service)
  const changed = all.filter(({ before, after }) => before !== after)
  const problems: string[] = []
  for (const one of changed) {
    await put(one, dryRun, terminal).catch((error: unknown) => {
      problems.push(`${one.path} could not be written: ${fileFault(error)}`)
    })
  }
  if (problems.length > 0) throw new UsageError(problems)
  if (changed.length === 0) terminal.err('hale doctor: nothing that --fix can mend\n')
  const after = new Map(all.map((one) => [one.path, one.after]))
  return sources.map((source) => ({ ...source, text: after.get(source.path) ?? source.text }))
}

async function put({ path, before, after }: Fixed, dryRun: boolean, terminal: Terminal): Promise<void> {
  if (dryRun) {
    terminal.out(unifiedDiff(path, before, after))
    return
  }
  await writeFile(resolve(terminal.cwd, path), after)
  terminal.err(`hale doctor: mended ${path}\n`)
}

import { join, relative, resolve } from 'node:path'
import { fileFault } from '../command/file-fault.ts'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Given } from '../command/verb.ts'
import type { ProfileFlags } from '../profile/flags.ts'
import { flagProblems, readProfile } from '../profile/read-profile.ts'
import { type ChoiceFlags, chosen } from './chosen.ts'
import { listTargets } from './list-targets.ts'
import { printed } from './output/print-files.ts'
import { type PlannedFile, planWrite } from './output/write-files.ts'
import { refuseUnreachable } from './reachable.ts'
import type { GeneratedFile, Target, TargetOptions } from './target.ts'
import { targetNamed } from './target-named.ts'
import { whileWaiting } from './while-waiting.ts'
import { refuseUnwritable } from './writable.ts'

interface GenerateOptions extends ProfileFlags, ChoiceFlags {
  readonly out?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}

/** `hale generate`: 0 done, 1 a file was left as it is since somebody changed it, 2 asked wrongly. */
export async function run({ args, options }: Given<GenerateOptions>, terminal: Terminal): Promise<number> {
  const [name] = args
  if (name === undefined) {
    refuseOptionsAlone(options)
    terminal.out(await listTargets(terminal))
    return 0
  }
  const { target, choice } = await asked(name, options, terminal)
  const read = () => readProfile(options, terminal, 'hale generate')
  // All that may take long. Without the address, which may hold a password.
  const profile = await (options.endpoint === undefined
    ? read()
    : whileWaiting('Asking the endpoint what there is', read, terminal))
  refuseUnwritable(profile)
  refuseUnreachable(target, profile, choice)
  if (choice.caFile !== undefined && !profile.tls)
    throw new UsageError(['--trusted-ca: the probes are answered in plain HTTP; give --tls, or leave it out'])
  const files = target.files(profile, choice)
  if (options.out === undefined) {
    terminal.out(printed(files))
    return 0
  }
  return write(files, target.name, options.out, options, terminal)
}

/** What is wrong with the target, its choices and the options. */
export async function check({ args, options }: Given<GenerateOptions>, terminal: Terminal): Promise<void> {
  const [name] = args
  if (name !== undefined) await asked(name, options, terminal)
  const problems = optionProblems(options, terminal)
  if (problems.length > 0) throw new UsageError(problems)
}

/** @throws UsageError with all that is wrong before anything is read or asked. */
async function asked(
  name: string,
  options: GenerateOptions,
  terminal: Terminal,
): Promise<{ readonly target: Target; readonly choice: TargetOptions }> {
  const others = optionProblems(options, terminal)
  try {
    const target = await targetNamed(name)
    const choice = chosen(target, options)
    if (others.length === 0) return { target, choice }
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError([...error.problems, ...others])
    throw error
  }
  throw new UsageError(others)
}

function optionProblems(options: GenerateOptions, terminal: Terminal): readonly string[] {
  const { out, force, dryRun } = options
  const problems: string[] = []
  if (out === undefined && force === true) problems.push('--force has files to overwrite only with --out DIR')
  if (out === undefined && dryRun === true)
    problems.push('--dry-run has files to compare only with --out DIR')
  if (out === '') problems.push('--out: expected a folder, got an empty text')
  return [...problems, ...flagProblems(options, terminal)]
}

/** @throws UsageError: a list of targets has no use for any of them, so the target was forgotten. */
function refuseOptionsAlone(options: GenerateOptions): void {
  if (typeof options.sidecar === 'string')
    throw new UsageError([
      `there is no target, since --sidecar took ${JSON.stringify(options.sidecar)} for its image: put the target first`,
    ])
  const given = Object.keys(options).map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  if (given.length > 0)
    throw new UsageError([`there is no target for ${given.join(', ')}; hale generate lists them`])
}

const wouldDo = {
  created: 'would create',
  updated: 'would update',
  overwritten: 'would overwrite',
} as const

async function write(
  files: readonly GeneratedFile[],
  target: string,
  out: string,
  { dryRun = false, force = false }: GenerateOptions,
  terminal: Terminal,
): Promise<number> {
  const folder = resolve(terminal.cwd, out)
  const unwritten = (error: NodeJS.ErrnoException): never => {
    if (error.code === undefined) throw error
    const shown = error.path === undefined ? out : join(out, relative(folder, error.path))
    throw new Error(`${shown} could not be written: ${fileFault(error)}`, { cause: error })
  }
  const plan = await planWrite(folder, files, target).catch(unwritten)
  const foreign = plan.files.some(({ becomes }) => becomes === 'foreign')
  // All or nothing: half of a configuration fits neither what was there nor what was asked for.
  const held = foreign && !force
  // Before it is told of: what could not be written was not created.
  if (!held && !dryRun) await plan.write().catch(unwritten)
  for (const { path, becomes } of plan.files) {
    const word = wordFor(becomes, { held, force, dryRun })
    const style = becomes === 'unchanged' ? 'dim' : becomes === 'foreign' ? 'yellow' : held ? 'dim' : 'green'
    terminal.out(`${terminal.style(style, word.padEnd(15))} ${out.replace(/\/$/, '')}/${path}\n`)
  }
  if (held) {
    const nothing = dryRun ? 'nothing would be written' : 'nothing was written'
    terminal.err(`hale generate: ${nothing}: what was changed by hand is overwritten with --force only\n`)
    return 1
  }
  return 0
}

function wordFor(
  becomes: PlannedFile['becomes'],
  { held, force, dryRun }: { readonly held: boolean; readonly force: boolean; readonly dryRun: boolean },
): string {
  if (becomes === 'unchanged') return becomes
  if (becomes === 'foreign' && !force) return 'changed by hand'
  const done = becomes === 'foreign' ? 'overwritten' : becomes
  if (held) return `not ${done}`
  return dryRun ? wouldDo[done] : done
}

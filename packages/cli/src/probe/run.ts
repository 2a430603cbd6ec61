import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  grpcCode,
  nagiosCode,
  nagiosText,
  type ProbeFlagValues,
  type ProbeOptions,
  type ProbeResult,
  probe,
  probeFlags,
  probeJson,
  probeText,
  problemOfTarget,
  readProbeFlags,
} from 'hale/probe'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import type { Given } from '../command/verb.ts'
import { resultTable } from './result-table.ts'
import { waitingLine } from './waiting-line.ts'

/** The options that the verb itself looks at. */
interface OwnOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly nagios?: boolean
  readonly grpcCodes?: boolean
  readonly unixSocket?: string
}

/** Asks all targets at the same time; resolves to the worst exit code. */
export async function run(given: Given<object>, terminal: Terminal): Promise<number> {
  const own = given.options as OwnOptions
  const options = optionsOf(given, terminal)
  // One listener a target: no leak to warn of.
  setMaxListeners(0, terminal.signal)
  const waiting = waitingLine(options, terminal)
  const results = await Promise.all(
    given.args.map(async (target, index) => {
      const onRetry = (found: ProbeResult): void => waiting.failed(index, found)
      const result = await probe(target, { ...options, signal: terminal.signal, onRetry })
      waiting.done(index)
      return result
    }),
  )
  if (own.quiet !== true) terminal.out(shown(given.args, results, own, options, terminal))
  return Math.max(...results.map((result) => codeOf(result, own)))
}

/** What is wrong with targets and flags. */
export function check(given: Given<object>, terminal: Terminal): void {
  optionsOf(given, terminal)
}

function optionsOf(given: Given<object>, { cwd }: Terminal): ProbeOptions {
  const read = readProbeFlags(flagValues(given.options), (path) => readFileSync(resolve(cwd, path), 'utf8'))
  const wrong = 'problems' in read ? read.problems : []
  const problems = [...wrong, ...wrongTargets(given, given.options as OwnOptions)]
  if (problems.length > 0 || 'problems' in read) throw new UsageError(problems)
  return read.options
}

/** Told for all of them, before the first is asked. */
function wrongTargets({ args }: Given<object>, { nagios, unixSocket }: OwnOptions): readonly string[] {
  const wrong = args.flatMap((target, index) => {
    const problem = problemOfTarget(target, unixSocket)
    // By its place: its text may hold a password.
    return problem === undefined ? [] : [`target${args.length === 1 ? '' : ` ${index + 1}`}: ${problem}`]
  })
  const many = nagios === true && args.length > 1
  return many
    ? [...wrong, `--nagios: expected one target, as a monitoring plugin; got ${args.length}`]
    : wrong
}

/** By the names of the flags; commander has them in camel case. */
function flagValues(options: object): ProbeFlagValues {
  const given = options as Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  const camel = (name: string): string =>
    name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(probeFlags.map(({ name }) => [name, given[camel(name)]]))
}

function shown(
  targets: readonly string[],
  results: readonly ProbeResult[],
  { json, nagios }: OwnOptions,
  options: ProbeOptions,
  terminal: Terminal,
): string {
  const limits = { ...options, timeoutMs: options.timeoutMs ?? 3000 }
  if (json === true) return results.map((result) => `${probeJson(result)}\n`).join('')
  if (nagios === true) return results.map((result) => `${nagiosText(result, limits)}\n`).join('')
  const [only, ...others] = results
  if (only === undefined || others.length > 0) return resultTable(results, terminal)
  const text = probeText(only)
  const note = rootNote(targets[0] ?? '', only)
  return Buffer.byteLength(text + note) < 4096 ? `${text}${note}\n` : `${text}\n`
}

/**
 * Of `localhost:8080`, which as a URL is its root, and to `hale watch` its readiness: what was asked may not be what
 * was meant. Whoever writes `http://` or a slash is taken at their word.
 */
function rootNote(target: string, { target: asked }: ProbeResult): string {
  if (/[/?#]/.test(target) || !/^https?:/.test(asked)) return ''
  return "; asked /, and hale's readiness is at /health/ready"
}

function codeOf(result: ProbeResult, { nagios, grpcCodes }: OwnOptions): number {
  if (nagios === true) return nagiosCode(result)
  if (grpcCodes === true) return grpcCode(result)
  return result.healthy ? 0 : 1
}

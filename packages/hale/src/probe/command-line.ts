import { type ProbeOptions, settingsOf } from './probe-options.ts'
import type { ProbeResult } from './probe-result.ts'
import { type NoTarget, type ProbeTarget, readTarget } from './probe-target.ts'
import {
  bounded,
  grpcCode,
  nagiosCode,
  nagiosText,
  nagiosUnknown,
  probeJson,
  probeText,
} from './probe-texts.ts'
import type { Arguments } from './read-arguments.ts'
import { runProbe } from './run-probe.ts'

/** What a run of `hale-probe` says and ends with. */
interface Said {
  readonly code: number
  readonly out?: string
  readonly err?: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Runs one command line of `hale-probe`; never rejects. */
export async function commandLine(argv: readonly string[], env: Environment): Promise<Said> {
  const nagios = asksForNagios(argv)
  try {
    const { targets, options, flags, problems } = await argumentsOf(argv)
    // As of a plugin, so that a service that was configured with --help by mistake does not look well.
    if (flags.help === true) return { code: nagios ? 3 : 0, out: await help() }
    // What cannot be read has no target that could be told of.
    const target =
      targets.length === 0 && problems.length > 0 ? { problem: '' } : targetOf(targets, options, env)
    const all = 'problem' in target && target.problem !== '' ? [...problems, target.problem] : problems
    if (all.length > 0 || 'problem' in target) return refused(nagios, all)
    return said(await runProbe(target, settingsOf(options)), flags, options)
  } catch (error) {
    return refused(nagios, [error instanceof Error ? error.message : String(error)])
  }
}

/** A target alone, as most images ask, needs nothing that reads flags. */
async function argumentsOf(argv: readonly string[]): Promise<Arguments> {
  if (!argv.some((word) => word.startsWith('-')))
    return { targets: argv, options: {}, flags: {}, problems: [] }
  const { readArguments } = await import('./read-arguments.ts')
  return readArguments(argv)
}

function targetOf(
  [given, ...others]: readonly string[],
  { socketPath }: ProbeOptions,
  env: Environment,
): ProbeTarget | NoTarget {
  if (others.length > 0)
    return { problem: `expected one target, got ${others.length + 1}; hale probe takes many` }
  const text = targetText(given, env)
  return text === undefined ? { problem: noTarget } : readTarget(text, socketPath)
}

const noTarget = 'no target: give a URL, or set PORT for /health/live on this host'

/** A path alone is asked of this host at PORT, so that an image need not know where it will listen. */
function targetText(given: string | undefined, env: Environment): string | undefined {
  const text = given ?? env.HALE_PROBE_URL ?? (env.PORT === undefined ? undefined : '/health/live')
  if (text?.startsWith('/') === true)
    return /^\d{1,5}$/.test(env.PORT ?? '') ? `http://127.0.0.1:${env.PORT}${text}` : undefined
  return text
}

function said(result: ProbeResult, flags: Readonly<Record<string, unknown>>, options: ProbeOptions): Said {
  const code = flags.nagios
    ? nagiosCode(result)
    : flags['grpc-codes']
      ? grpcCode(result)
      : result.healthy
        ? 0
        : 1
  if (flags.quiet === true) return { code }
  const { timeoutMs = 3000 } = options
  const text = flags.json
    ? probeJson(result)
    : flags.nagios
      ? nagiosText(result, { ...options, timeoutMs })
      : probeText(result)
  return { code, out: `${text}\n` }
}

/** Told by the words alone, since a command line that is wrong may not have been read. */
function asksForNagios(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? undefined : end).some((word) => /^--nagios(=|$)/.test(word))
}

function refused(nagios: boolean, problems: readonly string[]): Said {
  // Nobody reads the stderr of a monitoring plugin.
  if (nagios) return { code: 3, out: `${nagiosUnknown(problems)}\n` }
  const lines = problems.map((problem) => `hale-probe: ${bounded(problem, 1024)}\n`)
  // Docker reserves 2.
  return { code: 1, err: `${lines.join('')}(hale-probe --help shows what there is)\n` }
}

async function help(): Promise<string> {
  const { helpText } = await import('./help-text.ts')
  return helpText
}

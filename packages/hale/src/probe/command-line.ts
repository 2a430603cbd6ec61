import { type ProbeOptions, settingsOf } from './probe-options.ts'
import type { ProbeResult } from './probe-result.ts'
import { type NoTarget, type ProbeTarget, readTarget } from './probe-target.ts'
import { grpcCode, nagiosCode, nagiosText, probeJson, probeText } from './probe-texts.ts'
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
  // Docker reserves 2; for a monitoring plugin 3 is what could not be found out.
  const wrong = argv.includes('--nagios') ? 3 : 1
  try {
    const { targets, options, flags, problems } = await argumentsOf(argv)
    if (flags.help === true) return { code: 0, out: await help() }
    // What cannot be read has no target that could be told of.
    const target =
      targets.length === 0 && problems.length > 0 ? { problem: '' } : targetOf(targets, options, env)
    const all = 'problem' in target && target.problem !== '' ? [...problems, target.problem] : problems
    if (all.length > 0 || 'problem' in target) return refused(wrong, all)
    return said(await runProbe(target, settingsOf(options)), flags, options)
  } catch (error) {
    return refused(wrong, [error instanceof Error ? error.message : String(error)])
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
  const { timeoutMs = 3000, degradedAfterMs } = options
  const limits = { timeoutMs, ...(degradedAfterMs !== undefined && { degradedAfterMs }) }
  const text = flags.json ? probeJson(result) : flags.nagios ? nagiosText(result, limits) : probeText(result)
  return { code, out: `${text}\n` }
}

function refused(code: number, problems: readonly string[]): Said {
  const lines = problems.map((problem) => `hale-probe: ${problem}\n`)
  return { code, err: `${lines.join('')}(hale-probe --help shows what there is)\n` }
}

async function help(): Promise<string> {
  const { helpText } = await import('./help-text.ts')
  return helpText
}

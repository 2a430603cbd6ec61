import { type ProbeFlagValues, probeFlags, readProbeFlags } from './probe-flags.ts'
import type { ProbeOptions } from './probe-options.ts'

// Imported, they would load all that they can do, streams and promises too: a tenth of a start of Node.
const { readFileSync } = process.getBuiltinModule('node:fs')
const { parseArgs } = process.getBuiltinModule('node:util')

/** A command line that has been read. */
export interface Arguments {
  readonly targets: readonly string[]
  readonly options: ProbeOptions
  /** Those that say what is printed, by name. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly problems: readonly string[]
}

const ownFlags = {
  json: { type: 'boolean' },
  nagios: { type: 'boolean' },
  'grpc-codes': { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads a command line that has flags. */
export async function readArguments(argv: readonly string[]): Promise<Arguments> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: grammar(), allowPositionals: true })
    const read = readProbeFlags(values as ProbeFlagValues, (path) => readFileSync(path, 'utf8'))
    const problems = [...('problems' in read ? read.problems : []), ...togetherWrong(values)]
    return { options: {}, ...read, problems, targets: positionals, flags: values }
  } catch (error) {
    return { targets: [], options: {}, flags: {}, problems: [await mended(error)] }
  }
}

type Grammar = Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }>

function grammar(): Grammar {
  const options: Grammar = { ...ownFlags }
  for (const { name, short, value, many } of probeFlags) {
    const type = value === undefined ? 'boolean' : 'string'
    options[name] = { type, ...(short !== undefined && { short }), ...(many === true && { multiple: true }) }
  }
  return options
}

/** Each has an exit code or an output of its own. */
function togetherWrong(values: Readonly<Record<string, unknown>>): readonly string[] {
  if (values.nagios !== true) return []
  return ['json', 'grpc-codes']
    .filter((name) => values[name] === true)
    .map((name) => `--${name} cannot be given together with --nagios: leave one of them out`)
}

/** What parseArgs says, with the flag that was meant where one is misspelt. */
async function mended(error: unknown): Promise<string> {
  const text =
    error instanceof Error ? error.message.replace(/\. To specify a positional.*/s, '') : String(error)
  const [, needy] = /^Option '([^']+)' argument is ambiguous/.exec(text) ?? []
  if (needy !== undefined) return `${needy}: expected a value, got another option`
  const [, flag] = /^Unknown option '--([^']+)'$/.exec(text) ?? []
  if (flag === undefined) return text
  const { nearestName } = await import('../errors/problems.ts')
  const nearest = nearestName(flag, Object.keys(grammar()))
  return nearest === undefined ? text : `${text}; did you mean --${nearest}?`
}

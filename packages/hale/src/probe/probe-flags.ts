import { headerName, headerValue, type ProbeOptions, readStatuses } from './probe-options.ts'

/** One flag of the command line. */
export interface ProbeFlag {
  /** Without the dashes. */
  readonly name: string
  readonly short?: string
  /** What stands for its value in help; absent for one that takes none. */
  readonly value?: string
  /** Whether it may be given several times. */
  readonly many?: true
  readonly does: string
}

/** What the flags were given, by name; a list for those that may be given several times. */
export type ProbeFlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The flags of `hale-probe` and `hale probe` that say how to ask and what to expect, in the order of help. */
export const probeFlags: readonly ProbeFlag[] = [
  { name: 'timeout', short: 't', value: 'TIME', does: 'how long one attempt may take: 500ms, 5s, 1m (3s)' },
  { name: 'retries', short: 'r', value: 'N', does: 'attempts that follow one that failed (0)' },
  { name: 'delay', value: 'TIME', does: 'between two attempts (500ms)' },
  { name: 'wait', short: 'w', value: 'TIME', does: 'ask until it is well, for so long at most' },
  { name: 'slow', value: 'TIME', does: 'an answer that takes longer is DEGRADED' },
  {
    name: 'status',
    short: 's',
    value: 'CODES',
    does: 'what HTTP status is well: 200, 200-299,304 (200-399)',
  },
  { name: 'head', short: 'I', does: 'ask by HEAD' },
  { name: 'header', short: 'H', value: 'LINE', many: true, does: "a header to send: 'Accept: text/plain'" },
  { name: 'expect', short: 'e', value: 'TEXT', does: 'what the answer must hold' },
  { name: 'match', value: 'REGEXP', does: 'what the answer must match' },
  { name: 'expect-json', value: 'PATH=VALUE', many: true, does: 'what the body must say: status=UP' },
  {
    name: 'expect-header',
    value: 'LINE',
    many: true,
    does: "a header that must come, with 'name: value' so",
  },
  {
    name: 'send',
    value: 'TEXT',
    does: 'tcp, tls, unix: sent once connected (\\r, \\n and \\t are understood)',
  },
  {
    name: 'certificate-days',
    value: 'N[,N]',
    does: 'DOWN with fewer days left; of two the first is DEGRADED',
  },
  { name: 'insecure', short: 'k', does: 'take any certificate' },
  { name: 'servername', value: 'NAME', does: 'the name that the certificate must be for' },
  { name: 'cacert', value: 'FILE', does: 'whom to trust, PEM' },
  { name: 'cert', value: 'FILE', does: 'a certificate of your own, PEM' },
  { name: 'key', value: 'FILE', does: 'its key, PEM' },
  { name: 'unix-socket', value: 'PATH', does: 'connect to it in place of host and port' },
]

/** Options, or everything that is wrong with the flags. */
export type FlagsRead = { readonly options: ProbeOptions } | { readonly problems: readonly string[] }

/** Reads the flags of one command line; files are read by `readFile`. */
export function readProbeFlags(values: ProbeFlagValues, readFile: (path: string) => string): FlagsRead {
  const problems: string[] = []
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  const list = (name: string): readonly string[] => {
    const value = values[name]
    return Array.isArray(value) ? value : []
  }
  const read = <T>(name: string, expected: string, of: (value: string) => T | undefined): T | undefined => {
    const value = text(name)
    const found = value === undefined ? undefined : of(value)
    if (value !== undefined && found === undefined) problems.push(`--${name}: expected ${expected}`)
    return found
  }
  const time = (name: string): number | undefined =>
    read(name, 'a time with its unit, such as 500ms, 5s or 1m30s', readTime)
  const file = (name: string): string | undefined =>
    read(name, 'a file that can be read and holds PEM', (path) => pemIn(path, readFile))
  const sent = list('header').map((line) => headerOf(line))
  if (sent.some((header) => header?.value === undefined))
    problems.push("--header: expected a line such as 'Accept: text/plain'")
  const wanted = list('expect-header').map((line) => headerOf(line))
  if (wanted.includes(undefined)) problems.push("--expect-header: expected a name, or 'name: value'")
  const places = list('expect-json').map((pair) => jsonOf(pair))
  if (places.some(({ path }) => path === ''))
    problems.push('--expect-json: expected PATH=VALUE such as status=UP')
  const pattern = read('match', 'a regular expression', patternOf)
  const options: Mutable<ProbeOptions> = {
    timeoutMs: time('timeout'),
    retries: read('retries', 'a whole number up to 1000', (value) => wholeOf(value, 1000)),
    retryDelayMs: time('delay'),
    waitMs: time('wait'),
    degradedAfterMs: time('slow'),
    method: values.head === true ? 'HEAD' : undefined,
    headers:
      sent.length === 0 ? undefined : Object.fromEntries(sent.map((one) => [one?.name, one?.value ?? ''])),
    expectedStatus: read('status', 'status codes such as 200 or 200-299,304', (value) =>
      readStatuses(value) === undefined ? undefined : value,
    ),
    expectBody: text('expect') === '' ? undefined : (text('expect') ?? pattern),
    expectJson: places.length === 0 ? undefined : places,
    expectHeaders:
      wanted.length === 0
        ? undefined
        : Object.fromEntries(wanted.map((one) => [one?.name, one?.value ?? true])),
    send: text('send')?.replace(/\\([rnt])/g, (_, letter: string) => escapes[letter] ?? ''),
    daysLeft: read('certificate-days', 'days such as 14, or 14,7', daysOf),
    insecure: values.insecure === true ? true : undefined,
    servername: text('servername'),
    ca: file('cacert'),
    cert: file('cert'),
    key: file('key'),
    socketPath: text('unix-socket'),
  }
  problems.push(...contradictions(options, values))
  return problems.length > 0 ? { problems } : { options: options as ProbeOptions }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] | undefined }

const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' }
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
// Core's, which the command line would load for it.
const longestTimerMs = 2 ** 31 - 1

/** Reads `500ms`, `5s`, `1.5m`, `1m30s`. A number alone is none: to some it would be seconds, to others milliseconds. */
function readTime(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)/g)]
  if (parts.map(([part]) => part).join('') !== text) return undefined
  const ms = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0)
  return ms >= 1 && ms <= longestTimerMs ? ms : undefined
}

function contradictions(options: Mutable<ProbeOptions>, values: ProbeFlagValues): string[] {
  const found: string[] = []
  if ((options.degradedAfterMs ?? 0) >= (options.timeoutMs ?? 3000))
    found.push('--slow: expected less than --timeout, which is 3s unless it is given')
  const { degradedAt = Infinity, downAt = -Infinity } = options.daysLeft ?? {}
  if (degradedAt < downAt)
    found.push('--certificate-days: expected the days for DEGRADED first, and no more for DOWN')
  if (values.expect !== undefined && values.match !== undefined)
    found.push('--match: give it or --expect, not both')
  if (values.expect === '') found.push('--expect: expected a text')
  const looksIn = ['expect', 'match', 'expect-json'].find((name) => values[name] !== undefined)
  if (options.method === 'HEAD' && looksIn !== undefined)
    found.push(`--head: such an answer has no body for --${looksIn} to look in`)
  if ((values.cert === undefined) !== (values.key === undefined))
    found.push('--cert and --key: give both or neither')
  return found
}

function headerOf(line: string): { readonly name: string; readonly value?: string } | undefined {
  const at = line.indexOf(':')
  const name = (at === -1 ? line : line.slice(0, at)).trim()
  const value = line.slice(at + 1).trim()
  if (!headerName.test(name) || !headerValue.test(value)) return undefined
  return at === -1 ? { name } : { name, value }
}

function jsonOf(pair: string): { path: string; equals?: (string | number | boolean | null)[] } {
  const at = pair.indexOf('=')
  if (at === -1) return { path: pair }
  const value = pair.slice(at + 1)
  // Nobody quotes on a command line what is a number to one service and a text to another.
  const other = /^(true|false|null|-?\d+(\.\d+)?)$/.test(value) ? [JSON.parse(value)] : []
  return { path: pair.slice(0, at), equals: [value, ...other] }
}

function patternOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'm')
  } catch {
    return undefined
  }
}

function wholeOf(text: string, most: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined
}

function daysOf(text: string): { degradedAt?: number; downAt: number } | undefined {
  const [, one, other] = /^(\d{1,5})(?:,(\d{1,5}))?$/.exec(text) ?? []
  if (one === undefined) return undefined
  return other === undefined ? { downAt: Number(one) } : { degradedAt: Number(one), downAt: Number(other) }
}

function pemIn(path: string, readFile: (path: string) => string): string | undefined {
  try {
    const text = readFile(path)
    return text.includes('-----BEGIN ') ? text : undefined
  } catch {
    return undefined
  }
}

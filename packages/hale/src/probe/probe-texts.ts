import { flat, type ProbeResult } from './probe-result.ts'

/** What Docker and Consul keep of a probe's output is 4096 bytes, the end of the line among them. */
const mostBytes = 4095

/** One line for people: `UP http://127.0.0.1:8080/health/ready: HTTP 200 (12 ms)`. */
export function probeText({ status, target, message, durationMs, attempts }: ProbeResult): string {
  const times = attempts === 1 ? '' : `, ${attempts} attempts`
  return bounded(`${status} ${target}: ${message} (${Math.round(durationMs)} ms${times})`)
}

/** One line of JSON, at most 4096 bytes: of many components only as many as fit are named. */
export function probeJson(result: ProbeResult): string {
  const { components, ...rest } = { ...result, durationMs: Math.round(result.durationMs * 10) / 10 }
  const whole = { ...rest, target: bounded(rest.target, 1024) }
  if (components === undefined) return JSON.stringify(whole)
  const entries = Object.entries(components)
  for (let kept = entries.length; ; kept--) {
    const shown = { ...whole, components: Object.fromEntries(entries.slice(0, kept)) }
    const text = JSON.stringify(
      kept === entries.length ? shown : { ...shown, leftOut: entries.length - kept },
    )
    if (kept === 0 || Buffer.byteLength(text) <= mostBytes) return text
  }
}

/** What was asked of a probe, as far as a monitoring plugin prints it beside what is measured. */
export interface NagiosLimits {
  readonly timeoutMs: number
  readonly degradedAfterMs?: number
  readonly daysLeft?: { readonly degradedAt?: number; readonly downAt?: number }
}

/**
 * What a monitoring plugin prints: text, then after a bar what is measured, with its limits.
 *
 * @see https://www.monitoring-plugins.org/doc/guidelines.html
 */
export function nagiosText(result: ProbeResult, limits: NagiosLimits): string {
  const { status, message, durationMs, certificateDaysLeft: days, bodyBytes } = result
  const word = { UP: 'OK', DEGRADED: 'WARNING', DOWN: 'CRITICAL' }[status]
  const seconds = (ms: number | undefined): string => (ms === undefined ? '' : String(ms / 1000))
  const measured = [
    `time=${(durationMs / 1000).toFixed(6)}s;${seconds(limits.degradedAfterMs)};${seconds(limits.timeoutMs)};0`,
    ...(bodyBytes === undefined ? [] : [`size=${bodyBytes}B;;;0`]),
    ...(days === undefined ? [] : [`certificate_days=${days}${daysLimits(limits.daysLeft)}`]),
  ]
  return `${nagiosLine(word, message)} | ${measured.join(' ')}`
}

/** What a monitoring plugin prints when it could not find out: it ends with 3, and its readers look at stdout alone. */
export function nagiosUnknown(problems: readonly string[]): string {
  return nagiosLine('UNKNOWN', problems.join('; '))
}

function nagiosLine(word: string, message: string): string {
  // A bar would begin the measurements, and a second line what is shown elsewhere.
  return bounded(`PROBE ${word} - ${flat(message)}`.replaceAll('|', '/'), 3072)
}

/** As ranges: `14:` is what warns below 14. */
function daysLimits({ degradedAt, downAt }: NagiosLimits['daysLeft'] = {}): string {
  const range = (days: number | undefined): string => (days === undefined ? '' : `${days}:`)
  return `;${range(degradedAt)};${range(downAt)}`.replace(/;+$/, '')
}

/** The exit code that Nagios and its heirs expect; 3, unknown, is for a probe that could not be made: `nagiosUnknown`. */
export function nagiosCode({ status }: Pick<ProbeResult, 'status'>): 0 | 1 | 2 {
  return ({ UP: 0, DEGRADED: 1, DOWN: 2 } as const)[status]
}

/** The exit code of the usual gRPC probe client: 2 no connection, 3 the call failed, 4 not serving. */
export function grpcCode({ status, cause }: Pick<ProbeResult, 'status' | 'cause'>): 0 | 2 | 3 | 4 {
  if (status !== 'DOWN') return 0
  if (cause === 'unreachable') return 2
  return cause === 'not-serving' ? 4 : 3
}

/** As much as fits, in bytes. */
export function bounded(text: string, most = mostBytes): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  // Of a character that is cut in two nothing stays.
  return `${new TextDecoder().decode(bytes.subarray(0, most - 3), { stream: true })}…`
}

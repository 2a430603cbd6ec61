import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `500ms`, `2s`, `1.5m`, `1h` or `1m30s`; undefined when it is none. A number alone has no unit. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined
  return Math.round(
    parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? NaN), 0),
  )
}

/** Reads an option's value as a duration within bounds, for commander: `.option('--timeout <duration>', …, duration(…))`. */
export function duration(bounds: {
  readonly leastMs: number
  readonly mostMs: number
}): (text: string) => number {
  return (text) => {
    const ms = durationMs(text)
    if (ms !== undefined && ms >= bounds.leastMs && ms <= bounds.mostMs) return ms
    const range = `from ${durationText(bounds.leastMs)} to ${durationText(bounds.mostMs)}`
    throw new InvalidArgumentError(`takes a duration ${range}, such as 500ms, 2s or 1m30s${kindOf(text, ms)}`)
  }
}

function kindOf(text: string, ms: number | undefined): string {
  if (ms !== undefined) return `; it was given ${durationText(ms)}`
  return /^\d+(\.\d+)?$/.test(text) ? '; a number needs its unit' : ''
}

/** The shortest way to write a duration as an option takes it. */
export function durationText(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const amount = ms / (unitMs[unit] ?? 1)
    if (amount >= 1 && Number.isInteger(amount * 10)) return `${amount}${unit}`
  }
  return `${ms}ms`
}

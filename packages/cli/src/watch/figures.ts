import type { Look } from './look.ts'
import type { Since } from './watched.ts'

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** How long it has been so, in one unit: `12s`, `3m`, `5h`, `2d`; with a sign when it may be longer. */
export function ageText({ at, seen }: Since, now: number, { signs }: Look): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000))
  const [unit, size] = units.find((each) => seconds >= each[1]) ?? ['s', 1]
  return `${seen ? '' : `${signs.atLeast} `}${Math.floor(seconds / size)}${unit}`
}

/** `0.8 ms`, `12 ms`, `1.2 s`. */
export function latencyText(ms: number): string {
  if (ms < 0.95) return `${ms.toFixed(1)} ms`
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

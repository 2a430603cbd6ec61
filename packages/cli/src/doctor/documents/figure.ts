import type { Edit, Place } from './place.ts'

/** A number that a file states, or the default that its platform puts there. */
export interface Figure {
  /** Durations in milliseconds; undefined when it cannot be read, as `${TIMEOUT}`. */
  readonly value: number | undefined
  readonly stated: boolean
  /** Of what was stated, else of where it would be. */
  readonly place: Place
  /** As the platform calls it. */
  readonly name: string
  /** What states another value, where a program may write it. */
  change?(value: number): readonly Edit[] | undefined
}

/** A figure whose value can be relied on. */
export interface ReadableFigure extends Figure {
  readonly value: number
}

export function isReadable(figure: Figure | undefined): figure is ReadableFigure {
  return figure?.value !== undefined && Number.isFinite(figure.value)
}

/** `timeoutSeconds is 5 s`, or that it is the platform's default. */
export function said(figure: ReadableFigure, unit: 'ms' | 'times' = 'ms'): string {
  const value = unit === 'ms' ? duration(figure.value) : String(figure.value)
  return `${figure.name} is ${value}${figure.stated ? '' : ' (the default)'}`
}

/** As people write it: `800 ms`, `1.5 s`, `60 s`. */
export function duration(ms: number): string {
  if (ms !== 0 && ms < 1000) return `${Math.round(ms)} ms`
  return `${Number((ms / 1000).toFixed(3))} s`
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Go's and HAProxy's way of writing: `1m30s`, `500ms`, `2s`; a bare number is in `bare` milliseconds. */
export function durationFrom(text: string, bare = 1): number | undefined {
  const trimmed = text.trim()
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * bare
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== trimmed) return undefined
  return parts.reduce((sum, [, number, unit = 's']) => sum + Number(number) * (UNITS[unit] ?? 0), 0)
}

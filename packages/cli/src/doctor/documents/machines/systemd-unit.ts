import type { Edit, Place } from '../place.ts'

export interface SystemdEntry {
  readonly key: string
  readonly value: string
  /** Of the value. */
  readonly place: Place
}

/** One unit file. */
export interface SystemdUnit {
  /** `orders` of `orders.service`. */
  readonly name: string
  readonly sections: readonly {
    readonly name: string
    /** Of its line. */
    readonly place: Place
    readonly entries: readonly SystemdEntry[]
  }[]
}

/** The last that is stated of a key, of which most take one; an empty one takes back what came before. */
export function entryOf({ sections }: SystemdUnit, section: string, key: string): SystemdEntry | undefined {
  return entriesOf({ sections }, section, key).at(-1)
}

export function entriesOf(
  { sections }: Pick<SystemdUnit, 'sections'>,
  section: string,
  key: string,
): readonly SystemdEntry[] {
  const stated = sections
    .filter(({ name }) => name === section)
    .flatMap(({ entries }) => entries.filter((entry) => entry.key === key))
  return stated.slice(stated.findLastIndex(({ value }) => value === '') + 1)
}

/** What states `key=value` in a section that is there. */
export function setEntry(
  unit: SystemdUnit,
  section: string,
  key: string,
  value: string,
  newLine: string,
): readonly Edit[] | undefined {
  const stated = entryOf(unit, section, key)
  if (stated !== undefined) return [{ at: stated.place, text: value }]
  const at = unit.sections.find(({ name }) => name === section)?.place[1]
  return at === undefined ? undefined : [{ at: [at, at], text: `${newLine}${key}=${value}` }]
}

/** systemd's way of writing times: `90`, `1min 30s`, `infinity`; in milliseconds. */
export function systemdDuration(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  let sum = 0
  const rest = text.replace(
    /(\d+(?:\.\d+)?)\s*(msec|ms|seconds?|sec|s|minutes?|min|m|hours?|hr|h|days?|d)(?![a-z])/g,
    (_, number, unit) => {
      sum += Number(number) * (unit.startsWith('ms') ? 1 : (UNITS[unit[0]] ?? 0))
      return ''
    },
  )
  return rest.trim() === '' && text.trim() !== '' ? sum : undefined
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

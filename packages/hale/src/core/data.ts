import { safeFailure } from '../errors/safe-message.ts'

/** What a check may show beside its text: plain JSON values. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data }

/** Data made safe to serialise, and what had to be done to it. */
export interface BoundedData {
  readonly data: Data
  /** A sentence when something was cut or replaced. */
  readonly note?: string
}

const limits = { characters: 4096, entries: 64, depth: 5, text: 256 }

/**
 * Copies what a check returned into plain JSON that is small, whatever it was: cycles, getters that throw, BigInts,
 * functions, binary data and a 10 MB object all end as a few values and a note. Nothing of the original is kept, and
 * no `toJSON` is called, since it could throw, be slow or show what an error holds.
 */
export function boundData(value: unknown): BoundedData {
  const copier = new Copier()
  const data = copier.copy(value, 0)
  return copier.notes.size === 0 ? { data } : { data, note: [...copier.notes].join('; ') }
}

class Copier {
  readonly notes = new Set<string>()
  readonly #path: object[] = []
  #left = limits.characters

  copy(value: unknown, depth: number): Data {
    this.#left -= 8
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return this.#text(value.toString())
      case 'object':
        return value === null ? null : this.#object(value, depth)
      case 'undefined':
        return null
      default:
        this.notes.add(`a ${typeof value} was left out`)
        return null
    }
  }

  #text(text: string): string {
    const allowed = Math.max(0, Math.min(limits.text, this.#left))
    this.#left -= Math.min(text.length, allowed)
    if (text.length <= allowed) return text.toWellFormed()
    this.notes.add('cut to its bounds')
    return `${text.slice(0, allowed)}…`.toWellFormed()
  }

  #object(value: object, depth: number): Data {
    if (this.#path.includes(value)) {
      this.notes.add('circular')
      return '[circular]'
    }
    if (depth >= limits.depth) {
      this.notes.add('cut to its bounds')
      return '[too deep]'
    }
    this.#path.push(value)
    try {
      return this.#structure(value, depth)
    } catch {
      this.notes.add('unreadable')
      return '[unreadable]'
    } finally {
      this.#path.pop()
    }
  }

  #structure(value: object, depth: number): Data {
    if (Array.isArray(value)) return this.#array(value, value.length, depth)
    if (value instanceof Error) return safeFailure(value).message
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString()
    if (value instanceof Set) return this.#array(value, value.size, depth)
    if (value instanceof Map) return this.#record(mapEntries(value), depth)
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      this.notes.add('binary data was left out')
      return `[${value.byteLength} bytes]`
    }
    return this.#record(objectEntries(value), depth)
  }

  #array(values: Iterable<unknown>, length: number, depth: number): Data {
    const copied: Data[] = []
    for (const value of values) {
      if (this.#full(copied.length)) break
      copied.push(this.copy(value, depth + 1))
    }
    if (length > copied.length) this.notes.add('cut to its bounds')
    return Object.freeze(copied)
  }

  #record(entries: Iterable<readonly [string, () => unknown]>, depth: number): Data {
    // Without a prototype, so that a key named __proto__ is a key like any other.
    const copied: Record<string, Data> = Object.create(null)
    let count = 0
    for (const [key, read] of entries) {
      if (this.#full(count++)) break
      copied[this.#text(key)] = this.#property(read, depth)
    }
    return Object.freeze(copied)
  }

  #property(read: () => unknown, depth: number): Data {
    try {
      return this.copy(read(), depth + 1)
    } catch {
      this.notes.add('unreadable')
      return '[unreadable]'
    }
  }

  #full(count: number): boolean {
    if (count < limits.entries && this.#left > 0) return false
    this.notes.add('cut to its bounds')
    return true
  }
}

// Lazily, so that of a million keys only the first few are looked at.
function* objectEntries(value: object): Generator<readonly [string, () => unknown]> {
  for (const key in value) {
    if (Object.hasOwn(value, key)) yield [key, () => (value as Record<string, unknown>)[key]]
  }
}

function* mapEntries(map: Map<unknown, unknown>): Generator<readonly [string, () => unknown]> {
  for (const [key, value] of map) yield [keyText(key), () => value]
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null)
    return key instanceof Error ? safeFailure(key).message : 'object'
  return typeof key === 'symbol' ? 'symbol' : String(key)
}

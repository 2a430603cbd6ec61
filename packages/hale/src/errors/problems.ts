import { ConfigurationError } from './configuration-error.ts'

/** What a number must be. */
export interface NumberRule {
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
  readonly unit?: string
  /** Such as `a share`, for what is no number of anything. */
  readonly noun?: string
}

/**
 * Collects every problem of one piece of configuration, so that they are thrown together. Texts name the field and
 * the kind of the value, not a string's content: what was put in the wrong place may be a secret.
 */
export class Problems {
  readonly found: string[] = []

  add(path: string, problem: string): void {
    this.found.push(`${path}: ${problem}`)
  }

  /** `value` when it is a number that obeys the rule, else the fallback and a problem. */
  number(path: string, value: unknown, fallback: number, rule: NumberRule = {}): number {
    if (value === undefined) return fallback
    const { min = 0, max = Number.MAX_SAFE_INTEGER, integer = false, unit = '' } = rule
    const { noun = integer ? 'a whole number' : 'a number' } = rule
    const fits =
      typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))
    if (fits) return value
    const upper = max === Number.MAX_SAFE_INTEGER ? '' : ` and ${max}`
    const range = upper === '' ? `of at least ${min}` : `between ${min}${upper}`
    const mend =
      typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
        ? '; use Number(…)'
        : ''
    this.add(
      path,
      `expected ${noun}${unit === '' ? '' : ` of ${unit}`} ${range}, got ${kindOf(value)}${mend}`,
    )
    return fallback
  }

  boolean(path: string, value: unknown, fallback: boolean): boolean {
    if (value === undefined) return fallback
    if (typeof value === 'boolean') return value
    this.add(path, `expected true or false, got ${kindOf(value)}`)
    return fallback
  }

  string(path: string, value: unknown): string | undefined {
    if (value === undefined) return undefined
    if (typeof value === 'string') return value
    this.add(path, `expected a string, got ${kindOf(value)}`)
    return undefined
  }

  oneOf<const T extends string>(path: string, value: unknown, allowed: readonly T[]): T | undefined {
    if (value === undefined) return undefined
    if (allowed.includes(value as T)) return value as T
    this.add(path, `expected ${allowed.map((name) => `'${name}'`).join(', ')}, got ${kindOf(value)}`)
    return undefined
  }

  /** The value as an object to read options from; anything else becomes a problem and an empty object. */
  object(path: string, value: unknown): Readonly<Record<string, unknown>> {
    if (value === undefined) return {}
    const kind = kindOf(value)
    if (typeof value !== 'object' || value === null || kind !== 'an object')
      this.add(path, `expected an object, got ${kind}`)
    else if (!isReadable(value)) this.add(path, 'expected an object, got one that throws when it is read')
    else return value as Record<string, unknown>
    return {}
  }

  /** `value` when it has these methods, on itself or inherited; undefined when it is not given, or with a problem. */
  methods<T>(path: string, value: unknown, names: readonly (keyof T & string)[]): T | undefined {
    if (value === undefined) return undefined
    const missing = names.filter((name) => typeof (Object(value) as Partial<T>)[name] !== 'function')
    if (missing.length === 0) return value as T
    const expected = `expected an object with the methods ${names.join(', ')}`
    this.add(path, `${expected}; ${kindOf(value)} lacks ${missing.join(', ')}`)
    return undefined
  }

  /** A problem for each key that is not known, with the nearest known one. */
  knownKeys(path: string, value: object, known: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue
      this.add(path === '' ? key : `${path}.${key}`, `unknown option; ${meant(key, known)}`)
    }
  }

  /** Throws when anything was found. */
  throwIfAny(what: string): void {
    if (this.found.length > 0) throw new ConfigurationError(what, this.found)
  }
}

/** Whether its options can be read, or a getter of it throws, or a proxy at any name. */
function isReadable(value: object): boolean {
  try {
    void [{ ...value }, (value as { readonly toString?: unknown }).toString]
    return true
  } catch {
    return false
  }
}

/** Says what a value is without showing what a string holds. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'string':
      return value === ''
        ? 'an empty string'
        : `a string of ${value.length} character${value.length === 1 ? '' : 's'}`
    case 'object':
      return value instanceof Promise ? 'a promise; await it' : 'an object'
    default:
      return `a ${typeof value}`
  }
}

/** Of a name that is not known: the one that was probably meant, else those that there are. */
export function meant(name: unknown, known: readonly string[]): string {
  const nearest = typeof name === 'string' ? nearestName(name, known) : undefined
  return nearest === undefined ? `known are ${known.join(', ') || 'none'}` : `did you mean ${nearest}?`
}

/** The known name closest to a misspelt one, when it is close enough to be meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const prefixed = candidate.toLowerCase().startsWith(name.toLowerCase()) && name.length >= 4
    const distance = prefixed ? 1 : editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      const replaced = (previous[column - 1] ?? 0) + cost
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

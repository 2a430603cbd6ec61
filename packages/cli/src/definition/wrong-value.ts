import { durationMs } from '../command/duration.ts'
import { nearestName } from '../command/nearest-name.ts'
import type { Schema } from './field.ts'
import type { SchemaError } from './schema-errors.ts'

/** What is wrong, and how to mend it. */
export interface Words {
  readonly text: string
  readonly hint?: string
}

/** Of more than these nobody reads the names to find their own. */
const fewNames = 8

/** A name that is not known here, or a value that must be one. */
export function unknown(name: string, known: readonly string[]): Words {
  const nearest = nearestName(name, known)
  return {
    text: 'unknown',
    hint: nearest === undefined ? `known are ${known.join(', ')}` : didYouMean(nearest),
  }
}

/**
 * A name that must be there; undefined where it is, misspelt, and that is told. Where others are not known it may be
 * one of these.
 */
export function missing({ name = '', schema, value }: SchemaError): Words | undefined {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>
  const others = Object.keys(value as object).filter((other) => !Object.hasOwn(properties, other))
  const misspelt = others.find((other) => nearestName(other, Object.keys(properties)) === name)
  if (misspelt !== undefined && schema.additionalProperties === false) return undefined
  const description = properties[name]?.description
  return worded('missing', misspelt === undefined ? asHint(description) : `is ${misspelt} meant for it?`)
}

/** A sentence that goes on after a semicolon. */
function asHint(sentence: unknown): string | undefined {
  if (typeof sentence !== 'string') return undefined
  const goesOn = /^[A-Z][a-z ]/.test(sentence) ? sentence[0]?.toLowerCase() + sentence.slice(1) : sentence
  return goesOn.replace(/\.$/, '')
}

/** A value that is not what stands there; only its kind is told, since it may be a secret in the wrong place. */
export function wrongValue(error: SchemaError, substituted: boolean): Words {
  const { keyword, value, schema } = error
  const range = keyword === 'minimum' || keyword === 'maximum'
  const got = range && !substituted ? String(value) : kindOf(value)
  const instead = (expected: unknown, hint?: unknown): Words =>
    worded(`expected ${expected}, got ${got}`, hint)
  switch (keyword) {
    case 'type': {
      const expected = (error.path.length > 0 && schema.title) || typeWords[String(schema.type)]
      return instead(expected, substituted ? undefined : hintOfType(error))
    }
    case 'enum': {
      const known = (schema.enum as readonly unknown[]).map(String)
      if (known.length > fewNames)
        return typeof value === 'string' && value !== ''
          ? unknown(value, known)
          : instead('a name', `known are ${known.join(', ')}`)
      const nearest = typeof value === 'string' ? nearestName(value, known) : undefined
      return instead(`one of ${known.join(', ')}`, nearest && didYouMean(nearest))
    }
    case 'minimum':
      return instead(`${schema.title ?? 'a number'} of at least ${schema.minimum}`)
    case 'maximum':
      return instead(`${schema.title ?? 'a number'} of at most ${schema.maximum}`)
    case 'minItems':
      return instead('a list of at least one')
    case 'minLength':
      return instead('a text')
    case 'minProperties': {
      const known = Object.keys((schema.properties ?? {}) as object)
      return instead('at least one entry', known.length > 0 ? `known are ${known.join(', ')}` : undefined)
    }
    case 'uniqueItems':
      return { text: 'something is in the list twice' }
    default:
      return instead(schema.title ?? 'another value')
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map of names and values',
  array: 'a list',
}

/** What people take YAML for, and what they bring along from elsewhere. */
function hintOfType({ path, schema, value }: SchemaError): string | undefined {
  const { type, title } = schema
  if (value === null) return path.length === 0 ? undefined : 'give it a value, or remove the line'
  if (type === 'object') return hintOfMap(schema, value)
  if (type === 'string') return ['number', 'boolean'].includes(typeof value) ? 'put it in quotes' : undefined
  if (typeof value !== 'string') return undefined
  if (type === 'boolean') return truths[value.toLowerCase()]
  if (type !== 'number' && type !== 'integer') return undefined
  if (/^-?\d+(\.\d+)?$/.test(value)) return 'remove the quotes'
  return title === millisecondsTitle ? millisecondsOf(value) : undefined
}

function hintOfMap({ properties, additionalProperties }: Schema, value: unknown): string | undefined {
  if (Array.isArray(value) && typeof additionalProperties === 'object')
    return 'write a name in place of each dash'
  if (typeof value === 'string' && /^[\w-]+(?::\S|\s)/.test(value))
    return 'write name: value, with a space after the colon'
  const known = additionalProperties === false ? Object.keys(properties as object) : []
  return known.length > 0 && known.length <= fewNames ? `known are ${known.join(', ')}` : undefined
}

const truths: Readonly<Record<string, string>> = {
  ...{ yes: 'write true', on: 'write true', y: 'write true', true: 'remove the quotes' },
  ...{ no: 'write false', off: 'write false', n: 'write false', false: 'remove the quotes' },
}

const millisecondsTitle = 'a number of milliseconds'

/** As Kubernetes, HAProxy, Prometheus, Go and the command line write durations. */
function millisecondsOf(duration: string): string | undefined {
  const ms = duration.length > 40 ? undefined : durationMs(duration.replaceAll(' ', ''))
  return ms === undefined ? undefined : `write ${ms}`
}

/** The kind of a value, without the value: a password of digits is a number to YAML. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number without end'
  if (typeof value !== 'string') return `a ${typeof value}`
  if (value === '') return 'an empty text'
  return `a text of ${value.length} character${value.length === 1 ? '' : 's'}`
}

function didYouMean(nearest: string): string {
  return `did you mean ${nearest}?`
}

function worded(text: string, hint: unknown): Words {
  return typeof hint === 'string' ? { text, hint } : { text }
}

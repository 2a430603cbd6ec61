/** A JSON Schema, draft 7: what editors' YAML support reads. */
export interface Schema {
  readonly [keyword: string]: unknown
}

declare const fieldValue: unique symbol

/**
 * One field of the file: what it may hold, for whoever edits the file and for whoever reads it, and what is to be done
 * with it. Schema, documentation, masking and construction are made of these, so that they cannot differ.
 */
export interface Field<Value = unknown> {
  /** Without the description. */
  readonly schema: Schema
  /** One sentence. */
  readonly description: string
  /** What applies without it, in words. */
  readonly fallback?: string
  readonly required?: true
  /** Its name in the file, when that is not the option's. */
  readonly fileName?: string
  /** What of it is a secret, which may come from a file and is never shown. */
  readonly secret?: SecretKind
  /** Checks by name, each with fields of its own. */
  readonly holdsChecks?: true
  /** What the check takes, made from what the file holds. */
  readonly toOption?: (value: unknown) => unknown
  readonly [fieldValue]?: Value
}

/** A text that is one; a URL whose credentials are one; each value of a map. */
export type SecretKind = 'text' | 'url' | 'map'

/** By name. */
export type Fields = { readonly [name: string]: Field }

/** What is there of them once the file is valid. */
export type ValuesOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never
}

type More = Pick<Field, 'fallback' | 'fileName' | 'toOption'>

/** A secret, or where it is read from. */
const secretSchema: Schema = { $ref: '#/definitions/secret' }

export function text(description: string, more: More = {}): Field<string | undefined> {
  return { schema: { type: 'string', minLength: 1 }, description, ...more }
}

export function secretText(description: string, more: More = {}): Field<string | undefined> {
  return { schema: secretSchema, description, secret: 'text', ...more }
}

/** A URL, which may hold a password. */
export function url(description: string, more: More = {}): Field<string | undefined> {
  return { schema: secretSchema, description, secret: 'url', ...more }
}

/** Without it there is nothing to ask. */
export function needed<Value>(field: Field<Value>): Field<NonNullable<Value>> {
  return { ...field, required: true } as Field<NonNullable<Value>>
}

export function flag(description: string, fallback: boolean): Field<boolean | undefined> {
  return { schema: { type: 'boolean' }, description, fallback: String(fallback) }
}

export function milliseconds(
  description: string,
  fallback?: string,
  least = 0,
  most = 2 ** 31 - 1,
): Field<number | undefined> {
  const range = { minimum: least, maximum: most, title: 'a number of milliseconds' }
  return number(description, range, fallback)
}

export function count(description: string, range: Schema = {}, fallback?: string): Field<number | undefined> {
  return withFallback({ schema: { type: 'integer', minimum: 0, ...range }, description }, fallback)
}

function number(description: string, range: Schema, fallback?: string): Field<number | undefined> {
  return withFallback({ schema: { type: 'number', ...range }, description }, fallback)
}

export function port(description: string, fallback?: string): Field<number | undefined> {
  return withFallback({ schema: { type: 'integer', minimum: 1, maximum: 65_535 }, description }, fallback)
}

/** A port to listen on. */
export function ownPort(description: string, fallback?: string): Field<number | undefined> {
  const words = `${description} 0 takes any free one.`
  return withFallback(
    { schema: { type: 'integer', minimum: 0, maximum: 65_535 }, description: words },
    fallback,
  )
}

export function oneOf<const Value extends string>(
  description: string,
  values: readonly Value[],
  fallback?: Value,
  more: More = {},
): Field<Value | undefined> {
  return withFallback({ schema: { enum: values }, description, ...more }, fallback)
}

export function listOf(
  description: string,
  items: Schema,
  fallback?: string,
): Field<readonly unknown[] | undefined> {
  return withFallback({ schema: { type: 'array', items, minItems: 1 }, description }, fallback)
}

/** `degradedAt` and `downAt` of a measure. */
export function thresholds(description: string, unit: string, fallback?: string): Field {
  return withFallback({ schema: thresholdsSchema(unit), description }, fallback)
}

function thresholdsSchema(
  unit: string,
  more: { readonly [name: string]: Schema } = {},
  required: readonly string[] = [],
): Schema {
  const limit = { type: 'number', minimum: 0, ...(unit === 'share' && { maximum: 1 }) }
  const words = unit === 'share' ? 'a share, 0 to 1' : unit
  const pair = {
    degradedAt: { ...limit, description: `From here on it is DEGRADED (${words}).` },
    downAt: { ...limit, description: `From here on it is DOWN (${words}).` },
  }
  return object({ ...more, ...pair }, required)
}

/** The same with more beside. */
export function limits(
  description: string,
  unit: string,
  more: { readonly [name: string]: Schema },
  required: readonly string[],
): Field {
  return { schema: thresholdsSchema(unit, more, required), description }
}

/** Addresses to begin with. */
export function addresses(description: string): Field<readonly string[] | undefined> {
  return { schema: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 }, description }
}

/** A text or a list of texts. */
export function nonEmptyList(description: string): Field {
  const one = { type: 'string', minLength: 1 }
  return {
    schema: { title: 'a text, or a list of texts', anyOf: [one, { type: 'array', items: one, minItems: 1 }] },
    description,
  }
}

/** What a database is asked. */
export function query(statement: string): Field<string | undefined> {
  return text('What is asked; it must read and never write.', { fallback: statement })
}

/** Secrets by name, such as headers. */
export function secretMap(description: string): Field<Readonly<Record<string, string>> | undefined> {
  const schema = { type: 'object', additionalProperties: secretSchema, minProperties: 1 }
  return { schema, description, secret: 'map' }
}

/** An object of fixed properties, of which there must be at least one. */
export function object(
  properties: { readonly [name: string]: Schema },
  required: readonly string[] = [],
): Schema {
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    minProperties: 1,
    ...(required.length > 0 && { required }),
  }
}

/** A text that is looked for, or a regular expression; never a function, which no file can hold. */
export const patternSchema: Schema = {
  title: 'a text, or { match: a regular expression }',
  anyOf: [
    { type: 'string', minLength: 1 },
    object(
      {
        match: { type: 'string', minLength: 1, description: 'A regular expression as in JavaScript.' },
        flags: {
          type: 'string',
          title: 'some of the letters i, m, s and u',
          pattern: '^[imsu]*$',
          description: 'Its flags, such as i.',
        },
      },
      ['match'],
    ),
  ],
}

export function pattern(description: string): Field {
  return { schema: patternSchema, description, toOption: toPattern }
}

/** What `patternSchema` stands for; anything else is left as it is. Throws when it is no regular expression. */
export function toPattern(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('match' in value)) return value
  const { match, flags } = value as { readonly match: string; readonly flags?: string }
  return new RegExp(match, flags)
}

/** The JSON Schema of an object with these fields and no others. */
export function schemaOfFields(fields: Fields): Schema {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => field.required).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, schemaOfField(field)])),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }
}

function schemaOfField({ schema, description, fallback }: Field): Schema {
  const words = fallback === undefined ? description : `${description} Default: ${fallback}.`
  // Beside a $ref draft 7 ignores everything.
  return '$ref' in schema ? { description: words, allOf: [schema] } : { ...schema, description: words }
}

/** Of checks whose client is a pool. */
export const saturation = {
  saturatedAs: oneOf('What a pool without a free connection counts as.', ['DEGRADED', 'DOWN'], 'DEGRADED'),
  saturatedForMs: milliseconds('For how long, before that is DOWN.', '30000'),
}

function withFallback<F extends Field>(field: F, fallback: string | undefined): F {
  return fallback === undefined ? field : { ...field, fallback }
}

import type { Schema } from './field.ts'
import type { Path } from './path.ts'

/** One keyword of a schema that a value does not meet. */
export interface SchemaError {
  /** Of the value. */
  readonly path: Path
  readonly keyword: string
  /** What holds the keyword. */
  readonly schema: Schema
  readonly value: unknown
  /** The property that is unknown or missing. */
  readonly name?: string
  /** Of `anyOf`, what is wrong by each of its schemas. */
  readonly alternatives?: readonly (readonly SchemaError[])[]
}

type Schemas = Readonly<Record<string, Schema>>
type Values = Readonly<Record<string, unknown>>

interface At {
  readonly schema: Schema
  readonly value: unknown
  readonly path: Path
  readonly definitions: Schemas
}

/**
 * Everything by which a value does not meet a schema: of draft 7 the keywords that the schema of hale.yaml has, and no
 * others. Ajv, which knows all, makes a program of a schema before it looks at anything; that takes it longer than all
 * else that a start of the command does. A test holds the two against each other.
 *
 * @throws TypeError for a keyword that is not known here.
 */
export function schemaErrors(schema: Schema, value: unknown): readonly SchemaError[] {
  return errorsOf({ schema, value, path: [], definitions: (schema.definitions ?? {}) as Schemas })
}

function errorsOf(at: At): readonly SchemaError[] {
  const { schema, value, definitions } = at
  // Beside it draft 7 ignores everything.
  if (schema.$ref !== undefined) return errorsOf({ ...at, schema: referred(schema.$ref, definitions) })
  // Of a value of another type there is nothing else to say.
  if (schema.type !== undefined && !isOfType(value, schema.type)) return [error(at, 'type')]
  const found: SchemaError[] = []
  for (const [keyword, limit] of Object.entries(schema)) {
    if (silent.has(keyword)) continue
    const fits = Object.hasOwn(simple, keyword) ? simple[keyword] : undefined
    const look = Object.hasOwn(nested, keyword) ? nested[keyword] : undefined
    if (fits === undefined && look === undefined) throw new TypeError(`${keyword} is not known here`)
    if (fits?.(value, limit) === false) found.push(error(at, keyword))
    if (look !== undefined) found.push(...look(at))
  }
  return isMap(value) ? [...found, ...ofProperties(at, value)] : found
}

function referred($ref: unknown, definitions: Schemas): Schema {
  const name = String($ref).replace('#/definitions/', '')
  if (!Object.hasOwn(definitions, name)) throw new TypeError(`${$ref} leads nowhere`)
  return definitions[name] as Schema
}

/** What says nothing of a value, or is looked at with something else. */
const silent = new Set([
  ...['$schema', 'title', 'description', 'definitions', 'type', 'then'],
  ...['properties', 'patternProperties', 'additionalProperties'],
])

/** A type, or a list of those that a value may be of. */
function isOfType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => isOfType(value, one))
  switch (type) {
    case 'object':
      return isMap(value)
    case 'array':
      return Array.isArray(value)
    case 'number':
      return Number.isFinite(value)
    case 'integer':
      return Number.isInteger(value)
    case 'string':
    case 'boolean':
      return typeof value === type
    case 'null':
      return value === null
    default:
      throw new TypeError(`${type} is no type that is known here`)
  }
}

/** Whether a value keeps to what the keyword says; one of a type that it says nothing of does. */
const simple: Readonly<Record<string, (value: unknown, limit: unknown) => boolean>> = {
  const: (value, only) => value === only,
  enum: (value, known) => (known as readonly unknown[]).includes(value),
  minimum: (value, least) => typeof value !== 'number' || value >= Number(least),
  maximum: (value, most) => typeof value !== 'number' || value <= Number(most),
  minLength: (value, least) => typeof value !== 'string' || [...value].length >= Number(least),
  pattern: (value, like) => typeof value !== 'string' || new RegExp(String(like), 'u').test(value),
  minItems: (value, least) => !Array.isArray(value) || value.length >= Number(least),
  uniqueItems: (value) => !Array.isArray(value) || new Set(value).size === value.length,
  minProperties: (value, least) => !isMap(value) || Object.keys(value).length >= Number(least),
}

/** Keywords that hold schemas, or names. */
const nested: Readonly<Record<string, (at: At) => readonly SchemaError[]>> = {
  items: (at) =>
    Array.isArray(at.value)
      ? at.value.flatMap((value, index) =>
          errorsOf({ ...at, schema: at.schema.items as Schema, value, path: [...at.path, index] }),
        )
      : [],
  required: (at) =>
    (at.schema.required as readonly string[])
      .filter((name) => isMap(at.value) && !Object.hasOwn(at.value, name))
      .map((name) => ({ ...error(at, 'required'), name })),
  allOf: (at) => schemasOf(at, 'allOf').flat(),
  anyOf: (at) => {
    const alternatives = schemasOf(at, 'anyOf')
    return alternatives.some(({ length }) => length === 0) ? [] : [{ ...error(at, 'anyOf'), alternatives }]
  },
  if: (at) => {
    const applies = errorsOf({ ...at, schema: at.schema.if as Schema }).length === 0
    return applies ? errorsOf({ ...at, schema: at.schema.then as Schema }) : []
  },
}

function schemasOf(at: At, keyword: string): readonly (readonly SchemaError[])[] {
  return (at.schema[keyword] as readonly Schema[]).map((schema) => errorsOf({ ...at, schema }))
}

function ofProperties(at: At, values: Values): readonly SchemaError[] {
  const properties = (at.schema.properties ?? {}) as Schemas
  const patterns = Object.entries((at.schema.patternProperties ?? {}) as Schemas)
  const others = at.schema.additionalProperties as Schema | boolean | undefined
  return Object.entries(values).flatMap(([name, value]) => {
    const schemas = [
      ...(Object.hasOwn(properties, name) ? [properties[name] as Schema] : []),
      ...patterns.filter(([like]) => new RegExp(like, 'u').test(name)).map(([, schema]) => schema),
    ]
    if (schemas.length === 0 && others === false) return [{ ...error(at, 'additionalProperties'), name }]
    if (schemas.length === 0 && typeof others === 'object') schemas.push(others)
    const path = [...at.path, name]
    return schemas.flatMap((schema) => errorsOf({ ...at, schema, value, path }))
  })
}

function error({ path, schema, value }: At, keyword: string): SchemaError {
  return { path, keyword, schema, value }
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

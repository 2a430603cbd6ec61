import { checkTypes, otherNames } from './check-types/index.ts'
import type { DefinitionProblem } from './definition.ts'
import { pathText, valueAt } from './path.ts'
import type { Places } from './places.ts'
import { definitionSchema } from './schema.ts'
import { type SchemaError, schemaErrors } from './schema-errors.ts'
import { missing, unknown, type Words, wrongValue } from './wrong-value.ts'

/** A document against the schema. */
export interface Checked {
  readonly document: unknown
  readonly places: Places
  /** The paths of texts that came from the environment, which knows nothing but texts. */
  readonly substituted: ReadonlySet<string>
}

/** The types of checks that are named anywhere, as far as there are any of that name. */
function typesIn(document: unknown): ReadonlySet<string> {
  if (typeof document !== 'object' || document === null) return new Set()
  const { type } = document as { readonly type?: unknown }
  const own = typeof type === 'string' && checkTypes.has(type) ? [type] : []
  return new Set([...own, ...Object.values(document).flatMap((inner) => [...typesIn(inner)])])
}

/**
 * What is wrong with a document by the schema, in our words and with its place. Numbers and truths that the
 * environment gave as text are put into the document as what they are.
 */
export function schemaProblems(checked: Checked): readonly DefinitionProblem[] {
  const { document } = checked
  const schema = definitionSchema(typesIn(document))
  const errors = schemaErrors(schema, document)
  const converted = errors.flatMap(everyOne).map((error) => convert(error, checked))
  const left = converted.includes(true) ? schemaErrors(schema, document) : errors
  return left.flatMap(meant).flatMap((error) => problemOf(error, checked))
}

/** Those of alternatives too. */
function everyOne(error: SchemaError): readonly SchemaError[] {
  return error.alternatives === undefined ? [error] : error.alternatives.flat().flatMap(everyOne)
}

/** A number or a truth that came as text, where one is expected. */
function convert({ keyword, path, schema, value }: SchemaError, { document, substituted }: Checked): boolean {
  if (keyword !== 'type' || typeof value !== 'string' || !substituted.has(pathText(path))) return false
  const read = valueOfText(value, schema.type)
  const holder = valueAt(document, path.slice(0, -1)) as Record<string | number, unknown>
  if (read !== undefined) holder[path.at(-1) as string] = read
  return read !== undefined
}

function valueOfText(text: string, type: unknown): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  const isNumber = /^-?\d+(\.\d+)?$/.test(text)
  return isNumber && (type === 'number' || type === 'integer') ? Number(text) : undefined
}

/** Of alternatives what is wrong with the one that was meant: one for values of this type, with the least wrong. */
function meant(error: SchemaError): readonly SchemaError[] {
  const alternatives = error.alternatives?.map((branch) => branch.flatMap(meant)) ?? []
  const fitting = alternatives
    .filter((branch) => !branch.some((inner) => isOfAnotherType(inner, error)))
    .sort((a, b) => a.length - b.length)
  const [first, second] = fitting
  return first !== undefined && first.length !== second?.length ? first : [error]
}

function isOfAnotherType(error: SchemaError, whole: SchemaError): boolean {
  return error.path.length === whole.path.length && ['type', 'anyOf', 'const', 'enum'].includes(error.keyword)
}

function problemOf(error: SchemaError, { places, substituted }: Checked): readonly DefinitionProblem[] {
  const { keyword, path, schema, name } = error
  const at = pathText(path)
  if (name === undefined) {
    const words = unknownType(error) ?? wrongValue(error, substituted.has(at))
    return [{ ...places.ofValue(at), path: at, ...words }]
  }
  const named = pathText([...path, name])
  if (keyword === 'required') {
    const words = missing(error)
    return words === undefined ? [] : [{ ...places.ofKey(at), path: named, ...words }]
  }
  return [{ ...places.ofKey(named), path: named, ...unknown(name, Object.keys(schema.properties ?? {})) }]
}

/** A type that is known by another name. */
function unknownType({ keyword, path, value }: SchemaError): Words | undefined {
  const known = keyword === 'enum' && path.at(-1) === 'type' ? otherNames.get(String(value)) : undefined
  return known === undefined ? undefined : { text: 'unknown', hint: `did you mean ${known}?` }
}

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { checkTypes } from './check-types/index.ts'
import type { DefinitionProblem } from './definition.ts'
import { nearestName } from './nearest-name.ts'
import { type Path, pathOfPointer, pathText, valueAt } from './path.ts'
import type { Places } from './places.ts'
import { definitionSchema } from './schema.ts'

/** A document against the schema. */
export interface Checked {
  readonly document: unknown
  readonly places: Places
  /** The paths of texts that came from the environment, which knows nothing but texts. */
  readonly substituted: ReadonlySet<string>
}

const compiled = new Map<string, ValidateFunction>()

function validatorFor(document: unknown): ValidateFunction {
  const used = typesIn(document)
  const key = [...used].sort().join()
  const made = compiled.get(key)
  if (made !== undefined) return made
  // Code that runs once need not be fast.
  const ajv = new Ajv({
    ...{ allErrors: true, verbose: true, strict: false, validateSchema: false, inlineRefs: false },
    code: { optimize: false },
  })
  const validate = ajv.compile(definitionSchema(used))
  compiled.set(key, validate)
  return validate
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
  const validate = validatorFor(document)
  if (validate(document)) return []
  const errors = validate.errors ?? []
  const converted = errors.map((error) => convert(error, checked))
  if (converted.includes(true) && validate(document)) return []
  const found = told(validate.errors ?? []).map((error) => problemOf(error, checked))
  const texts = found.map((problem) => JSON.stringify(problem))
  return found.filter((_, index) => texts.indexOf(texts[index] as string) === index)
}

/** A number or a truth that came as text, where one is expected. */
function convert(error: ErrorObject, { document, substituted }: Checked): boolean {
  const path = pathOfPointer(error.instancePath, document)
  const text = valueAt(document, path)
  if (error.keyword !== 'type' || typeof text !== 'string' || !substituted.has(pathText(path))) return false
  const types: readonly unknown[] = [error.params.type].flat()
  const value =
    text === 'true' || text === 'false'
      ? types.includes('boolean') && text === 'true'
      : /^-?\d+(\.\d+)?$/.test(text) && (types.includes('number') || types.includes('integer'))
        ? Number(text)
        : undefined
  if (value === undefined || (typeof value === 'boolean' && !types.includes('boolean'))) return false
  const holder = valueAt(document, path.slice(0, -1)) as Record<string | number, unknown>
  holder[path.at(-1) as string] = value
  return true
}

/** Without those that only say that another was found, and of alternatives the one that was meant. */
function told(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const hidden = new Set<ErrorObject>()
  // The inner ones come first.
  for (const whole of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const branches = branchesOf(whole, errors).map((branch) => branch.filter((error) => !hidden.has(error)))
    const fitting = branches.filter((branch) => !branch.some((error) => isOfAnotherType(error, whole)))
    const meant = fitting.length === 1 ? fitting[0] : undefined
    for (const error of branches.flat()) if (!meant?.includes(error)) hidden.add(error)
    if (meant !== undefined) hidden.add(whole)
  }
  return errors.filter((error) => error.keyword !== 'if' && !hidden.has(error))
}

/** The errors of each alternative that has any. */
function branchesOf(whole: ErrorObject, errors: readonly ErrorObject[]): readonly ErrorObject[][] {
  const branches = (whole.schema as readonly unknown[]).map((schema, index) => {
    // Behind a reference ajv tells the path from there.
    const begins = [`${whole.schemaPath}/${index}/`, ...referencesIn(schema).map((to) => `${to}/`)]
    return errors.filter(
      (error) =>
        error !== whole &&
        error.instancePath.startsWith(whole.instancePath) &&
        begins.some((begin) => error.schemaPath.startsWith(begin)),
    )
  })
  return branches.filter((branch) => branch.length > 0)
}

function referencesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { $ref } = schema as { readonly $ref?: unknown }
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(schema).flatMap(referencesIn)]
}

function isOfAnotherType(error: ErrorObject, whole: ErrorObject): boolean {
  return (
    error.instancePath === whole.instancePath && ['type', 'anyOf', 'const', 'enum'].includes(error.keyword)
  )
}

function problemOf(error: ErrorObject, { document, places, substituted }: Checked): DefinitionProblem {
  const path = pathOfPointer(error.instancePath, document)
  const { params, parentSchema } = error
  if (error.keyword === 'additionalProperties') {
    const name = String(params.additionalProperty)
    const at = pathText([...path, name])
    return { ...places.ofKey(at), path: at, ...unknownName(name, parentSchema?.properties) }
  }
  if (error.keyword === 'required') {
    const name = String(params.missingProperty)
    const at = pathText([...path, name])
    const field = (parentSchema?.properties as Record<string, { description?: string }> | undefined)?.[name]
    const hint = field?.description
    return { ...places.ofKey(pathText(path)), path: at, text: 'missing', ...(hint !== undefined && { hint }) }
  }
  const at = pathText(path)
  return { ...places.ofValue(at), path: at, ...wrongValue(error, path, substituted.has(at)) }
}

function unknownName(name: string, properties: unknown): { readonly text: string; readonly hint?: string } {
  const known = Object.keys((properties ?? {}) as object)
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`
  return { text: 'unknown', hint }
}

function wrongValue(
  error: ErrorObject,
  path: Path,
  substituted: boolean,
): { readonly text: string; readonly hint?: string } {
  const { keyword, params, data, parentSchema, schema } = error
  const range = keyword === 'minimum' || keyword === 'maximum'
  const got = range && !substituted ? String(data) : kindOf(data)
  const text = (expected: string): { readonly text: string } => ({ text: `expected ${expected}, got ${got}` })
  switch (keyword) {
    case 'type': {
      const expected = (path.length > 0 && parentSchema?.title) || typeWords(params.type)
      const quotes = params.type === 'string' && (typeof data === 'number' || typeof data === 'boolean')
      const bare = data === null && path.length > 0
      const hint = quotes ? 'put it in quotes' : bare ? 'give it a value, or remove the line' : undefined
      return { ...text(String(expected)), ...(hint !== undefined && { hint }) }
    }
    case 'enum': {
      const known = (schema as readonly unknown[]).map(String)
      const nearest = typeof data === 'string' ? nearestName(data, known) : undefined
      const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`
      return { ...text(`one of ${known.join(', ')}`), ...(hint !== undefined && { hint }) }
    }
    case 'anyOf':
      return text(String(parentSchema?.title ?? 'another value'))
    case 'minimum':
      return text(`${parentSchema?.title ?? 'a number'} of at least ${params.limit}`)
    case 'maximum':
      return text(`${parentSchema?.title ?? 'a number'} of at most ${params.limit}`)
    case 'minItems':
      return text('a list of at least one')
    case 'minProperties':
      return text('at least one entry')
    case 'uniqueItems':
      return { text: 'something is in the list twice' }
    default:
      return text('something else')
  }
}

function typeWords(type: unknown): string {
  const words: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    object: 'a map of names and values',
    array: 'a list',
    null: 'nothing',
  }
  return [type]
    .flat()
    .map((name) => words[String(name)] ?? String(name))
    .join(' or ')
}

/** The kind of a value, without the value: a password of digits is a number to YAML. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'object') return 'a map'
  if (typeof value !== 'string') return `a ${typeof value}`
  if (value === '') return 'an empty text'
  return `a text of ${value.length} character${value.length === 1 ? '' : 's'}`
}

import type { Visibility } from '../../core/group-settings.ts'
import type { FormatName } from '../formats/built-in-formats.ts'
import type { Format } from '../formats/format.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import { formatSchemas } from '../schema/index.ts'
import { bodyNames, jsonSchema } from '../schema/json.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import type { Components } from './components.ts'

/** What a response carries, by media type. */
export type Content = { readonly [mediaType: string]: { readonly schema?: object } }

/** Describes the bodies of reports, in each format that is served. */
export class Bodies {
  readonly #settings: HandlerSettings
  readonly #components: Components

  constructor(settings: HandlerSettings, components: Components) {
    this.#settings = settings
    this.#components = components
  }

  /** Of a report in these formats, shown at one of these levels. */
  content(formats: readonly Format[], levels: readonly Visibility[]): Content {
    const contents = formats.map((format) => {
      const schema = this.#schema(format, levels)
      return { [format.mediaType]: schema === undefined ? {} : { schema } }
    })
    return contents.reduce(mergedContent, {})
  }

  #schema(format: Format, levels: readonly Visibility[]): object | undefined {
    const { schemas, ownBody, ownFormats, detailsAs } = this.#settings.openapi
    const { name } = format
    const given = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (given !== undefined) return this.#components.useSchema(`Health${pascal(name)}`, given as JsonSchema)
    if (ownFormats.includes(name)) return undefined
    if (name === 'json') {
      if (ownBody) return undefined
      this.#components.useSchema('Health', jsonSchema)
      return anyOf(
        bodyNames(levels, detailsAs).map((part) => ({ $ref: `#/components/schemas/Health${pascal(part)}` })),
      )
    }
    const ofFormat: { readonly [mediaType: string]: JsonSchema } = formatSchemas[name as FormatName]
    const types = Object.keys(ofFormat)
    // The same body as plain JSON has the schema of the first.
    const type = Math.max(0, types.indexOf(format.mediaType.split(';', 1)[0] as string))
    const component = `Health${pascal(name)}${type === 0 ? '' : type + 1}`
    return this.#components.useSchema(component, ofFormat[types[type] as string] as JsonSchema)
  }
}

/** What may be one or the other. */
export function mergedContent(first: Content = {}, second: Content = {}): Content {
  const merged: Record<string, { readonly schema?: object }> = { ...first }
  for (const [mediaType, { schema }] of Object.entries(second)) {
    const known = first[mediaType]
    // One that is not known could be anything.
    if (known === undefined) merged[mediaType] = schema === undefined ? {} : { schema }
    else merged[mediaType] = known.schema && schema ? { schema: anyOf([known.schema, schema]) } : {}
  }
  return merged
}

/** The JSON Schema of the body as a handler is configured. */
export function bodySchema(
  { schemas, ownBody, detailsAs }: HandlerSettings['openapi'],
  levels: readonly Visibility[],
): JsonSchema {
  if (schemas.json !== undefined) return schemas.json as JsonSchema
  const { $schema, title } = jsonSchema
  if (ownBody)
    return { $schema, title, description: "The application's own body; its shape is not known here." }
  const names = bodyNames(levels, detailsAs)
  const { anyOf: _all, ...rest } = jsonSchema
  return { ...rest, ...anyOf(names.map((name) => ({ $ref: `#/$defs/${name}` }))), $defs: reachable(names) }
}

function reachable(names: readonly string[]): JsonSchema {
  const defs: JsonSchema = jsonSchema.$defs
  const found = new Set(names)
  for (const name of found) {
    for (const [, inner = ''] of JSON.stringify(defs[name]).matchAll(/"#\/\$defs\/(\w+)"/g)) found.add(inner)
  }
  return Object.fromEntries(Object.entries(defs).filter(([name]) => found.has(name)))
}

function anyOf(alternatives: readonly object[]): object {
  const flat = alternatives.flatMap((schema) => ('anyOf' in schema ? (schema.anyOf as object[]) : [schema]))
  const different = [...new Map(flat.map((schema) => [JSON.stringify(schema), schema])).values()]
  return different.length === 1 ? (different[0] as object) : { anyOf: different }
}

/** `health-json` as `HealthJson`: for names of components and operations. */
export function pascal(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

import { kindOf, type Problems } from '../../errors/problems.ts'

/** How the endpoints are described. */
export interface OpenApiOptions {
  /**
   * Whether `openapi.json` and `schema.json` are served; false describes bodies for `toOpenApi` alone.
   * @default true
   */
  readonly serve?: boolean
  /**
   * JSON Schemas (draft 2020-12) of bodies that are not hale's own, by the format's name; `json` for what the option
   * `body` returns. References within one begin with `#`.
   * @default {}: such bodies are described by their media type alone
   */
  readonly schemas?: { readonly [format: string]: object }
}

/** The same after validation, with what else decides how bodies look. */
export interface OpenApiSettings {
  readonly served: boolean
  readonly schemas: { readonly [format: string]: object }
  readonly detailsAs: 'object' | 'list'
  /** Whether the JSON body is the application's own. */
  readonly ownBody: boolean
  /** The names of formats that are the application's own. */
  readonly ownFormats: readonly string[]
}

/** Validates `openapi`; the other options are validated where the formats are made. */
export function openApiSettings(
  { openapi, detailsAs, body, formats }: Readonly<Record<string, unknown>>,
  problems: Problems,
): OpenApiSettings {
  const given =
    typeof openapi === 'object' ? problems.object('openapi', openapi) : { serve: openapi ?? false }
  if (typeof openapi !== 'object') problems.boolean('openapi', openapi, false)
  else problems.knownKeys('openapi', given, ['serve', 'schemas'])
  const schemas = problems.object('openapi.schemas', given.schemas)
  for (const [name, schema] of Object.entries(schemas)) {
    if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) continue
    problems.add(`openapi.schemas.${name}`, `expected a JSON Schema, got ${kindOf(schema)}`)
  }
  const served =
    typeof openapi === 'object' ? problems.boolean('openapi.serve', given.serve, true) : given.serve === true
  return {
    served,
    schemas: schemas as OpenApiSettings['schemas'],
    detailsAs: detailsAs === 'list' ? 'list' : 'object',
    ownBody: typeof body === 'function',
    ownFormats: Array.isArray(formats) ? formats.map((format) => format?.name).filter(isString) : [],
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

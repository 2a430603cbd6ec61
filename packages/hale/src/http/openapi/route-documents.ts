import { type Visibility, visibilities } from '../../core/group-settings.ts'
import type { HealthSource } from '../../core/health.ts'
import { isHealthy, type Status, statuses } from '../../core/status.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import { bodyNames, jsonSchema } from '../schema/json.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import { attainable } from './levels.ts'
import { summaryOf } from './summaries.ts'

/** A path of the handler, described for frameworks that make a document of their routes. */
export interface RouteDocument {
  /** With `{check}` where a check's name stands. */
  readonly path: string
  readonly summary: string
  readonly query: JsonSchema
  /** By status code. */
  readonly responses: {
    readonly [status: string]: {
      readonly description: string
      readonly content: { readonly [mediaType: string]: { readonly schema: JsonSchema } }
    }
  }
}

/**
 * Describes the paths that answer probes, groups and checks, in schemas that refer to nothing outside of themselves:
 * a framework puts them into a document of its own. Aliases are left out, they say the same again.
 */
export function routeDocuments(health: HealthSource, settings: HandlerSettings): readonly RouteDocument[] {
  const { basePath } = settings
  const groups = new Map(health.groups.map((group) => [group.name, group]))
  const of = (path: string, name: string, summary = summaryOf(name), deep = false): RouteDocument => {
    const levels = [name, ...(deep ? ['readiness'] : [])].flatMap((group) =>
      attainable(settings, health.visibilityOf(group)),
    )
    const limited = settings.rateLimit !== undefined && (deep || name !== 'liveness')
    return document(path, summary, { settings, levels, deep, limited, codes: groups.get(name)?.statusCodes })
  }
  return [
    of(basePath === '' ? '/' : basePath, 'liveness', 'Liveness, or readiness with ?deep=true', true),
    of(`${basePath}/live`, 'liveness'),
    of(`${basePath}/ready`, 'readiness'),
    of(`${basePath}/startup`, 'startup'),
    ...health.groups
      .filter(({ kind }) => kind === 'group')
      .map(({ name }) => of(`${basePath}/${name}`, name)),
    document(`${basePath}/{check}`, 'One check', {
      settings,
      levels: visibilities,
      limited: settings.rateLimit !== undefined,
    }),
  ]
}

interface Described {
  readonly settings: HandlerSettings
  readonly levels: readonly Visibility[]
  readonly deep?: boolean
  readonly limited: boolean
  readonly codes?: { readonly [S in Status]?: number } | undefined
}

function document(
  path: string,
  summary: string,
  { settings, levels, deep, limited, codes }: Described,
): RouteDocument {
  const names = [...new Set(settings.formats.map(({ name }) => name))]
  const byCode: Record<string, Status[]> = {}
  for (const status of statuses) {
    const code = codes?.[status] ?? (isHealthy(status) ? 200 : 503)
    byCode[code] = [...(byCode[code] ?? []), status]
  }
  const content = contentOf(settings, levels)
  const responses = Object.entries(byCode).map(
    ([code, of]) => [code, { description: of.join(', '), content }] as const,
  )
  const tooMany = {
    description: 'Rate limited.',
    content: { 'application/problem+json': { schema: problem } },
  }
  return {
    path,
    summary,
    query: {
      type: 'object',
      properties: {
        format: { type: 'string', enum: names, description: 'In place of what Accept says.' },
        ...(deep && { deep: { type: 'boolean', description: 'True asks for readiness.' } }),
      },
    },
    responses: Object.fromEntries([...responses, ...(limited ? [['429', tooMany] as const] : [])]),
  }
}

const problem: JsonSchema = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
  },
}

function contentOf(
  settings: HandlerSettings,
  levels: readonly Visibility[],
): { readonly [mediaType: string]: { readonly schema: JsonSchema } } {
  const json = settings.formats.find(({ name }) => name === 'json')
  const taken = new Set([json && bare(json.mediaType)])
  const others = settings.formats
    .map(({ mediaType }) => bare(mediaType))
    // Of several formats of one media type the first answers to it; the others are for ?format=.
    .filter((mediaType) => !taken.has(mediaType))
    .map((mediaType) => [mediaType, { schema: { type: 'string' } }] as const)
  const schema = jsonBody(settings, levels)
  return Object.fromEntries([...(json ? [[bare(json.mediaType), { schema }] as const] : []), ...others])
}

function bare(mediaType: string): string {
  return mediaType.split(';', 1)[0]?.trim() ?? mediaType
}

/** The schema of the JSON body as these requests get it. */
function jsonBody({ openapi }: HandlerSettings, levels: readonly Visibility[]): JsonSchema {
  const own = openapi.schemas.json
  if (own !== undefined) return own as JsonSchema
  if (openapi.ownBody) return { description: 'As the application makes it.' }
  const names = new Set(bodyNames(levels, openapi.detailsAs))
  const bodies = [...names].map((name) => inlined({ $ref: `#/$defs/${name}` }) as JsonSchema)
  return bodies.length === 1 ? (bodies[0] as JsonSchema) : { anyOf: bodies }
}

/**
 * The schema without references to its definitions, which know no recursion, and in words that OpenAPI 3.0 has too:
 * which version the document will be is the framework's to say.
 */
function inlined(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inlined)
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref, const: only, prefixItems, examples: _, ...rest } = schema as JsonSchema
  if (typeof $ref === 'string') {
    const definitions: JsonSchema = jsonSchema.$defs
    return inlined(definitions[$ref.slice('#/$defs/'.length)])
  }
  const words = {
    ...rest,
    ...(only !== undefined && { enum: [only] }),
    ...(Array.isArray(prefixItems) && { items: { anyOf: [...prefixItems, rest.items] } }),
  }
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, inlined(value)]))
}

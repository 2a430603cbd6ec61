import type { HealthSource } from '../../core/health.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import { adminPaths, tagsOf } from './admin-paths.ts'
import { Bodies, bodySchema } from './bodies.ts'
import { Components } from './components.ts'
import { actuatorPaths, metricsPath } from './foreign-paths.ts'
import { attainable, together } from './levels.ts'
import { Parameters } from './parameters.ts'
import { type CheckNames, type Paths, probePaths, readingPath, type Surroundings } from './probe-paths.ts'
import { ResponseMaker } from './responses.ts'

/** An OpenAPI 3.1 document, as far as health endpoints need one; plain data that JSON can hold. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly servers?: readonly { readonly url: string }[]
  readonly tags: readonly object[]
  readonly paths: { readonly [path: string]: object }
  readonly components: { readonly [kind: string]: { readonly [name: string]: object } }
}

/** Describes the endpoints of a handler as they are now. */
export function openApiDocument(
  health: HealthSource,
  settings: HandlerSettings,
  names: CheckNames,
): OpenApiDocument {
  const components = new Components()
  const bodies = new Bodies(settings, components)
  const responses = new ResponseMaker(components, bodies, settings)
  const parameters = new Parameters(components, health, settings)
  const surroundings: Surroundings = { health, settings, names, parameters, responses }
  if (settings.token !== undefined)
    components.secure('healthToken', {
      type: 'http',
      scheme: 'bearer',
      description: `Raises what is shown to '${settings.token.visibility}'.`,
    })
  if (settings.admin !== undefined)
    components.secure('healthAdmin', { type: 'http', scheme: 'bearer', description: 'Lets operators in.' })
  const paths = firstOf([
    probePaths(surroundings),
    metricsPath(surroundings, bodies),
    documentPaths(surroundings),
    actuatorPaths(surroundings, components),
    adminPaths(surroundings, components),
  ])
  const { name, version } = names.service ? health.service : {}
  return {
    openapi: '3.1.0',
    info: {
      title: name === undefined ? 'Health' : `${name}: health`,
      version: version ?? 'unknown',
      description: 'The health endpoints of the service, as they are configured.',
    },
    tags: tagsOf(settings),
    paths,
    components: components.reachableFrom(paths),
  }
}

/** All paths; where two are alike but for their parameters' names, the first, as requests are routed. */
function firstOf(all: readonly Paths[]): Paths {
  const shapes = new Set<string>()
  const entries = all.flatMap((paths) => Object.entries(paths))
  return Object.fromEntries(
    entries.filter(([path]) => {
      const shape = path.replaceAll(/\{\w+\}/g, '{}')
      return !shapes.has(shape) && shapes.add(shape)
    }),
  )
}

/** The checks that there are, and what `shows` lets be told of a check or probe. */
export function checkNames(health: HealthSource, shows: (name: string) => boolean): CheckNames {
  const all = Object.keys(health.snapshot().checks)
  return { all, shown: all.filter(shows), service: shows('liveness') }
}

/** The JSON Schema of the JSON body, at every level that a request can be given. */
export function schemaOfBody(health: HealthSource, settings: HandlerSettings): JsonSchema {
  const levels = [undefined, ...health.groups.map(({ visibility }) => visibility)]
  return bodySchema(settings.openapi, together(levels.map((level) => attainable(settings, level))))
}

function documentPaths({ settings, responses }: Surroundings): Paths {
  const { basePath, openapi, formats, rateLimit } = settings
  if (!openapi.served) return {}
  const document = (operationId: string, summary: string, mediaType: string): object =>
    readingPath(settings, {
      operationId,
      summary,
      description: '',
      parameters: [],
      responses: {
        200: { description: 'The document.', content: { [mediaType]: { schema: { type: 'object' } } } },
        ...responses.ofReading(rateLimit !== undefined),
      },
    })
  const json = formats.some(({ name }) => name === 'json')
  return {
    [`${basePath}/openapi.json`]: document('healthOpenApi', 'This document', 'application/json'),
    ...(json && {
      [`${basePath}/schema.json`]: document(
        'healthSchema',
        'The JSON Schema of the JSON body',
        'application/schema+json',
      ),
    }),
  }
}

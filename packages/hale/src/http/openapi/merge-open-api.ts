import type { OpenApiDocument } from './document.ts'

/** A document of the application's own, as far as merging looks at it. */
export interface MergeableDocument {
  readonly tags?: readonly object[]
  readonly paths?: object
  readonly components?: object
}

/**
 * Adds the health endpoints to a document of the application's own, OpenAPI 3.1 or later; both stay as they are. Where
 * both have a path or a component, that of the application stays: hale's components begin with `Health`.
 *
 * @example
 * ```ts
 * import { mergeOpenApi, toOpenApi } from 'hale/openapi'
 *
 * const own = { openapi: '3.1.0', info: { title: 'orders', version: '1.2.3' }, paths: {} }
 * const document = mergeOpenApi(own, toOpenApi(health))
 * console.log(document.info.title, Object.keys(document.paths))
 * ```
 */
export function mergeOpenApi<D extends MergeableDocument>(
  own: D,
  health: OpenApiDocument,
): D & Pick<OpenApiDocument, 'tags' | 'paths' | 'components'> {
  const mine = (own.components ?? {}) as OpenApiDocument['components']
  const components: Record<string, { readonly [name: string]: object }> = { ...mine }
  for (const [kind, parts] of Object.entries(health.components)) {
    components[kind] = { ...parts, ...mine[kind] }
  }
  return {
    ...own,
    tags: [...(own.tags ?? []), ...health.tags],
    paths: { ...own.paths, ...without(health.paths, own.paths) },
    components,
  }
}

function without(paths: OpenApiDocument['paths'], known: object = {}): OpenApiDocument['paths'] {
  return Object.fromEntries(Object.entries(paths).filter(([path]) => !Object.hasOwn(known, path)))
}

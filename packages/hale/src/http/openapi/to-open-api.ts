import { expectHealth } from '../../core/expect-health.ts'
import type { HealthSource } from '../../core/health.ts'
import { Problems } from '../../errors/problems.ts'
import { VisibilityPolicy } from '../access/visibility.ts'
import { type HandlerOptions, readHandlerOptions } from '../handler-settings.ts'
import { checkNames, type OpenApiDocument, openApiDocument } from './document.ts'

/**
 * Describes the health endpoints that these options make, as an OpenAPI 3.1 document: to be merged into that of the
 * application. Checks are those that are registered now, named as far as somebody without a token is shown them.
 *
 * @throws ConfigurationError with every problem of the options.
 *
 * @example
 * ```ts
 * import { toOpenApi } from 'hale/openapi'
 *
 * const { paths, components } = toOpenApi(health, { basePath: '/status' })
 * console.log(Object.keys(paths), components.schemas)
 * ```
 */
export function toOpenApi(health: HealthSource, options: HandlerOptions = {}): OpenApiDocument {
  const problems = new Problems()
  expectHealth(health, problems)
  const settings = readHandlerOptions(options, problems)
  problems.throwIfAny('toOpenApi')
  const policy = new VisibilityPolicy(settings)
  const names = checkNames(health, (check) => policy.ofStranger(health.visibilityOf(check)) !== 'status')
  return openApiDocument(health, settings, names)
}

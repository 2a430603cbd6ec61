import type { HealthSource } from '../core/health.ts'
import { forMethod, type HealthRequest, type HealthResponse } from './exchange.ts'
import type { HandlerSettings } from './handler-settings.ts'
import type { Documents } from './openapi/documents.ts'
import { answerFailed, methodNotAllowed, tooManyRequests } from './problem.ts'
import type { TokenBucket } from './rate-limit.ts'
import type { VisibilityPolicy } from './visibility.ts'

/**
 * Answers `openapi.json` and `schema.json`. What makes the documents is loaded with the first request for one, so
 * that neither a start nor a probe pays for it.
 */
export class DocumentEndpoint {
  readonly #health: HealthSource
  readonly #settings: HandlerSettings
  readonly #policy: VisibilityPolicy
  readonly #bucket: TokenBucket | undefined
  readonly #json: boolean
  #documents: Promise<Documents> | undefined

  constructor(
    health: HealthSource,
    settings: HandlerSettings,
    policy: VisibilityPolicy,
    bucket: TokenBucket | undefined,
  ) {
    this.#health = health
    this.#settings = settings
    this.#policy = policy
    this.#bucket = bucket
    this.#json = settings.formats.some(({ name }) => name === 'json')
  }

  /** Undefined when the path is that of neither document. */
  answer(request: HealthRequest, path: string): HealthResponse | Promise<HealthResponse> | undefined {
    const { basePath } = this.#settings
    const which = path.startsWith(`${basePath}/`) ? path.slice(basePath.length + 1).replace(/\/$/, '') : ''
    if (which !== 'openapi.json' && (which !== 'schema.json' || !this.#json)) return undefined
    const { method = 'GET' } = request
    if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return methodNotAllowed
    const wait = this.#bucket?.take() ?? 0
    if (wait > 0) return forMethod(tooManyRequests(wait), method)
    return this.#made(request, which).then((response) => forMethod(response, method))
  }

  async #made(request: HealthRequest, which: 'openapi.json' | 'schema.json'): Promise<HealthResponse> {
    const health = this.#health
    try {
      this.#documents ??= import('./openapi/documents.ts').then(
        ({ Documents }) => new Documents(health, this.#settings),
      )
      const documents = await this.#documents
      if (which === 'schema.json') return documents.schema
      // Whoever is not shown the checks is not told their names either.
      return documents.openApi((check) => this.#policy.of(request, health.visibilityOf(check)) !== 'status')
    } catch (error) {
      // A file that could not be read now may be there for the next request.
      this.#documents = undefined
      return answerFailed(health.logger, error)
    }
  }
}

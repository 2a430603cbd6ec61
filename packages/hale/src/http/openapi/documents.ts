import type { GroupInfo } from '../../core/health.ts'
import { answer, type HealthResponse } from '../exchange.ts'
import type { Serving } from '../serving.ts'
import { checkNames, openApiDocument, schemaOfBody } from './document.ts'

/** The documents of one handler as they are served, each made once for as long as it stays the same. */
export class Documents {
  readonly #serving: Serving
  #groups: readonly GroupInfo[] | undefined
  /** Of these groups: for whoever is known, and for strangers. */
  readonly #kept = new Map<boolean, HealthResponse>()
  #schema: HealthResponse | undefined

  constructor(serving: Serving) {
    this.#serving = serving
  }

  get schema(): HealthResponse {
    const { health, settings } = this.#serving
    this.#schema ??= answer(200, 'application/schema+json', JSON.stringify(schemaOfBody(health, settings)))
    return this.#schema
  }

  /** `known` is who has a level of their own: they are shown every check. */
  openApi(known: boolean): HealthResponse {
    const { groups } = this.#serving.health
    // A registry hands out another list when a check has come or gone, and only then.
    if (groups !== this.#groups) {
      this.#groups = groups
      this.#kept.clear()
    }
    const kept = this.#kept.get(known)
    if (kept !== undefined) return kept
    const response = this.#make(known)
    this.#kept.set(known, response)
    return response
  }

  #make(known: boolean): HealthResponse {
    const { health, policy, settings } = this.#serving
    // Whoever is not shown the checks is not told their names either.
    const shows = (name: string) => known || policy.ofStranger(health.visibilityOf(name)) !== 'status'
    const document = openApiDocument(health, settings, checkNames(health, shows))
    const servers = [{ url: serverUrl(settings.basePath) }]
    return answer(200, 'application/json', JSON.stringify({ ...document, servers }))
  }
}

/**
 * Where paths begin, as seen from the document's own: whoever mounts the handler beneath another path, or puts a
 * proxy before it, need not say so here. (OpenAPI 3.1, 4.8.5: a relative server is resolved against the document.)
 */
function serverUrl(basePath: string): string {
  const depth = basePath.split('/').length - 1
  return depth === 0 ? '.' : Array(depth).fill('..').join('/')
}

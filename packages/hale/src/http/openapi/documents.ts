import type { HealthSource } from '../../core/health.ts'
import { answer, type HealthResponse } from '../exchange.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import { checkNames, openApiDocument, schemaOfBody } from './document.ts'

// One for each set of names that is shown: to strangers, to operators, to either after a check has come or gone.
const mostKept = 4

/** The documents of one handler as they are served, each made once for as long as it stays the same. */
export class Documents {
  readonly #health: HealthSource
  readonly #settings: HandlerSettings
  readonly #kept = new Map<string, HealthResponse>()
  readonly schema: HealthResponse

  constructor(health: HealthSource, settings: HandlerSettings) {
    this.#health = health
    this.#settings = settings
    this.schema = answer(200, 'application/schema+json', JSON.stringify(schemaOfBody(health, settings)))
  }

  openApi(shows: (name: string) => boolean): HealthResponse {
    const names = checkNames(this.#health, shows)
    const { groups } = this.#health
    const state = JSON.stringify([names, groups])
    const known = this.#kept.get(state)
    if (known !== undefined) return known
    const document = openApiDocument(this.#health, this.#settings, names)
    const servers = [{ url: serverUrl(this.#settings.basePath) }]
    const response = answer(200, 'application/json', JSON.stringify({ ...document, servers }))
    if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value as string)
    this.#kept.set(state, response)
    return response
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

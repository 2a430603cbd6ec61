import { forMethod, type HealthRequest, type HealthResponse, reads } from '../exchange.ts'
import { methodNotAllowed } from '../problem.ts'
import type { Serving } from '../serving.ts'
import { Documents } from './documents.ts'

/** Answers `openapi.json` and `schema.json`. */
export class DocumentEndpoint {
  readonly #serving: Serving
  readonly #documents: Documents

  constructor(serving: Serving) {
    this.#serving = serving
    this.#documents = new Documents(serving)
  }

  answer(request: HealthRequest, path: string): HealthResponse {
    const { method = 'GET' } = request
    if (!reads(method)) return methodNotAllowed
    const limited = this.#serving.limited(method)
    if (limited !== undefined) return limited
    const schema = /schema\.json\/?$/.test(path)
    const known = this.#serving.policy.raised(request) !== 'status'
    return forMethod(schema ? this.#documents.schema : this.#documents.openApi(known), method)
  }
}

import type { HealthRequest, HealthResponse } from './exchange.ts'
import { Late } from './formats/late.ts'
import { notFound } from './problem.ts'

/** Answers paths of its own; undefined when a path is none. */
export interface Endpoint {
  answer(
    request: HealthRequest,
    path: string,
    query: string,
  ): HealthResponse | Promise<HealthResponse> | undefined
}

/**
 * An endpoint that few switch on, in a file of its own: every start of every service would pay for reading it. It is
 * loaded when the handler is made, not when it is first asked: a deployment may have replaced the files by then, and
 * the first to ask is an operator in need.
 */
export class LoadedEndpoint implements Endpoint {
  readonly #owns: (path: string) => boolean
  readonly #endpoint: Late<Endpoint>

  /** `owns` says at once whether a path is the endpoint's. */
  constructor(owns: (path: string) => boolean, load: () => Promise<Endpoint>) {
    this.#owns = owns
    this.#endpoint = new Late(load)
    // Told to whoever asks.
    this.#endpoint.get().catch(() => {})
  }

  answer(request: HealthRequest, path: string, query: string): ReturnType<Endpoint['answer']> {
    if (!this.#owns(path)) return undefined
    const { made } = this.#endpoint
    if (made !== undefined) return made.answer(request, path, query)
    return this.#endpoint.get().then((endpoint) => endpoint.answer(request, path, query) ?? notFound)
  }
}

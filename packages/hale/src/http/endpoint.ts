import type { HealthRequest, HealthResponse } from './exchange.ts'
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
  readonly #load: () => Promise<Endpoint>
  #loading: Promise<Endpoint> | undefined
  #loaded: Endpoint | undefined

  /** `owns` says at once whether a path is the endpoint's. */
  constructor(owns: (path: string) => boolean, load: () => Promise<Endpoint>) {
    this.#owns = owns
    this.#load = load
    // Told to whoever asks.
    this.#get().catch(() => {})
  }

  answer(request: HealthRequest, path: string, query: string): ReturnType<Endpoint['answer']> {
    if (!this.#owns(path)) return undefined
    if (this.#loaded !== undefined) return this.#loaded.answer(request, path, query)
    return this.#get().then((endpoint) => endpoint.answer(request, path, query) ?? notFound)
  }

  async #get(): Promise<Endpoint> {
    this.#loading ??= this.#load()
    try {
      this.#loaded = await this.#loading
      return this.#loaded
    } catch (error) {
      // What could not be read now may be there for the next request.
      this.#loading = undefined
      throw error
    }
  }
}

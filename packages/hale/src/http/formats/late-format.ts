import type { Format } from './format.ts'

/** A format whose code few requests need: it is read with the first answer in it, not with every start. */
export class LateFormat implements Format {
  readonly name: string
  readonly mediaType: string
  readonly linked: boolean
  readonly #load: () => Promise<Format>
  #loading: Promise<Format> | undefined
  #loaded: Format | undefined

  constructor(
    { name, mediaType, linked = false }: Pick<Format, 'name' | 'mediaType' | 'linked'>,
    load: () => Promise<Format>,
  ) {
    this.name = name
    this.mediaType = mediaType
    this.linked = linked
    this.#load = load
  }

  get headers(): NonNullable<Format['headers']> {
    return this.#loaded?.headers ?? {}
  }

  /** What has to be waited for before it can render; undefined when nothing has. */
  load(): Promise<unknown> | undefined {
    return this.#loaded === undefined ? this.#read() : undefined
  }

  render(...given: Parameters<Format['render']>): string {
    if (this.#loaded === undefined) throw new TypeError(`the format ${this.name} has not been loaded`)
    return this.#loaded.render(...given)
  }

  async #read(): Promise<void> {
    this.#loading ??= this.#load()
    try {
      this.#loaded = await this.#loading
    } catch (error) {
      // What could not be read now may be there for the next request.
      this.#loading = undefined
      throw error
    }
  }
}

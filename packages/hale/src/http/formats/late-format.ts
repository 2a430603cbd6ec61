import type { Format } from './format.ts'
import { Late } from './late.ts'

/** A format whose code few requests need: it is read with the first answer in it, not with every start. */
export class LateFormat implements Format {
  readonly name: string
  readonly mediaType: string
  readonly linked: boolean
  readonly #format: Late<Format>

  constructor(
    { name, mediaType, linked = false }: Pick<Format, 'name' | 'mediaType' | 'linked'>,
    load: () => Promise<Format>,
  ) {
    this.name = name
    this.mediaType = mediaType
    this.linked = linked
    this.#format = new Late(load)
  }

  get headers(): NonNullable<Format['headers']> {
    return this.#format.made?.headers ?? {}
  }

  /** What has to be waited for before it can render; undefined when nothing has. */
  load(): Promise<unknown> | undefined {
    return this.#format.made === undefined ? this.#format.get() : undefined
  }

  render(...given: Parameters<Format['render']>): string {
    const { made } = this.#format
    if (made === undefined) throw new TypeError(`the format ${this.name} has not been loaded`)
    return made.render(...given)
  }
}

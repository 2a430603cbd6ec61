/** Something that a driver exports, of an ES module or of CommonJS seen as one. */
export function exported<T>(driver: unknown, name: string): T {
  const module = driver as { readonly default?: unknown; readonly [name: string]: unknown }
  const found = module[name] ?? (module.default as { readonly [name: string]: unknown } | undefined)?.[name]
  if (found === undefined) throw new TypeError(`it has no ${name}; another version is needed`)
  return found as T
}

/** Makes one with the arguments that its package documents. */
export function make<Instance>(driver: unknown, name: string, ...args: readonly unknown[]): Instance {
  const Exported = exported<new (...given: readonly unknown[]) => Instance>(driver, name)
  return new Exported(...args)
}

/** Throws for a URL that its client would read as something else, such as the name of a database on this machine. */
export function expectScheme(url: string, ...schemes: readonly string[]): void {
  // A socket is named by its path.
  if (!url.startsWith('/') && !schemes.some((scheme) => url.startsWith(`${scheme}:`)))
    throw new TypeError('another scheme')
}

/** What emits errors, which would end the process when nobody listened. */
export interface Emitter {
  on(event: string, listener: (error: unknown) => void): unknown
}

/** A connection to one that does not connect again by itself: the one there is, or the next. */
export class Connections<Connection> {
  readonly #connect: () => Promise<Connection>
  readonly #close: (connection: Connection) => unknown
  #current: Promise<Connection> | undefined
  #closed = false

  constructor(connect: () => Promise<Connection>, close: (connection: Connection) => unknown) {
    this.#connect = connect
    this.#close = close
  }

  /** All who ask while it is being made wait for the same one. */
  get(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new Error('closed'))
    if (this.#current === undefined) {
      const made = this.#connect()
      this.#current = made
      made.catch(() => this.#forget(made))
    }
    return this.#current
  }

  /** It is gone: whoever asks next gets another. */
  lost(connection: Connection): void {
    const current = this.#current
    void current?.then(
      (made) => {
        if (made === connection) this.#forget(current)
      },
      () => {},
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    const current = this.#current
    this.#current = undefined
    // One that is still being made is closed when it is there.
    await current?.then(
      (connection) => this.#close(connection),
      () => {},
    )
  }

  #forget(made: Promise<Connection>): void {
    if (this.#current === made) this.#current = undefined
  }
}

/** What is made of code that is read when it is needed: once, and anew for the next who asks when that failed. */
export class Late<T> {
  /** Undefined until it has been read. */
  made: T | undefined
  readonly #load: () => Promise<T>
  #loading: Promise<T> | undefined

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  async get(): Promise<T> {
    this.#loading ??= this.#load()
    try {
      this.made = await this.#loading
      return this.made
    } catch (error) {
      this.#loading = undefined
      throw error
    }
  }
}

import { callSafely } from '../errors/call-safely.ts'
import type { WatchedChange } from './health.ts'

/** Those who are told at once of each change; the same function given twice is told twice. */
export class Watchers {
  readonly #all = new Set<(what: WatchedChange) => void>()
  readonly #failed: (error: unknown) => void

  /** `failed` hears of what a watcher throws, which is nobody else's concern. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Returns what ends it. */
  add(changed: (what: WatchedChange) => void): () => void {
    const watcher = (what: WatchedChange): void => callSafely(() => changed(what), this.#failed)
    this.#all.add(watcher)
    return () => this.#all.delete(watcher)
  }

  tell(what: WatchedChange): void {
    for (const changed of this.#all) changed(what)
  }
}

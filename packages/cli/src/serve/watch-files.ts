import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

const settledMs = 100
const pollMs = 5000

/** Settings of `FileWatch`; for tests. */
export interface FileWatchOptions {
  readonly pollMs?: number
}

/**
 * Calls back when one of some files has another content, perhaps. It is the folders that are watched: editors put a new
 * file in place of the old one, and Kubernetes turns a link beside it to another folder. Where the system tells nothing
 * (a link that leads through other folders, a mount from another machine) they are looked at every few seconds. Keeps
 * no process alive.
 */
export class FileWatch {
  readonly #changed: () => void
  readonly #failed: (error: unknown) => void
  readonly #poll: NodeJS.Timeout
  readonly #signatures = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher | undefined>()
  #soon: NodeJS.Timeout | undefined
  #closed = false

  /** `failed` hears of a folder that cannot be watched, whose files are looked at all the same. */
  constructor(
    changed: () => void,
    failed: (error: unknown) => void,
    { pollMs: everyMs = pollMs }: FileWatchOptions = {},
  ) {
    this.#changed = changed
    this.#failed = failed
    // By then what is not there has gone, and is not being replaced.
    this.#poll = setInterval(() => this.#look(true), everyMs)
    this.#poll.unref()
  }

  /** These from now on; what is watched already keeps what is known of it. */
  watch(files: readonly string[]): void {
    if (this.#closed) return
    for (const file of this.#signatures.keys()) if (!files.includes(file)) this.#signatures.delete(file)
    for (const file of files) if (!this.#signatures.has(file)) this.#signatures.set(file, signature(file))
    const folders = new Set(files.map((file) => dirname(file)))
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue
      watcher?.close()
      this.#folders.delete(folder)
    }
    for (const folder of folders)
      if (!this.#folders.has(folder)) this.#folders.set(folder, this.#watcher(folder))
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#poll)
    clearTimeout(this.#soon)
    for (const watcher of this.#folders.values()) watcher?.close()
  }

  #watcher(folder: string): FSWatcher | undefined {
    const soon = (): void => {
      clearTimeout(this.#soon)
      this.#soon = setTimeout(() => this.#look(false), settledMs)
      this.#soon.unref()
    }
    try {
      const watcher = watch(folder, { persistent: false }, soon)
      return watcher.on('error', this.#failed)
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  #look(alsoGone: boolean): void {
    let changed = false
    for (const [file, before] of this.#signatures) {
      const now = signature(file)
      // Between taking the old one away and putting the new one there, there is none.
      if (now === before || (now === gone && !alsoGone)) continue
      this.#signatures.set(file, now)
      changed = true
    }
    if (changed) this.#changed()
  }
}

const gone = ''

/** Which file it is, and when it was written: the folder may be full of others that change all the time. */
function signature(file: string): string {
  try {
    const stats = statSync(file)
    const { dev, ino, mtimeMs, size } = stats
    // A pipe can be read once.
    if (!stats.isFile()) return gone
    return [dev, ino, mtimeMs, size].join()
  } catch {
    return gone
  }
}

import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

const settledMs = 100

/**
 * Calls back when a file has another content, perhaps. It is the folder that is watched: editors put a new file in
 * place of the old one, and Kubernetes turns a link beside it to another folder. Keeps no process alive.
 */
export function watchFile(file: string, changed: () => void, failed: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let last = signature(file)
  const look = (): void => {
    const now = signature(file)
    // Between taking the old one away and putting the new one there, there is none.
    if (now === undefined || now === last) return
    last = now
    changed()
  }
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(look, settledMs)
    timer.unref()
  }
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(dirname(file), { persistent: false }, soon)
    watcher.on('error', failed)
  } catch (error) {
    failed(error)
  }
  return () => {
    clearTimeout(timer)
    watcher?.close()
  }
}

/** Which file it is, and when it was written: the folder may be full of others that change all the time. */
function signature(file: string): string | undefined {
  try {
    const path = realpathSync(file)
    const { ino, mtimeMs, size } = statSync(path)
    return [path, ino, mtimeMs, size].join()
  } catch {
    return undefined
  }
}

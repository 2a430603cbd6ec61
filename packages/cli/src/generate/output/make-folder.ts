import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those around it that are missing. Node's own `recursive` goes on for ever where a folder that is
 * there takes no other, such as /proc (Node 20).
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (await isFolder(path)) return
    const outer = dirname(path)
    if (code !== 'ENOENT' || outer === path || (await isFolder(outer))) throw error
    await makeFolder(outer)
    await makeFolder(path)
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leftovers } from './leftovers.ts'

export interface ServerDirectory {
  readonly path: string
  remove(): void
}

/** A temporary directory that is gone when the test process is, whether it removed it or not. */
export function createServerDirectory(name: string, owner?: { uid: number; gid: number }): ServerDirectory {
  const path = mkdtempSync(join(tmpdir(), `hale-${name}-`))
  leftovers.add({ directory: path })
  if (owner) chownSync(path, owner.uid, owner.gid)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
      leftovers.withdraw({ directory: path })
    },
  }
}

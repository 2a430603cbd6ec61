import { spawnSync } from 'node:child_process'
import { describe, test } from 'vitest'
import { createServerDirectory } from './server-directory.ts'

export interface SmallFileSystem extends Disposable {
  readonly path: string
  /** Mounts it again with other options, such as `ro`. */
  remount(options: string): void
  close(): void
}

function mount(...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr).trim()
}

/** A file system in memory that is quickly full. Only the superuser may mount one, and only Linux has it. */
export function startSmallFileSystem({ bytes = 1_048_576, inodes = 20 } = {}): SmallFileSystem {
  const directory = createServerDirectory('small')
  const failure = mount('-t', 'tmpfs', '-o', `size=${bytes},nr_inodes=${inodes}`, 'tmpfs', directory.path)
  if (failure !== undefined) {
    directory.remove()
    throw new Error(`cannot mount a tmpfs: ${failure}`)
  }
  let open = true
  const close = () => {
    if (!open) return
    open = false
    spawnSync('umount', ['-l', directory.path])
    directory.remove()
  }
  return {
    path: directory.path,
    remount(options) {
      const refused = mount('-o', `remount,${options}`, directory.path)
      if (refused !== undefined) throw new Error(`cannot remount: ${refused}`)
    },
    close,
    [Symbol.dispose]: close,
  }
}

/** Describes tests that need one; without they are one skipped test, which fails a full run. */
export function whenMountable(title: string, body: () => void): void {
  let reason: string | undefined
  try {
    startSmallFileSystem().close()
  } catch (error) {
    reason = `${(error as Error).message}; it takes Linux and the superuser`
  }
  if (reason === undefined) describe(title, body)
  else test(title, (context) => context.skip(reason))
}

import { randomBytes } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type CheckContext,
  type CheckDefinition,
  type ProbeName,
  type SelfCheckOptions,
  selfCheck,
} from '../core/check.ts'
import { withDefaults } from '../core/check-defaults.ts'
import { down, up } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

/** Options of `writable`: those of every self check. */
export interface WritableCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * As of every check, but a good result serves for ten seconds, so that probes wear no disk out.
   * @default { up: 10000, down: 1000 }
   */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
}

const bytes = 64

/**
 * Can a file be written in a directory? The only check that writes: 64 random bytes into a temporary file, handed to
 * the disk and read back. The file loses its name before anything is written into it, so that the system removes it
 * whatever happens to the process.
 *
 * UP `written and read back`. DOWN `no space left`, `read-only file system`, `permission denied`, `not found`,
 * `input/output error`, `read back something else`. No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { writable } from 'hale/checks/writable'
 *
 * const health = createHealth({ checks: { uploads: writable('/var/lib/orders/uploads') } })
 * ```
 */
export function writable<const P extends ProbeName = 'readiness'>(
  directory: string,
  options: WritableCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const given = problems.object('options', options) as WritableCheckOptions<P>
  if (typeof directory !== 'string' || directory === '')
    problems.add('directory', `expected a path, got ${kindOf(directory)}`)
  const run = async (context: CheckContext) => {
    return (await writtenAndRead(directory, context))
      ? up('written and read back')
      : down('read back something else')
  }
  const rest = withDefaults(given, { maxAgeMs: { up: 10_000 } })
  return { ...selfCheck<P>(run, rest), ownOptions: [], problems: problems.found }
}

async function writtenAndRead(directory: string, { signal }: CheckContext): Promise<boolean> {
  const path = join(directory, `.hale-${randomBytes(9).toString('hex')}`)
  const written = randomBytes(bytes)
  const file = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
    signal.throwIfAborted()
    await file.write(written, 0, bytes, 0)
    // Many file systems find room, or find out that there is none, only when they must hand it to the disk.
    await file.datasync()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return bytesRead === bytes && buffer.equals(written)
  } finally {
    await file.close()
  }
}

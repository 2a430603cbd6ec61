import { readdir, readFile, stat } from 'node:fs/promises'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type CheckDefinition, type ProbeName, type SelfCheckOptions, selfCheck } from '../core/check.ts'
import { down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { Thresholds }

/** Options of `fileDescriptors`. */
export interface FileDescriptorsCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * The share of the process's soft limit that is open, 0 to 1.
   * @default { degradedAt: 0.8, downAt: 0.95 }
   */
  readonly share?: Thresholds
}

/**
 * Are there file descriptors left for the next connection? Counts what the process has open (sockets, files, pipes)
 * against its soft limit.
 *
 * UP `file descriptors left`. DEGRADED, DOWN `few file descriptors left`; DOWN `too many open files`. Data: `open`, `limit`, `share`. Where there
 * is no `/proc`, as on macOS and Windows: UP `not available on this system`.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { fileDescriptors } from 'hale/checks/file-descriptors'
 *
 * const health = createHealth({ checks: { descriptors: fileDescriptors({ share: { degradedAt: 0.5 } }) } })
 * ```
 */
export function fileDescriptors<const P extends ProbeName = 'readiness'>(
  options: FileDescriptorsCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const { share, ...rest } = problems.object('options', options) as FileDescriptorsCheckOptions<P>
  const limits = limitsOf(problems, 'share', share, {
    unit: 'share',
    defaults: { degradedAt: 0.8, downAt: 0.95 },
  })
  const run = async () => {
    // Counted first: where the kernel counts by itself that takes no descriptor, and can be told when none is left.
    const open = await openDescriptors()
    if (open === undefined) return up('not available on this system')
    const limit = await softLimit()
    if (limit === 'none left') return down('too many open files', { open })
    if (limit === undefined) return up('not limited', { open })
    const used = open / limit
    const grade = limits.grade(used)
    const text = grade === 'UP' ? 'file descriptors left' : 'few file descriptors left'
    return graded(grade, text, { open, limit, share: rounded(used) })
  }
  return { ...selfCheck<P>(run, rest), ownOptions: ['share'], problems: problems.found }
}

async function openDescriptors(): Promise<number | undefined> {
  const directory = '/proc/self/fd'
  try {
    const { size } = await stat(directory)
    // Since Linux 6.2 the directory's size is the number; before, and in sandboxes, it is 0.
    if (size > 0) return size
    // Less the one that the reading itself takes.
    return (await readdir(directory)).length - 1
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

/** Read anew at each run, since it can be changed from outside (prlimit); undefined when there is none. */
async function softLimit(): Promise<number | 'none left' | undefined> {
  try {
    const text = await readFile('/proc/self/limits', 'utf8')
    const limit = Number(/^Max open files\s+(\S+)/m.exec(text)?.[1])
    return Number.isInteger(limit) && limit > 0 ? limit : undefined
  } catch (error) {
    // To read the limit takes a descriptor: that there is none says it all.
    if (['EMFILE', 'ENFILE'].includes(String((error as { code?: unknown }).code))) return 'none left'
    throw error
  }
}

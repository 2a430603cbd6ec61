import { statfs } from 'node:fs/promises'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds, worstGrade } from '../check-parts/judging/thresholds.ts'
import { type CheckDefinition, type ProbeName, type SelfCheckOptions, selfCheck } from '../core/check.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { Thresholds }

/** Options of `disk`. */
export interface DiskCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * The share that is free, 0 to 1; less is worse.
   * @default { degradedAt: 0.1, downAt: 0.02 }, unless freeBytes is given
   */
  readonly freeShare?: Thresholds
  /** The bytes that are free; less is worse. */
  readonly freeBytes?: Thresholds
  /**
   * The share of inodes that is free, 0 to 1; less is worse. Not judged where the file system has no such limit.
   * @default { degradedAt: 0.1, downAt: 0.02 }
   */
  readonly freeInodesShare?: Thresholds
}

const defaultShares = { degradedAt: 0.1, downAt: 0.02 }

/**
 * Is there room on the file system that holds a directory? Free means free for processes that are not the
 * superuser's, as `df` counts it.
 *
 * UP `space left`. DEGRADED, DOWN `little space left` or `few inodes left`; DOWN `not found`, `input/output error` …
 * Data: `freeBytes`, `totalBytes`, `freeShare`, `freeInodes`, `freeInodesShare`.
 *
 * A network file system that hangs holds one of the four threads in which Node does all its file work and name
 * look-ups for as long as it hangs, and no program can call that back: three runs at most hang there. Give such a
 * check `overlapAfterMs: 600_000`, or leave it out.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { disk } from 'hale/checks/disk'
 *
 * const health = createHealth({
 *   checks: { uploads: disk('/var/lib/orders', { freeBytes: { degradedAt: 5e9, downAt: 500e6 } }) },
 * })
 * ```
 */
export function disk<const P extends ProbeName = 'readiness'>(
  directory: string,
  options: DiskCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const given = problems.object('options', options) as DiskCheckOptions<P>
  const { freeShare, freeBytes, freeInodesShare, ...rest } = given
  if (typeof directory !== 'string' || directory === '')
    problems.add('directory', `expected a path, got ${kindOf(directory)}`)
  const share = limitsOf(problems, 'freeShare', freeShare, {
    unit: 'share',
    worse: 'less',
    mayBeEmpty: true,
    ...(freeBytes === undefined && { defaults: defaultShares }),
  })
  // Empty it still takes the place of the default share.
  const bytes = limitsOf(problems, 'freeBytes', freeBytes, { unit: 'bytes', worse: 'less', mayBeEmpty: true })
  const inodes = limitsOf(problems, 'freeInodesShare', freeInodesShare, {
    unit: 'share',
    worse: 'less',
    defaults: defaultShares,
  })
  const run = async () => {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(directory)
    const free = bavail * bsize
    // What is set aside for the superuser is neither free nor to be had.
    const usable = (blocks - bfree + bavail) * bsize
    const sharePart = usable > 0 ? free / usable : 1
    const inodePart = files > 0 ? ffree / files : 1
    const space = worstGrade([share.grade(sharePart), bytes.grade(free)])
    const worst = worstGrade([space, inodes.grade(inodePart)])
    const text = worst === 'UP' ? 'space left' : space === worst ? 'little space left' : 'few inodes left'
    return graded(worst, text, {
      freeBytes: free,
      totalBytes: usable,
      freeShare: rounded(sharePart),
      ...(files > 0 && { freeInodes: ffree, freeInodesShare: rounded(inodePart) }),
    })
  }
  return {
    ...selfCheck<P>(run, rest),
    ownOptions: ['freeShare', 'freeBytes', 'freeInodesShare'],
    problems: problems.found,
  }
}

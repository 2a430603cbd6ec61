import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds, worstGrade } from '../check-parts/judging/thresholds.ts'
import { type CgroupMemory, findCgroup, readCgroup } from '../check-parts/process/cgroup.ts'
import { type CheckDefinition, type ProbeName, type SelfCheckOptions, selfCheck } from '../core/check.ts'
import { Problems } from '../errors/problems.ts'

export type { Thresholds }

/** Options of `memory`. All are shares, 0 to 1. */
export interface MemoryCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * The heap in use, of the most that V8 lets it grow to (`--max-old-space-size`).
   * @default { degradedAt: 0.9 }
   */
  readonly heap?: Thresholds
  /**
   * The process's memory (RSS: heap, buffers, code), of the container's limit or else of the machine's memory.
   * @default { degradedAt: 0.9 }
   */
  readonly rss?: Thresholds
  /**
   * The memory of all processes in the container, of its limit: what the kernel ends a process for. Not judged where
   * there is no limit.
   * @default { degradedAt: 0.9 }
   */
  readonly container?: Thresholds
}

const shared = { unit: 'share', defaults: { degradedAt: 0.9 } } as const

/**
 * Is there memory left? The heap against its limit, the process against the limit of its container (cgroup v1 and v2,
 * those around it too), and all that is in the container against it.
 *
 * UP `memory left`. DEGRADED, or DOWN if you say from where on, `little heap left`, `little memory left` or
 * `little memory left in the container`. It is never DOWN unasked: load that one replica loses falls on the others.
 * Data: `heapUsedBytes`, `heapLimitBytes`, `heapShare`, `rssBytes`, `limitBytes`, `rssShare`, and where there is a
 * container's limit `containerUsedBytes`, `containerShare`.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { memory } from 'hale/checks/memory'
 *
 * // To be restarted rather than ended by the kernel has to be asked for.
 * const health = createHealth({
 *   checks: { memory: memory({ heap: { downAt: 0.98 }, probes: ['readiness', 'liveness'], failureThreshold: 3 }) },
 * })
 * ```
 */
export function memory<const P extends ProbeName = 'readiness'>(
  options: MemoryCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const { heap, rss, container, ...rest } = problems.object('options', options) as MemoryCheckOptions<P>
  const heapLimits = limitsOf(problems, 'heap', heap, shared)
  const rssLimits = limitsOf(problems, 'rss', rss, shared)
  const containerLimits = limitsOf(problems, 'container', container, shared)
  let place: ReturnType<typeof findCgroup> | undefined
  const run = async () => {
    place ??= findCgroup()
    const found = await place
    // Each time: a container's limits can be changed while it runs.
    const group = found === undefined ? undefined : await readCgroup(found)
    const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics()
    const rssBytes = process.memoryUsage.rss()
    const limitBytes = limitOf(group)
    const heapShare = heapUsedBytes / heapLimitBytes
    const rssShare = rssBytes / limitBytes
    const contained = containerOf(group, limitBytes)
    const grades = [
      { grade: heapLimits.grade(heapShare), text: 'little heap left' },
      { grade: rssLimits.grade(rssShare), text: 'little memory left' },
      {
        grade: containerLimits.grade(contained?.containerShare ?? 0),
        text: 'little memory left in the container',
      },
    ]
    const worst = worstGrade(grades.map(({ grade }) => grade))
    const text = grades.find(({ grade }) => grade === worst && grade !== 'UP')?.text ?? 'memory left'
    return graded(worst, text, {
      heapUsedBytes,
      heapLimitBytes,
      heapShare: rounded(heapShare),
      rssBytes,
      limitBytes,
      rssShare: rounded(rssShare),
      ...(contained !== undefined && { ...contained, containerShare: rounded(contained.containerShare) }),
    })
  }
  return { ...selfCheck<P>(run, rest), ownOptions: ['heap', 'rss', 'container'], problems: problems.found }
}

function limitOf(group: CgroupMemory | undefined): number {
  // Where libuv knows another kind of limit; a huge number or 0 is none.
  const constrained = process.constrainedMemory?.() || Infinity
  return Math.min(group?.limitBytes ?? Infinity, constrained, totalmem())
}

// A limit above the machine's memory limits nothing.
function containerOf(group: CgroupMemory | undefined, limitBytes: number) {
  if (group?.usedBytes === undefined || group.limitBytes !== limitBytes) return undefined
  return { containerUsedBytes: group.usedBytes, containerShare: group.usedBytes / limitBytes }
}

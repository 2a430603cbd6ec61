import { constants, type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { Lease, type Leased } from '../check-parts/process/lease.ts'
import { type CheckDefinition, type ProbeName, type SelfCheckOptions, selfCheck } from '../core/check.ts'
import { up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { Thresholds }

/** Options of `gc`. */
export interface GcCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * The share of time that the process spends in garbage collection, 0 to 1.
   * @default { degradedAt: 0.1 }
   */
  readonly share?: Thresholds
  /**
   * What is looked back at, in milliseconds.
   * @default 10000
   */
  readonly windowMs?: number
}

const slotsPerWindow = 10

/**
 * How much of its time does the process spend in garbage collection? A heap that is nearly full shows here before
 * anything else does: the collector works without end for a little room.
 *
 * UP `little garbage collection`. DEGRADED, or DOWN if you say from where on, `much garbage collection`. Data: `share`,
 * `pauses`, `longestPauseMs`, `majorPauses` in the window. Where the runtime tells nothing of its collector: UP
 * `not observable on this runtime`.
 *
 * It observes from the first run on, which therefore sees nothing, and ends a minute after the last one.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { gc } from 'hale/checks/gc'
 *
 * const health = createHealth({ checks: { gc: gc({ share: { degradedAt: 0.05 } }) } })
 * ```
 */
export function gc<const P extends ProbeName = 'readiness'>(
  options: GcCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const given = problems.object('options', options) as GcCheckOptions<P>
  const { share, windowMs: window, ...rest } = given
  const limits = limitsOf(problems, 'share', share, {
    unit: 'share',
    defaults: { degradedAt: 0.1 },
  })
  const windowMs = problems.number('windowMs', window, 10_000, {
    min: 200,
    max: 600_000,
    unit: 'milliseconds',
  })
  const lease = new Lease(() => new GcWatch(windowMs))
  const run = () => {
    if (!isObservable()) return up('not observable on this runtime')
    const { pauses, pausedMs, longestPauseMs, majorPauses } = lease.use().read()
    // Of the whole window, also while it is young: one collection a second after the start is no pressure.
    const paused = Math.min(1, pausedMs / windowMs)
    const grade = limits.grade(paused)
    return graded(grade, grade === 'UP' ? 'little garbage collection' : 'much garbage collection', {
      share: rounded(paused),
      pauses,
      longestPauseMs: rounded(longestPauseMs, 1),
      majorPauses,
    })
  }
  return { ...selfCheck<P>(run, rest), ownOptions: ['share', 'windowMs'], problems: problems.found }
}

function isObservable(): boolean {
  const { supportedEntryTypes } = PerformanceObserver as { readonly supportedEntryTypes?: readonly string[] }
  return supportedEntryTypes?.includes('gc') === true
}

interface Slot {
  readonly from: number
  pauses: number
  pausedMs: number
  longestPauseMs: number
  majorPauses: number
}

/** Sums up pauses by tenths of the window: there may be hundreds a second. */
class GcWatch implements Leased {
  readonly #windowMs: number
  readonly #observer: PerformanceObserver
  #slots: Slot[] = []

  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.#observer = new PerformanceObserver((list) => this.#add(list.getEntries()))
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  read(): Slot {
    this.#add(this.#observer.takeRecords())
    this.#forget()
    const sum = empty(0)
    for (const slot of this.#slots) {
      sum.pauses += slot.pauses
      sum.pausedMs += slot.pausedMs
      sum.longestPauseMs = Math.max(sum.longestPauseMs, slot.longestPauseMs)
      sum.majorPauses += slot.majorPauses
    }
    return sum
  }

  stop(): void {
    this.#observer.disconnect()
  }

  #add(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { startTime, duration } = entry
      const { detail } = entry as { readonly detail?: { readonly kind?: unknown } }
      const slotMs = this.#windowMs / slotsPerWindow
      const from = Math.floor((startTime + duration) / slotMs) * slotMs
      let slot = this.#slots.at(-1)
      if (slot === undefined || slot.from < from) {
        slot = empty(from)
        this.#slots.push(slot)
        this.#forget()
      }
      slot.pauses++
      slot.pausedMs += duration
      slot.longestPauseMs = Math.max(slot.longestPauseMs, duration)
      if (detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) slot.majorPauses++
    }
  }

  #forget(): void {
    const oldest = performance.now() - this.#windowMs
    while ((this.#slots[0]?.from ?? Infinity) < oldest) this.#slots.shift()
  }
}

function empty(from: number): Slot {
  return { from, pauses: 0, pausedMs: 0, longestPauseMs: 0, majorPauses: 0 }
}

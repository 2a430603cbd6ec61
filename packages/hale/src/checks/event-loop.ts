import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds, worstGrade } from '../check-parts/judging/thresholds.ts'
import { Lease, type Leased } from '../check-parts/process/lease.ts'
import { LoopDelayWatch, sampleEveryMs } from '../check-parts/process/loop-delay.ts'
import {
  type CheckContext,
  type CheckDefinition,
  type ProbeName,
  type SelfCheckOptions,
  selfCheck,
} from '../core/check.ts'
import { Problems } from '../errors/problems.ts'

export type { Thresholds }

/** Options of `eventLoop`. */
export interface EventLoopCheckOptions<P extends ProbeName = 'readiness'> extends SelfCheckOptions<P> {
  /**
   * How late the loop is, in milliseconds: what 99 of 100 callbacks that are due wait at most.
   * @default { degradedAt: 100 }
   */
  readonly delayMs?: Thresholds
  /**
   * The share of time that the loop is not idle, 0 to 1.
   * @default { degradedAt: 0.98 }
   */
  readonly utilization?: Thresholds
  /**
   * What is looked back at, in milliseconds.
   * @default 10000
   */
  readonly windowMs?: number
}

/** Fewer say nothing: the first run waits for them. */
const fewestSamples = 2
const marksPerWindow = 10

/**
 * Does the event loop keep up? Over the last ten seconds: how late callbacks are (p99), and the share of time in which
 * the loop was busy.
 *
 * UP `on time`. DEGRADED, or DOWN if you say from where on, `event loop late` or `event loop busy`. It is never DOWN
 * unasked: load that one replica loses falls on the others. Data: `delayP99Ms`, `delayMaxMs`, `utilization`.
 *
 * It samples from the first run on, 20 times a second, which takes an idle process some 0.5 % of a core, and ends a
 * minute after the last run.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { eventLoop } from 'hale/checks/event-loop'
 *
 * const health = createHealth({
 *   checks: { loop: eventLoop({ delayMs: { degradedAt: 50, downAt: 2000 } }) },
 * })
 * ```
 */
export function eventLoop<const P extends ProbeName = 'readiness'>(
  options: EventLoopCheckOptions<P> = {},
): CheckDefinition<P> {
  const problems = new Problems()
  const given = problems.object('options', options) as EventLoopCheckOptions<P>
  const { delayMs, utilization, windowMs: window, ...rest } = given
  const delay = limitsOf(problems, 'delayMs', delayMs, {
    unit: 'milliseconds',
    defaults: { degradedAt: 100 },
  })
  const busy = limitsOf(problems, 'utilization', utilization, {
    unit: 'share',
    defaults: { degradedAt: 0.98 },
  })
  const windowMs = problems.number('windowMs', window, 10_000, {
    min: 200,
    max: 600_000,
    unit: 'milliseconds',
  })
  const lease = new Lease(() => new LoopWatch(windowMs))
  const run = async (context: CheckContext) => {
    const watch = lease.use()
    await watch.begun(context)
    const { p99Ms, maxMs, share } = watch.read()
    const late = delay.grade(p99Ms)
    const worst = worstGrade([late, busy.grade(share)])
    const text = worst === 'UP' ? 'on time' : late === worst ? 'event loop late' : 'event loop busy'
    return graded(worst, text, {
      delayP99Ms: rounded(p99Ms, 1),
      delayMaxMs: rounded(maxMs, 1),
      utilization: rounded(share),
    })
  }
  return {
    ...selfCheck<P>(run, rest),
    ownOptions: ['delayMs', 'utilization', 'windowMs'],
    problems: problems.found,
  }
}

interface Mark {
  readonly at: number
  readonly utilization: EventLoopUtilization
}

class LoopWatch implements Leased {
  readonly #delay: LoopDelayWatch
  readonly #windowMs: number
  #marks: Mark[] = [mark()]

  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.#delay = new LoopDelayWatch(windowMs)
  }

  /** Waits until there is something to judge, for no longer than half of the run. */
  async begun({ signal, timeoutMs }: CheckContext): Promise<void> {
    for (let left = timeoutMs / 2; left > 0 && this.#delay.count < fewestSamples; left -= sampleEveryMs) {
      if (signal.aborted) return
      // The one timer that is not unref'd, for somebody waits: in a program that does nothing but ask for its health
      // the run would never end, and the program at once.
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(left, sampleEveryMs))
      })
    }
  }

  read() {
    const now = mark()
    // The youngest mark that is older than the window, and all after it.
    while ((this.#marks[1]?.at ?? Infinity) <= now.at - this.#windowMs) this.#marks.shift()
    const { utilization } = performance.eventLoopUtilization(
      now.utilization,
      (this.#marks[0] as Mark).utilization,
    )
    if (now.at - (this.#marks.at(-1) as Mark).at >= this.#windowMs / marksPerWindow) this.#marks.push(now)
    // Not a number where no time has passed; a little outside of its bounds by rounding.
    return { ...this.#delay.read(), share: Math.min(Math.max(utilization || 0, 0), 1) }
  }

  stop(): void {
    this.#delay.stop()
  }
}

function mark(): Mark {
  return { at: performance.now(), utilization: performance.eventLoopUtilization() }
}

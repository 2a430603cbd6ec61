import type { CheckContext, CheckDefinition, ProbeName } from '../core/check.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

/** What a check is made to suffer. Nothing, until it is told. */
export interface Faults {
  /**
   * The next runs fail: with a text, which is shown as it is, or with an error, which is thrown and shown as one of
   * the fixed vocabulary.
   */
  fail(reason: string | Error): void
  /** The next runs do not answer until they time out. */
  hang(): void
  /** The next runs ask only after `delayMs` milliseconds. */
  slow(delayMs: number): void
  /** The next runs are left alone, and those that hang or wait go on. */
  heal(): void
  /** What is simulated now. */
  readonly current: 'none' | 'fail' | 'hang' | 'slow'
  /** What `withFaults` asks before each run: an outcome in the run's place, or nothing when the run may go on. */
  suffer(context: CheckContext): Promise<Outcome | undefined>
}

type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'fail'; readonly reason: string | Error }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly delayMs: number }

/**
 * Makes the control for one or more checks wrapped by `withFaults`. Off until told.
 *
 * @param clock Where the time of `slow` comes from; the process's own clock by default.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { postgres } from 'hale/checks/postgres'
 * import { faults, withFaults } from 'hale/testing'
 *
 * const outage = faults()
 * const health = createHealth({ checks: { database: withFaults(postgres(pool), outage) } })
 * outage.fail('Simulated database connection refused.')
 * const report = await health.readiness()
 * console.log(report.checks.database.error) // Simulated database connection refused.
 * outage.heal()
 * ```
 */
export function faults(clock: Clock = systemClock): Faults {
  let fault: Fault = { kind: 'none' }
  const waiting = new Set<() => void>()

  function become(next: Fault): void {
    fault = next
    for (const goOn of [...waiting]) goOn()
  }

  async function wait(signal: AbortSignal, delayMs?: number): Promise<void> {
    let cancel = (): void => {}
    let end = (): void => {}
    try {
      await new Promise<void>((resolve) => {
        end = resolve
        waiting.add(end)
        signal.addEventListener('abort', end, { once: true })
        if (delayMs !== undefined) cancel = clock.after(delayMs, end)
        if (signal.aborted) end()
      })
      signal.throwIfAborted()
    } finally {
      cancel()
      waiting.delete(end)
      signal.removeEventListener('abort', end)
    }
  }

  return {
    fail(reason) {
      become({ kind: 'fail', reason })
    },
    hang() {
      become({ kind: 'hang' })
    },
    slow(delayMs) {
      const problems = new Problems()
      problems.number('delayMs', delayMs ?? null, 0, { unit: 'milliseconds' })
      problems.throwIfAny('faults.slow')
      become({ kind: 'slow', delayMs })
    },
    heal() {
      become({ kind: 'none' })
    },
    get current() {
      return fault.kind
    },
    async suffer({ signal }) {
      const { kind } = fault
      if (kind === 'hang') await wait(signal)
      else if (kind === 'slow') await wait(signal, fault.delayMs)
      else if (kind === 'fail') {
        if (typeof fault.reason !== 'string') throw fault.reason
        return down(fault.reason)
      }
      return undefined
    },
  }
}

/**
 * The same check, which suffers what `faults` is told and is otherwise left as it is: for rehearsals, and for tests
 * of what an application does while a dependency fails.
 */
export function withFaults<P extends ProbeName>(
  definition: CheckDefinition<P>,
  faults: Faults,
): CheckDefinition<P> {
  const { run, problems = [] } = definition
  if (run === undefined) {
    return { ...definition, problems: [...problems, 'withFaults: a heartbeat runs nothing that could fail'] }
  }
  return { ...definition, run: async (context) => (await faults.suffer(context)) ?? run(context) }
}

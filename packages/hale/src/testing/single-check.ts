import type { CheckContext, CheckDefinition } from '../core/check.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import type { CheckReport } from '../core/report.ts'

/** A check that is run whenever it is told to, and its runs, for tests. */
export interface SingleCheck {
  readonly runs: { readonly started: number; readonly unsettled: number }
  run(): Promise<CheckReport>
}

/** Registers a check alone, and counts its runs. */
export function singleCheck(definition: CheckDefinition, clock: Clock = systemClock): SingleCheck {
  const runs = { started: 0, unsettled: 0 }
  const run = async (context: CheckContext): Promise<unknown> => {
    runs.started++
    runs.unsettled++
    try {
      return await definition.run?.(context)
    } finally {
      runs.unsettled--
    }
  }
  const health = createHealth({ checks: { single: { ...definition, run } }, clock })
  return { runs, run: () => health.check('single').run() }
}

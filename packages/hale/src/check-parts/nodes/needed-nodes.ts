import { down, type Outcome } from '../../core/outcome.ts'

/** How many nodes must be up, lest the whole be DOWN. */
export type NeededNodes = 'all' | 'quorum' | 'any'

/** What it may be. */
export const neededNodes = ['all', 'quorum', 'any'] as const

/** Makes an outcome with the numbers `nodes` and `up`, DEGRADED because some are missing, DOWN when too many are. */
export function needing(needed: NeededNodes, outcome: Outcome): Outcome {
  if (outcome.status !== 'DEGRADED' || needed === 'any') return outcome
  const { nodes = 0, up: well = 0 } = outcome.data as { nodes?: number; up?: number }
  return needed === 'all' || well * 2 <= nodes ? down(outcome.text, outcome.data) : outcome
}

import type { CheckReport } from '../core/report.ts'
import type { HealthState } from '../mirror/state.ts'

/** A state, and when it was taken. */
export interface TimedState {
  readonly state: HealthState
  /** Of `monotonicMs`. */
  readonly takenAt: number
  /** How much later the next one may come when nothing changes: for so long nothing in it is taken for stale. */
  readonly nextWithinMs: number
}

/** What had to be left out of a state so that it fits. */
export type LeftOut = 'transitions' | 'data' | 'components'

/**
 * The state as text of at most so many bytes. One that is longer loses what matters least: first the transitions,
 * then the checks' data, then the checks; the verdicts stay. Undefined when not even they fit.
 */
export function stateText(
  { state, ...times }: TimedState,
  mostBytes: number,
): { readonly text: string; readonly leftOut?: LeftOut } | undefined {
  const lean: HealthState = { ...state, transitions: [] }
  const variants: readonly [LeftOut | undefined, () => HealthState][] = [
    [undefined, () => state],
    ['transitions', () => lean],
    ['data', () => ({ ...lean, checks: lean.checks.map(withoutData) })],
    ['components', () => withoutChecks(lean)],
  ]
  for (const [leftOut, variant] of variants) {
    const text = JSON.stringify({ state: variant(), ...times })
    if (Buffer.byteLength(text) <= mostBytes) return { text, ...(leftOut && { leftOut }) }
  }
  return undefined
}

/** The state that `stateText` made the text of. */
export function stateFrom(text: string): TimedState {
  return JSON.parse(text) as TimedState
}

/** The verdicts alone: as long as the groups that were configured, however many checks there are. */
function withoutChecks(state: HealthState): HealthState {
  const { verdicts } = state
  const only = <T>(all: { readonly [name: string]: T }): { readonly [name: string]: T } =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name in verdicts))
  return {
    ...state,
    groups: state.groups.map((group) => ({ ...group, members: [] })),
    checks: [],
    visibilities: only(state.visibilities),
    validities: only(state.validities),
  }
}

function withoutData({ data, ...check }: CheckReport): CheckReport {
  return data === undefined ? check : { ...check, dataNote: 'left out: there was no room for it' }
}

import type { CheckReport, Report } from '../core/report.ts'
import type { HealthState } from '../mirror/state.ts'

/** A state, and when it was taken. */
export interface TimedState {
  readonly state: HealthState
  /** Of `monotonicMs`. */
  readonly takenAt: number
}

/** What had to be left out of a state so that it fits. */
export type LeftOut = 'transitions' | 'data' | 'components'

type PackedReport = Omit<Report, 'checks'> & { readonly checks: readonly number[] }

interface Packed {
  readonly takenAt: number
  readonly state: Omit<HealthState, 'reports'>
  /** Each check once, however many reports show it. */
  readonly checks: readonly CheckReport[]
  readonly reports: readonly PackedReport[]
}

/**
 * The state as text of at most so many bytes. One that is longer loses what matters least: first the transitions,
 * then the checks' data, then the checks; the verdicts stay. Undefined when not even they fit.
 */
export function stateText(
  { state, takenAt }: TimedState,
  mostBytes: number,
): { readonly text: string; readonly leftOut?: LeftOut } | undefined {
  const lean: HealthState = { ...state, transitions: [] }
  const variants: readonly [LeftOut | undefined, () => HealthState][] = [
    [undefined, () => state],
    ['transitions', () => lean],
    ['data', () => withChecks(lean, withoutData)],
    ['components', () => withoutChecks(lean)],
  ]
  for (const [leftOut, variant] of variants) {
    const text = JSON.stringify(packed(variant(), takenAt))
    if (Buffer.byteLength(text) <= mostBytes) return { text, ...(leftOut && { leftOut }) }
  }
  return undefined
}

/** The state that `stateText` made the text of. */
export function stateFrom(text: string): TimedState {
  const { takenAt, state, checks, reports } = JSON.parse(text) as Packed
  const unpacked: Record<string, Report> = Object.create(null)
  for (const report of reports) {
    const members: Record<string, CheckReport> = Object.create(null)
    for (const index of report.checks) {
      const check = checks[index]
      if (check !== undefined) members[check.name] = check
    }
    unpacked[report.name] = { ...report, checks: members }
  }
  return { takenAt, state: { ...state, reports: unpacked } }
}

function packed({ reports, ...state }: HealthState, takenAt: number): Packed {
  const indices = new Map<CheckReport, number>()
  const indexOf = (check: CheckReport): number => {
    const index = indices.get(check) ?? indices.size
    indices.set(check, index)
    return index
  }
  const packedReports = Object.values(reports).map((report) => ({
    ...report,
    checks: Object.values(report.checks).map(indexOf),
  }))
  return { takenAt, state, checks: [...indices.keys()], reports: packedReports }
}

function withChecks(
  state: HealthState,
  change: (check: CheckReport) => CheckReport | undefined,
): HealthState {
  const changed = new Map<CheckReport, CheckReport | undefined>()
  const reports: Record<string, Report> = Object.create(null)
  for (const [name, report] of Object.entries(state.reports)) {
    const checks: Record<string, CheckReport> = Object.create(null)
    for (const check of Object.values(report.checks)) {
      if (!changed.has(check)) changed.set(check, change(check))
      const made = changed.get(check)
      if (made !== undefined) checks[check.name] = made
    }
    // A report of a check that is not shown has no path either.
    if (report.kind !== 'check' || Object.keys(checks).length > 0) reports[name] = { ...report, checks }
  }
  return { ...state, reports }
}

/** The verdicts alone: as long as the groups that were configured, however many checks there are. */
function withoutChecks(state: HealthState): HealthState {
  const { reports } = withChecks(state, () => undefined)
  const only = <T>(all: { readonly [name: string]: T } = {}): { readonly [name: string]: T } =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name in reports))
  return {
    ...state,
    reports,
    groups: state.groups.map((group) => ({ ...group, members: [] })),
    checkNames: [],
    visibilities: only(state.visibilities),
    validities: only(state.validities),
  }
}

function withoutData({ data, ...check }: CheckReport): CheckReport {
  return data === undefined ? check : { ...check, dataNote: 'left out: there was no room for it' }
}

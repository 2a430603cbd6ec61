import type { CircuitChange } from './circuit/circuit.ts'
import type { ControlEvent } from './control/control-change.ts'
import type { CheckResult } from './outcome.ts'
import type { CheckReport, Report } from './report.ts'
import type { Status } from './status.ts'

interface Change {
  readonly from: Status
  readonly to: Status
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A check's reported status changed. */
export interface CheckTransition extends Change {
  readonly check: string
  readonly result: CheckReport
}

/** A probe's or group's status changed; `probe` is `'liveness'`, `'readiness'`, `'startup'` or the group's name. */
export interface ProbeTransition extends Change {
  readonly probe: string
  readonly result: Report
}

/** A reported status changed. Logs, alerts, publishers and metrics hang on it, never on each probe. */
export type Transition = CheckTransition | ProbeTransition

/** One run of a check, after it settled or timed out. */
export interface CheckRun {
  readonly check: string
  readonly result: CheckResult
  /** What was thrown, unredacted: for logs and tracing, never for an answer. */
  readonly thrown?: unknown
}

/** What can be listened to with `health.on`. */
export interface HealthEvents {
  readonly transition: Transition
  readonly run: CheckRun
  readonly circuit: CircuitChange
  readonly control: ControlEvent
}

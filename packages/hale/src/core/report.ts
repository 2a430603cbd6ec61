import type { CircuitReport } from './circuit/circuit.ts'
import type { Data } from './data.ts'
import type { Status } from './status.ts'

/** What is told about the service; shown in bodies. */
export interface ServiceInfo {
  readonly name?: string
  readonly version?: string
}

/** One check as it is reported: after thresholds, safe to show. */
export interface CheckReport<Name extends string = string> {
  readonly name: Name
  readonly status: Status
  /** The author's text when UP or DEGRADED. */
  readonly message?: string
  /** Why it is not healthy: the author's text or one of the fixed vocabulary. */
  readonly error?: string
  /** The error's code, when the vocabulary knows it. */
  readonly errorCode?: string
  readonly data?: Data
  /** Says what was cut or replaced in `data`. */
  readonly dataNote?: string
  /** How long the reported run took, in milliseconds; absent when passive or never run. */
  readonly durationMs?: number
  /** When the reported run settled, in milliseconds since the epoch. */
  readonly checkedAt?: number
  /** When the reported status began, in milliseconds since the epoch. */
  readonly since: number
  readonly critical: boolean
  readonly enabled: boolean
  readonly details: CheckDetails
}

/** What operators see at visibility `'debug'`. */
export interface CheckDetails {
  readonly kind: 'dependency' | 'self' | 'heartbeat'
  readonly failureThreshold: number
  readonly successThreshold: number
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
  /** Runs that timed out and have not settled since. */
  readonly outstandingRuns: number
  readonly timeoutMs?: number
  readonly intervalMs?: number
  readonly tags: readonly string[]
  readonly componentType?: string
  readonly runbook?: string
  readonly impact?: string
  /** Of the check's circuit, once the application has asked for it with `health.circuit(name)`. */
  readonly circuit?: CircuitReport
}

/** Where a service is in its life. */
export type ApplicationState = 'starting' | 'running' | 'maintenance' | 'draining' | 'stopped' | 'failed'

/** The state of the service itself, apart from its checks. */
export interface ApplicationReport {
  readonly status: Status
  /** In what readiness sees; absent elsewhere, where the service's course does not count. */
  readonly state?: ApplicationState
  /** Why it is not UP, such as `starting: load models` or the reason of `outOfService`. */
  readonly message?: string
}

/**
 * An aggregate at one moment. Immutable, and the same object for as long as nothing in it has changed: whoever
 * renders it may keep the rendering with it.
 */
export interface Report<Names extends string = string> {
  /** The probe's, group's or check's name. */
  readonly name: string
  readonly kind: 'probe' | 'group' | 'check'
  readonly status: Status
  readonly application: ApplicationReport
  readonly checks: { readonly [Name in Names]: CheckReport<Name> }
  /** When it was made, in milliseconds since the epoch. Absent in liveness, whose answer carries no clock. */
  readonly timestamp?: number
  /** Milliseconds since the registry was created. Absent in liveness. */
  readonly uptimeMs?: number
}

/** For how long a report may be served by who cannot ask the registry; in milliseconds from now on, and endless. */
export interface Validity {
  /** Until asking would run something; negative when it would now. */
  readonly freshMs: number
  /** Until it would turn UNKNOWN by age alone. */
  readonly staleMs: number
}

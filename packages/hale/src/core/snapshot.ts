import type { ApplicationReport, CheckReport, ServiceInfo } from './report.ts'
import type { Status } from './status.ts'
import type { Transition } from './transitions.ts'

/** The latest of everything, read without running anything. */
export interface Snapshot<Names extends string = string> {
  readonly service: ServiceInfo
  /** When it was taken, in milliseconds since the epoch. */
  readonly timestamp: number
  /** Milliseconds since the registry was created. */
  readonly uptimeMs: number
  /** The service itself, apart from its checks. */
  readonly application: ApplicationReport
  /** Status of each probe and group. */
  readonly groups: { readonly [name: string]: Status }
  readonly checks: { readonly [Name in Names]: CheckReport<Name> }
  /** The newest last. */
  readonly transitions: readonly Transition[]
}

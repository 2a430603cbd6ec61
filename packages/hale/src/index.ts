export {
  type CheckContext,
  type CheckDefinition,
  type CheckFunction,
  type CheckOptions,
  check,
  type DependencyCheckOptions,
  type HeartbeatOptions,
  heartbeat,
  type ProbeName,
  type RestartingCheckOptions,
  type SelfCheckOptions,
  selfCheck,
} from './core/check.ts'
export type {
  CallContext,
  CallCounts,
  CallOptions,
  Circuit,
  CircuitChange,
  CircuitOptions,
  CircuitReason,
  CircuitReport,
  CircuitState,
  Fallback,
} from './core/circuit/circuit.ts'
export type { Clock } from './core/clock.ts'
export type { CheckTuning, CheckTuningChange } from './core/control/check-tuning.ts'
export type { CheckChange, CheckControl, ControlEvent } from './core/control/control-change.ts'
export type { Environment } from './core/control/environment.ts'
export { createHealth } from './core/create-health.ts'
export type { Data } from './core/data.ts'
export type { GroupOptions, ProbeOptions, Visibility } from './core/group-settings.ts'
export type {
  CheckHandle,
  Checks,
  GroupInfo,
  GroupMembers,
  Groups,
  Health,
  HealthControl,
  HealthOptions,
  HealthSource,
  ProbeMembers,
  WatchedChange,
} from './core/health.ts'
export type { StartupOptions, StartupProgress, StartupTaskOptions } from './core/lifecycle/startup.ts'
export type { Logger } from './core/logger.ts'
export { type CheckResult, degraded, down, type Outcome, up } from './core/outcome.ts'
export type {
  ApplicationReport,
  ApplicationState,
  CheckDetails,
  CheckReport,
  Report,
  ServiceInfo,
  Validity,
} from './core/report.ts'
export type { Snapshot } from './core/snapshot.ts'
export { isHealthy, type Status, statuses } from './core/status.ts'
export type {
  CheckRun,
  CheckTransition,
  HealthEvents,
  ProbeTransition,
  Transition,
} from './core/transitions.ts'
export { CallTimeoutError } from './errors/call-timeout-error.ts'
export { CheckTimeoutError } from './errors/check-timeout-error.ts'
export { ConfigurationError } from './errors/configuration-error.ts'
export { DependencyDownError } from './errors/dependency-down-error.ts'
export { DisposedError } from './errors/disposed-error.ts'
export { RevisionError } from './errors/revision-error.ts'
export { StartupError } from './errors/startup-error.ts'

import type { Rule } from '../finding.ts'
import { alertWithoutFor } from './alert-without-for.ts'
import { askedFromOutside } from './asked-from-outside.ts'
import { consulDeregistersForGood } from './consul-deregisters-for-good.ts'
import { degradedTakenForDown } from './degraded-taken-for-down.ts'
import { dependsOnWithoutHealthcheck } from './depends-on-without-healthcheck.ts'
import { ecsOutOfRange } from './ecs-out-of-range.ts'
import { envoyImmediateEject } from './envoy-immediate-eject.ts'
import { execProbeWithoutTimeout } from './exec-probe-without-timeout.ts'
import { graceBelowDrain } from './grace-below-drain.ts'
import { haleMetricUnknown } from './hale-metric-unknown.ts'
import { haproxyOptionsDefault } from './haproxy-options-default.ts'
import { haproxyUncheckedServer } from './haproxy-unchecked-server.ts'
import { healthcheckHidesFailure } from './healthcheck-hides-failure.ts'
import { healthcheckProgramMissing } from './healthcheck-program-missing.ts'
import { invalidProbe } from './invalid-probe.ts'
import { livenessAsksReadiness } from './liveness-asks-readiness.ts'
import { livenessRestartsAtOnce } from './liveness-restarts-at-once.ts'
import { nginxPassiveOff } from './nginx-passive-off.ts'
import { nginxSingleServer } from './nginx-single-server.ts'
import { noDrain } from './no-drain.ts'
import { noReadinessProbe } from './no-readiness-probe.ts'
import { noStartupProbe } from './no-startup-probe.ts'
import { onePathForTwoProbes } from './one-path-for-two-probes.ts'
import { outlierEjectsAll } from './outlier-ejects-all.ts'
import { pdbBlocksEviction } from './pdb-blocks-eviction.ts'
import { probePortUnknown } from './probe-port-unknown.ts'
import { probesNotRewritten } from './probes-not-rewritten.ts'
import { proxyEndsFirst } from './proxy-ends-first.ts'
import { readinessAsksLiveness } from './readiness-asks-liveness.ts'
import { sharedDependency } from './shared-dependency.ts'
import { signalNotHandedOn } from './signal-not-handed-on.ts'
import { startupWindowTooShort } from './startup-window-too-short.ts'
import { suppressionWithoutReason } from './suppression-without-reason.ts'
import { timeoutAboveInterval } from './timeout-above-interval.ts'
import { timeoutAbovePeriod } from './timeout-above-period.ts'
import { timeoutBelowBudget } from './timeout-below-budget.ts'
import { unreadable } from './unreadable.ts'
import { watchdogWithoutRestart } from './watchdog-without-restart.ts'

/** By id. */
export const rules: readonly Rule[] = [
  alertWithoutFor,
  askedFromOutside,
  consulDeregistersForGood,
  degradedTakenForDown,
  dependsOnWithoutHealthcheck,
  ecsOutOfRange,
  envoyImmediateEject,
  execProbeWithoutTimeout,
  graceBelowDrain,
  haleMetricUnknown,
  haproxyOptionsDefault,
  haproxyUncheckedServer,
  healthcheckHidesFailure,
  healthcheckProgramMissing,
  invalidProbe,
  livenessAsksReadiness,
  livenessRestartsAtOnce,
  nginxPassiveOff,
  nginxSingleServer,
  noDrain,
  noReadinessProbe,
  noStartupProbe,
  onePathForTwoProbes,
  outlierEjectsAll,
  pdbBlocksEviction,
  probePortUnknown,
  probesNotRewritten,
  proxyEndsFirst,
  readinessAsksLiveness,
  sharedDependency,
  signalNotHandedOn,
  startupWindowTooShort,
  suppressionWithoutReason,
  timeoutAboveInterval,
  timeoutAbovePeriod,
  timeoutBelowBudget,
  unreadable,
  watchdogWithoutRestart,
]

export const ruleIds: ReadonlySet<string> = new Set(rules.map(({ id }) => id))

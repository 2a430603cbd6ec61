export type { HeaderExpectations, JsonExpectation, JsonScalar } from '../check-parts/http/answer-rules.ts'
export { probe } from './probe.ts'
export {
  type FlagsRead,
  type ProbeFlag,
  type ProbeFlagValues,
  probeFlags,
  readProbeFlags,
} from './probe-flags.ts'
export type { ProbeOptions } from './probe-options.ts'
export type { ComponentStatus, Finding, ProbeCause, ProbeResult } from './probe-result.ts'
export { problemOfTarget } from './probe-target.ts'
export {
  grpcCode,
  type NagiosLimits,
  nagiosCode,
  nagiosText,
  nagiosUnknown,
  probeJson,
  probeText,
} from './probe-texts.ts'

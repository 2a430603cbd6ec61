import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../core/health.ts'
import type { CheckReport, Report, ServiceInfo, Validity } from '../core/report.ts'
import type { Transition } from '../core/transitions.ts'

/** A report without its checks. */
export type Verdict = Omit<Report, 'checks'>

/**
 * Everything that an endpoint needs of a registry, as plain data: it survives a thread, a pipe and JSON, and has
 * nothing in it that a body could not show. Each check is in it once: reports are put together where they are asked for.
 */
export interface HealthState {
  readonly service: ServiceInfo
  readonly groups: readonly GroupInfo[]
  /** The report of each probe and group as of now; its checks are the group's members. */
  readonly verdicts: { readonly [name: string]: Verdict }
  readonly checks: readonly CheckReport[]
  /** When the checks were looked at, in milliseconds since the epoch, and since the registry was created. */
  readonly timestamp: number
  readonly uptimeMs: number
  readonly visibilities: { readonly [name: string]: Visibility }
  /** Without the checks of a probe's report: fifty transitions would hold each check fifty times. */
  readonly transitions: readonly Transition[]
  /**
   * For how long each report may be served without asking, counted from when the state was taken; what never ends
   * is left out, since JSON has no word for it.
   */
  readonly validities: { readonly [name: string]: Partial<Validity> }
}

/** The state of a registry as of now; runs nothing. */
export function stateOf(health: HealthSource): HealthState {
  const { service, groups, transitions } = health
  const snapshot = health.snapshot()
  const checks = Object.values(snapshot.checks)
  const verdicts: Record<string, Verdict> = Object.create(null)
  const visibilities: Record<string, Visibility> = Object.create(null)
  const validities: Record<string, Partial<Validity>> = Object.create(null)
  for (const { name } of groups) {
    const report = health.latest(name)
    if (report === undefined) continue
    const { checks: _, ...verdict } = report
    verdicts[name] = verdict
  }
  for (const { name } of [...groups, ...checks]) {
    const visibility = health.visibilityOf(name)
    if (visibility !== undefined) visibilities[name] = visibility
    const validity = health.validity?.(name)
    if (validity !== undefined) validities[name] = finite(validity)
  }
  const { timestamp, uptimeMs } = snapshot
  return {
    service,
    groups,
    verdicts,
    checks,
    timestamp,
    uptimeMs,
    visibilities,
    transitions: transitions.map(slim),
    validities,
  }
}

/** As it can cross: see `HealthState.validities`. */
export function finite({ freshMs, staleMs }: Validity): Partial<Validity> {
  return {
    ...(freshMs !== Infinity && { freshMs: Math.max(freshMs, longAgoMs) }),
    ...(staleMs !== Infinity && { staleMs: Math.max(staleMs, longAgoMs) }),
  }
}

const longAgoMs = -(10 ** 12)

function slim(transition: Transition): Transition {
  return 'check' in transition
    ? transition
    : { ...transition, result: { ...transition.result, checks: noChecks } }
}

const noChecks: Report['checks'] = Object.freeze(Object.create(null))

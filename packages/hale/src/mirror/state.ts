import type { Visibility } from '../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../core/health.ts'
import type { Report, ServiceInfo } from '../core/report.ts'
import type { Transition } from '../core/transitions.ts'

/**
 * Everything that an endpoint needs of a registry, as plain data: it survives a thread, a pipe and JSON, and has
 * nothing in it that a body could not show.
 */
export interface HealthState {
  readonly service: ServiceInfo
  readonly groups: readonly GroupInfo[]
  /** The report of each probe, group and check as of now. */
  readonly reports: { readonly [name: string]: Report }
  readonly checkNames: readonly string[]
  readonly visibilities: { readonly [name: string]: Visibility }
  readonly transitions: readonly Transition[]
}

/** The state of a registry as of now; runs nothing. */
export function stateOf(health: HealthSource): HealthState {
  const { service, groups, transitions } = health
  const checkNames = Object.keys(health.snapshot().checks)
  const reports: Record<string, Report> = Object.create(null)
  const visibilities: Record<string, Visibility> = Object.create(null)
  for (const name of [...groups.map((group) => group.name), ...checkNames]) {
    const report = health.latest(name)
    if (report !== undefined) reports[name] = report
    const visibility = health.visibilityOf(name)
    if (visibility !== undefined) visibilities[name] = visibility
  }
  return { service, groups, reports, checkNames, visibilities, transitions }
}

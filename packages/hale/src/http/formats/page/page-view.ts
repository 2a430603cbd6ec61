import type { Visibility } from '../../../core/group-settings.ts'
import type { CheckReport, Report, ServiceInfo } from '../../../core/report.ts'
import { contribution, type Status, statuses, worse } from '../../../core/status.ts'
import type { Transition } from '../../../core/transitions.ts'

/** A probe or group as the page's navigation shows it. */
export interface Neighbour {
  readonly name: string
  readonly status: Status
}

/** All that a page is made of. */
export interface PageView {
  /** Whose checks are listed. */
  readonly report: Report
  /** Given on the overview, the page of the base path: liveness beside `report`, which is readiness then. */
  readonly liveness: Report | undefined
  readonly service: ServiceInfo
  readonly visibility: Visibility
  /** The newest last. */
  readonly transitions: readonly Transition[]
  /** The probes and groups to go to. */
  readonly neighbours: readonly Neighbour[]
  /** From the page's own address to beneath the base path, such as `''` or `'../'`; undefined makes no links. */
  readonly root: string | undefined
}

/** The page's checks: what fails first, by what it does to the verdict and then by itself; what is disabled last. */
export function sortedChecks({ report, liveness }: PageView): readonly CheckReport[] {
  const all = Object.values({ ...liveness?.checks, ...report.checks })
  return all
    .map((check) => ({ check, rank: rank(check) }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ check }) => check)
}

function rank({ status, critical, enabled }: CheckReport): number {
  if (!enabled) return -1
  return statuses.indexOf(contribution(status, critical)) * statuses.length + statuses.indexOf(status)
}

/** The status in the page's heading and title: on the overview the worse of liveness and readiness. */
export function shownStatus({ report, liveness }: PageView): Status {
  return liveness === undefined ? report.status : worse(report.status, liveness.status)
}

/** What the page is of: the name of the probe, group or check, or `health` of the whole. */
export function subject({ report, liveness }: PageView): string {
  return liveness === undefined ? report.name : 'health'
}

import { isProbe } from '../core/check.ts'
import type { CheckReport, Report } from '../core/report.ts'
import type { WorkerState } from './worker-state.ts'

/**
 * What the primary has in place of a report of its own: the checks of all workers, as the first that has each of them
 * told it. Undefined when no worker knows the name; the probes are always there.
 */
export function frame(name: string, states: readonly WorkerState[]): Omit<Report, 'timestamp'> | undefined {
  const application = { status: 'UP' } as const
  const checks: Record<string, CheckReport> = Object.create(null)
  let kind: Report['kind'] | undefined = isProbe(name) ? 'probe' : undefined
  for (const state of states) {
    const group = state.groups.find((known) => known.name === name)
    if (group !== undefined) kind ??= group.kind
    for (const check of state.checks) {
      const known = checks[check.name]
      const belongs = check.name === name || group?.members.includes(check.name) === true
      // One that is switched off in the first worker only is still a check.
      if (belongs && (known === undefined || (!known.enabled && check.enabled))) checks[check.name] = check
    }
  }
  if (kind === undefined && checks[name] === undefined) return undefined
  return {
    name,
    kind: kind ?? 'check',
    status: checks[name]?.status ?? 'OUT_OF_SERVICE',
    application,
    checks,
  }
}

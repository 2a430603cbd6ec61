import type { HealthSource } from '../../core/health.ts'
import type { CheckReport, Report } from '../../core/report.ts'
import { worse } from '../../core/status.ts'

// Readiness first: what it says of the application and the time is said of the whole.
export const wholeProbes = ['readiness', 'liveness', 'startup'] as const

interface Merged {
  readonly of: readonly Report[]
  readonly report: Report
}

/** All of a service in one report: the checks of every probe, and the worst of their statuses. */
export class Whole {
  readonly #health: HealthSource
  readonly #kept = new WeakMap<Report, Merged>()

  constructor(health: HealthSource) {
    this.#health = health
  }

  ask(workers?: string): Report | Promise<Report> {
    const asked = wholeProbes.map((probe) => this.#health.ask(probe, workers) as Report | Promise<Report>)
    return asked.some((each) => each instanceof Promise)
      ? Promise.all(asked).then((reports) => this.#merged(reports))
      : this.#merged(asked as readonly Report[])
  }

  /** The same object for as long as its parts are: renderings are kept with it. */
  #merged(parts: readonly Report[]): Report {
    const [readiness] = parts as readonly [Report]
    const kept = this.#kept.get(readiness)
    if (kept?.of.every((part, index) => part === parts[index])) return kept.report
    const report = merged(parts)
    this.#kept.set(readiness, { of: parts, report })
    return report
  }
}

function merged(parts: readonly Report[]): Report {
  const [{ application, timestamp, uptimeMs }] = parts as readonly [Report]
  const checks: Record<string, CheckReport> = Object.create(null)
  for (const part of parts) Object.assign(checks, part.checks)
  return Object.freeze({
    // No probe, group or check can be called so.
    name: 'application',
    kind: 'group',
    status: parts.map(({ status }) => status).reduce(worse),
    application,
    checks: Object.freeze(checks),
    ...(timestamp !== undefined && { timestamp }),
    ...(uptimeMs !== undefined && { uptimeMs }),
  })
}

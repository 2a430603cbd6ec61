import type { CheckReport, Report } from '../../core/report.ts'
import { contribution, worse } from '../../core/status.ts'
import type { ExcludingReport } from '../formats/kubernetes.ts'

// The names come from strangers: so many are looked at, so long, and so many selections are kept with a report.
const mostNames = 32
const longestName = 64
const mostKept = 8

/** Reports without the checks that a request excludes (`?exclude=a&exclude=b`); each made once, within bounds. */
export class Exclusions {
  readonly #kept = new WeakMap<Report, Map<string, Report>>()

  /** The report as it would be without these checks; the service's own state always counts. */
  of(report: Report, names: readonly string[]): Report {
    if (names.length === 0 || report.kind === 'check') return report
    const wanted = names.slice(0, mostNames).map((name) => name.slice(0, longestName).toWellFormed())
    const unique = [...new Set(wanted)].sort()
    // Unlike names joined by something, which a name may have in it.
    const key = JSON.stringify(unique)
    const kept = this.#kept.get(report) ?? new Map<string, Report>()
    this.#kept.set(report, kept)
    const known = kept.get(key)
    if (known !== undefined) return known
    // Whoever goes on with names that nothing has would have a body made for each: they change no verdict, and beyond
    // these are not told either.
    if (kept.size >= mostKept && !unique.some((name) => Object.hasOwn(report.checks, name))) return report
    const made = without(report, unique)
    const [oldest] = kept.keys()
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
    kept.set(key, made)
    return made
  }
}

function without(report: Report, names: readonly string[]): ExcludingReport {
  const excluded = new Set(names.filter((name) => Object.hasOwn(report.checks, name)))
  const checks: Record<string, CheckReport> = Object.create(null)
  let status = report.application.status
  for (const check of Object.values(report.checks)) {
    const stays = !excluded.has(check.name)
    checks[check.name] = stays ? check : leftOut(check)
    if (stays && check.enabled) status = worse(status, contribution(check.status, check.critical))
  }
  return Object.freeze({
    ...report,
    // Leaving something out makes nothing worse: a startup that is complete stays so, whatever its checks say now.
    status: excluded.size > 0 && worse(status, report.status) === report.status ? status : report.status,
    checks: Object.freeze(checks),
    notExcluded: Object.freeze(names.filter((name) => !excluded.has(name))),
  })
}

function leftOut({ name, since, critical, details }: CheckReport): CheckReport {
  return Object.freeze({
    name,
    status: 'UNKNOWN',
    message: 'excluded',
    since,
    critical,
    enabled: false,
    details,
  })
}

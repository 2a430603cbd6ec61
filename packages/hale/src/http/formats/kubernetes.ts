import type { CheckReport, Report } from '../../core/report.ts'
import { isHealthy } from '../../core/status.ts'
import type { Format, RenderContext } from './format.ts'

const mediaType = 'text/plain; charset=utf-8'

/** A report some of whose checks were left out by who asked. */
export interface ExcludingReport extends Report {
  /** What was to be left out and is not there; sorted. */
  readonly notExcluded: readonly string[]
}

/**
 * The text of Kubernetes' own components: `ok`, or a line for each check when one failed or `?verbose` asks. The last
 * line calls the probe by the path it was asked at, else by its own name.
 */
export function kubernetesFormat(path?: string): Format {
  const format = {
    name: 'kubernetes',
    mediaType,
    render: (report: Report, context: RenderContext) =>
      isHealthy(report.status) ? 'ok' : verboseText(report, context, path),
  }
  const verbose = {
    ...format,
    render: (report: Report, context: RenderContext) => verboseText(report, context, path),
  }
  return { ...format, verbose }
}

/** At no path that has a name of its own. */
export const kubernetes: Format = kubernetesFormat()

function verboseText(report: Report, { visibility }: RenderContext, path: string | undefined): string {
  const name = report.kind === 'check' ? report.name : (path ?? report.name)
  const outcome = `${name} check ${isHealthy(report.status) ? 'passed' : 'failed'}\n`
  if (visibility === 'status') return outcome
  const debug = visibility === 'debug'
  const checks = Object.values(report.checks).map((check) => checkLine(check, debug))
  return [...applicationLine(report, debug), ...checks, ...unmatched(report), outcome].join('')
}

/** Readiness can fail without a check, so the service itself has a line like one. */
function applicationLine({ kind, application }: Report, debug: boolean): readonly string[] {
  if (kind === 'check') return []
  const { status, message } = application
  return [isHealthy(status) ? '[+]application ok\n' : failed('application', debug ? message : undefined)]
}

function checkLine({ name, status, error, message, enabled }: CheckReport, debug: boolean): string {
  if (!enabled) return `[+]${name} excluded: ok\n`
  return isHealthy(status) ? `[+]${name} ok\n` : failed(name, debug ? (error ?? message) : undefined)
}

function failed(name: string, reason = 'reason withheld'): string {
  return `[-]${name} failed: ${reason}\n`
}

function unmatched(report: Report): readonly string[] {
  const { notExcluded = [] } = report as Partial<ExcludingReport>
  if (notExcluded.length === 0) return []
  const quoted = notExcluded.map((name) => JSON.stringify(name)).join(',')
  return [`warn: some health checks cannot be excluded: no matches for ${quoted}\n`]
}

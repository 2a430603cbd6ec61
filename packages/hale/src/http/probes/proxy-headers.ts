import type { Visibility } from '../../core/group-settings.ts'
import type { Report } from '../../core/report.ts'

/** Which headers are wanted. */
export interface ProxyHeaderSettings {
  readonly envoy: boolean
  readonly serverTiming: boolean
}

/** Headers that say of a report what intermediaries and browsers act on. */
export type ProxyHeaders = (report: Report, visibility: Visibility) => { readonly [name: string]: string }

// Proxies give all headers of an answer 4 to 8 KiB together.
const mostCharacters = 2048

export function proxyHeaders({ envoy, serverTiming }: ProxyHeaderSettings): ProxyHeaders {
  return (report, visibility) => ({
    ...(envoy && envoyHeaders(report)),
    ...(serverTiming && visibility !== 'status' && timingHeader(report)),
  })
}

/** Envoy looks for their presence: the first with an answer that it accepts, the second with one that it does not. */
function envoyHeaders({ status, application }: Report): { readonly [name: string]: string } {
  return {
    ...(status === 'DEGRADED' && { 'x-envoy-degraded': 'true' }),
    ...(application.state === 'draining' && { 'x-envoy-immediate-health-check-fail': 'true' }),
  }
}

/** `Server-Timing` (W3C) with each check's duration in milliseconds, the slowest first. Names of checks are tokens. */
function timingHeader({ checks }: Report): { readonly [name: string]: string } {
  const timed = Object.values(checks).flatMap(({ name, durationMs }) =>
    durationMs === undefined ? [] : [{ name, durationMs }],
  )
  let header = ''
  for (const { name, durationMs } of timed.sort((a, b) => b.durationMs - a.durationMs)) {
    const entry = `${header === '' ? '' : ', '}${name};dur=${Math.round(durationMs * 10) / 10}`
    if (header.length + entry.length > mostCharacters) break
    header += entry
  }
  return header === '' ? {} : { 'Server-Timing': header }
}

import type { Data } from '../../core/data.ts'
import type { CheckReport, Report } from '../../core/report.ts'
import { isHealthy, type Status } from '../../core/status.ts'
import type { Transition } from '../../core/transitions.ts'
import type { Format, RenderContext } from '../format.ts'
import { isoDuration } from '../iso-duration.ts'
import { pageStyle, pageStyleHash } from './page-style.ts'

const newestTransitions = 20

/** The page for a person with a browser: no script, no request to anywhere, one style under a strict policy. */
export const htmlFormat: Format = {
  name: 'html',
  mediaType: 'text/html; charset=utf-8',
  headers: {
    'Content-Security-Policy': `default-src 'none'; style-src '${pageStyleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  },
  render(report, context) {
    const title = `${context.service.name ?? 'service'} ${report.name}`
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(`${report.status} – ${title}`)}</title>
<style>${pageStyle}</style></head>
<body><main>
<header><h1>${escaped(title)}</h1>${pill(report.status)}${facts(report, context)}</header>
${context.visibility === 'status' ? '' : checks(report, context.visibility === 'debug') + transitions(context.transitions)}</main></body>
</html>
`
  },
}

function facts({ application, timestamp, uptimeMs }: Report, { service, visibility }: RenderContext): string {
  if (visibility === 'status') return ''
  const parts = [
    application.message === undefined ? undefined : escaped(application.message),
    service.version === undefined ? undefined : `version ${escaped(service.version)}`,
    uptimeMs === undefined
      ? undefined
      : `up for <time datetime="${isoDuration(uptimeMs)}">${spoken(uptimeMs)}</time>`,
    timestamp === undefined ? undefined : `as of ${time(timestamp)}`,
  ]
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? '' : `<p class="facts">${known.join(' · ')}</p>`
}

function checks(report: Report, debug: boolean): string {
  const all = Object.values(report.checks)
  if (all.length === 0) return '<p>No checks belong here.</p>\n'
  return `<h2 id="checks">Checks</h2>
<div class="table" role="region" aria-labelledby="checks" tabindex="0"><table class="checks">
<thead><tr><th scope="col">Check</th><th scope="col">Status</th><th scope="col">What it says</th><th scope="col">Took</th><th scope="col">Since</th></tr></thead>
<tbody>
${all.map((check) => row(check, debug)).join('\n')}
</tbody></table></div>
`
}

function row(check: CheckReport, debug: boolean): string {
  const { name, status, message, error, data, dataNote, durationMs, since, critical, enabled, details } =
    check
  const texts = [
    escaped(error ?? message ?? ''),
    critical ? '' : note('not critical'),
    !isHealthy(status) && enabled && details.impact !== undefined ? note(details.impact) : '',
    data === undefined ? '' : note(dataText(data)),
    dataNote === undefined ? '' : note(dataNote),
    debug && details.runbook !== undefined ? note(`runbook: ${details.runbook}`) : '',
    debug && check.errorCode !== undefined ? note(check.errorCode) : '',
    debug && details.circuit !== undefined ? note(`circuit ${details.circuit.state}`) : '',
  ]
  return `<tr><th scope="row">${escaped(name)}</th><td class="state">${pill(status)}</td><td class="text">${texts.join('')}</td><td class="took">${took(durationMs, details.timeoutMs)}</td><td class="since">${time(since)}</td></tr>`
}

function dataText(data: Data): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return JSON.stringify(data)
  const entries = Object.entries(data)
  return entries
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

/** The duration, with a bar that is full when it has taken all of its timeout. */
function took(durationMs: number | undefined, timeoutMs: number | undefined): string {
  if (durationMs === undefined || timeoutMs === undefined) return '–'
  const share = Math.min(100, Math.round((durationMs / timeoutMs) * 100))
  return `${Math.round(durationMs)} ms<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" rx="3"/><rect class="bar" width="${share}" height="6" rx="3"/></svg>`
}

function transitions(all: readonly Transition[]): string {
  if (all.length === 0) return ''
  const newest = all.slice(-newestTransitions).reverse()
  const rows = newest.map((transition) => {
    const { at, from, to } = transition
    const subject = 'check' in transition ? transition.check : transition.probe
    return `<tr><td>${time(at)}</td><th scope="row">${escaped(subject)}</th><td class="change">${pill(from)} → ${pill(to)}</td></tr>`
  })
  return `<h2 id="transitions">Last changes</h2>
<div class="table" role="region" aria-labelledby="transitions" tabindex="0"><table>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Change</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>
`
}

function pill(status: Status): string {
  return `<span class="status ${status}">${status.replaceAll('_', ' ')}</span>`
}

function note(text: string): string {
  return `<span class="data">${escaped(text)}</span>`
}

function time(ms: number): string {
  const iso = new Date(ms).toISOString()
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`
}

function spoken(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

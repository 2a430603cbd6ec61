import type { CheckReport } from '../../../core/report.ts'
import { isHealthy } from '../../../core/status.ts'
import { dataText } from './page-data.ts'
import { escaped, spoken, time } from './page-text.ts'
import { type PageView, sortedChecks } from './page-view.ts'

/** The list of checks, what fails first. */
export function checkList(view: PageView): string {
  const checks = sortedChecks(view)
  const title = `<h2>${view.report.kind === 'check' ? 'Check' : 'Checks'}</h2>`
  if (checks.length === 0) return `<section class=checks>${title}\n<p>No checks belong here.</p></section>`
  return `<section class=checks>${title}
<ul role=list>
${checks.map((check) => row(check, view)).join('\n')}
</ul></section>`
}

// Closing tags that HTML can do without are left out: a page of sixty checks is to stay under 30 KB.
function row(check: CheckReport, { root, visibility, report }: PageView): string {
  const { name, status, enabled, since } = check
  const href = root === undefined ? '' : ` href="${escaped(root + name)}"`
  const state = enabled ? status.replaceAll('_', ' ') : 'disabled'
  const says = [...texts(check), ...(visibility === 'debug' ? debugTexts(check, report.timestamp) : [])]
  return `<li id="c-${escaped(name)}" class=${enabled ? status : 'OFF'}><a${href}>${escaped(name)}</a><b>${state}</b><div>${says.join('')}</div><span>${took(check)}</span><span>${lasting(since, report.timestamp)}</span>`
}

function texts({
  message,
  error,
  status,
  critical,
  enabled,
  data,
  dataNote,
  details,
}: CheckReport): string[] {
  const text = error ?? message
  return [
    escaped(text ?? ''),
    critical ? '' : ' <i>not critical</i>',
    enabled && !isHealthy(status) ? small(details.impact) : '',
    data === undefined ? '' : small(dataText(data)),
    small(dataNote),
  ]
}

/** What operators need besides: how the status comes about, and what to do. */
function debugTexts({ errorCode, details }: CheckReport, now: number | undefined): string[] {
  const { kind, failureThreshold, successThreshold, consecutiveFailures, consecutiveSuccesses } = details
  const { outstandingRuns, intervalMs, componentType, tags, circuit, runbook } = details
  const facts = [
    componentType ?? kind,
    ...tags.map((tag) => `#${tag}`),
    errorCode,
    intervalMs === undefined ? undefined : `every ${spoken(intervalMs)}`,
    `down after ${failureThreshold}, up after ${successThreshold}`,
    consecutiveFailures > 0 ? `${times(consecutiveFailures, 'failure')} in a row` : undefined,
    consecutiveSuccesses > 0 && consecutiveSuccesses < successThreshold
      ? `${times(consecutiveSuccesses, 'success')} in a row`
      : undefined,
    outstandingRuns > 0 ? `${times(outstandingRuns, 'run')} never settled` : undefined,
  ]
  const next = circuit?.nextTrialAt
  const trial =
    next === undefined
      ? ''
      : `, next trial ${now === undefined ? `at ${time(next)}` : time(next, `in ${spoken(next - now)}`)}`
  return [
    small(facts.filter((fact) => fact !== undefined).join(' · ')),
    circuit === undefined ? '' : `<small>circuit ${circuit.state}${trial}</small>`,
    runbook === undefined ? '' : `<small>runbook: ${link(runbook)}</small>`,
  ]
}

// Whatever else a URL can be, such as `javascript:`, is text.
function link(url: string): string {
  return /^https?:\/\//i.test(url)
    ? `<a rel=noreferrer href="${escaped(url)}">${escaped(url)}</a>`
    : escaped(url)
}

function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`
}

/** The duration, with a bar that is full when it has taken all of its timeout; hidden from those who hear the number. */
function took({ durationMs, details: { timeoutMs } }: CheckReport): string {
  if (durationMs === undefined) return ''
  const ms = Math.round(durationMs)
  if (timeoutMs === undefined) return `${ms} ms`
  return `${ms} ms<meter max=${timeoutMs} high=${timeoutMs * 0.8} value=${Math.min(ms, timeoutMs)} aria-hidden=true></meter>`
}

function lasting(since: number, now: number | undefined): string {
  return now === undefined ? `since ${time(since)}` : `for ${time(since, spoken(now - since))}`
}

function small(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `<small>${escaped(text)}</small>`
}

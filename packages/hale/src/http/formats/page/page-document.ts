import { isoDuration } from '../iso-duration.ts'
import { band, changeList } from './page-changes.ts'
import { checkList } from './page-checks.ts'
import { icon } from './page-icon.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { escaped, foreign, spoken, time } from './page-text.ts'
import { verdict } from './page-verdict.ts'
import { type Neighbour, type PageView, shownStatus, subject } from './page-view.ts'

/** The whole page. What stands in `#view` is what the script replaces, in place, by that of the next answer. */
export function pageDocument(view: PageView): string {
  const status = shownStatus(view)
  const details = view.visibility !== 'status'
  const name = details ? (view.service.name ?? 'service') : undefined
  const title = [name, subject(view)].filter((part) => part !== undefined).join(' ')
  return `<!doctype html>
<html lang=en>
<head><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
<title>${escaped(`${status} – ${title}`)}</title>
<link rel=icon href="${icon(status)}">
<style>${pageStyle}</style></head>
<body><main>
<p id=live hidden><span role=status></span><button type=button>Pause</button></p>
<div id=view data-status=${status}>
${heading(view, name)}
${details ? navigation(view) : ''}
${details ? `<div class=columns>\n${checkList(view)}\n${changeList(view)}</div>` : ''}
</div></main>
<script>${pageScript}</script></body>
</html>
`
}

function heading(view: PageView, name: string | undefined): string {
  const status = shownStatus(view)
  const heading =
    name === undefined ? escaped(subject(view)) : `${foreign(name)} <span>${escaped(subject(view))}</span>`
  const says = verdict(view)
  return `<header class=${status}>
<h1>${heading}</h1>
<p class=verdict><b>${status.replaceAll('_', ' ')}</b>${says === '' ? '' : ` ${foreign(says)}`}</p>
${view.visibility === 'status' ? '' : facts(view) + band(view)}</header>`
}

function facts({ report: { timestamp, uptimeMs }, service }: PageView): string {
  const known = [
    service.version === undefined ? undefined : `version ${foreign(service.version)}`,
    uptimeMs === undefined
      ? undefined
      : `up for <time datetime=${isoDuration(uptimeMs)}>${spoken(uptimeMs)}</time>`,
    timestamp === undefined ? undefined : `as of ${time(timestamp)}`,
  ].filter((part) => part !== undefined)
  return known.length === 0 ? '' : `<p class=facts>${known.join(' · ')}</p>`
}

// A map, not an object: a group may be named "constructor".
const probePaths = new Map([
  ['liveness', 'live'],
  ['readiness', 'ready'],
  ['startup', 'startup'],
])

/** The overview, the probes, and then the groups as they were configured. */
function navigation({ root, ...view }: PageView): string {
  if (root === undefined) return ''
  const here = subject({ root, ...view })
  const known = new Map(view.neighbours.map((neighbour) => [neighbour.name, neighbour]))
  const probes = [...probePaths.keys()].map((name) => known.get(name)).filter((probe) => probe !== undefined)
  const items = [...probes, ...view.neighbours.filter(({ name }) => !probePaths.has(name))]
  return `<nav aria-label="Probes and groups"><ul role=list><li>${anchor(root === '' ? './' : root, 'overview', here === 'health')}${items
    .map((neighbour) => item(neighbour, root, here))
    .join('')}</ul></nav>`
}

function item({ name, status }: Neighbour, root: string, here: string): string {
  const label = `${escaped(name)} <b>${status.replaceAll('_', ' ')}</b>`
  return `<li class=${status}>${anchor(root + (probePaths.get(name) ?? name), label, name === here)}`
}

function anchor(href: string, label: string, current: boolean): string {
  return `<a href="${escaped(href)}"${current ? ' aria-current=page' : ''}>${label}</a>`
}

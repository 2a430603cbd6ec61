import type { Status } from '../../../core/status.ts'
import type { Transition } from '../../../core/transitions.ts'
import { escaped, exactly, listed, spoken, time } from './page-text.ts'
import type { PageView } from './page-view.ts'

const newest = 20
const bandMs = 3_600_000
const day = 86_400_000

/** The last changes as a timeline, the newest first: of the page's subject and of the checks that it lists. */
export function changeList(view: PageView): string {
  const { report, liveness } = view
  const checks = { ...liveness?.checks, ...report.checks }
  const shown = view.transitions.filter((change) =>
    'check' in change
      ? Object.hasOwn(checks, change.check)
      : liveness !== undefined || (report.kind !== 'check' && change.probe === report.name),
  )
  if (shown.length === 0) return ''
  const { timestamp } = report
  const items = merged(shown.slice().reverse()).slice(0, newest)
  return `<section class=last><h2>Last changes</h2>
<ol role=list>
${items.map((item) => row(item, timestamp)).join('\n')}
</ol></section>`
}

interface Item {
  readonly names: string[]
  readonly change: Transition
}

/** One item for all that changed alike within a second: a start, or a dependency and the groups that it is in. */
function merged(changes: readonly Transition[]): readonly Item[] {
  const items: Item[] = []
  for (const change of changes) {
    const name = 'check' in change ? change.check : change.probe
    const alike = items.find(
      ({ change: { from, to, at } }) =>
        from === change.from && to === change.to && Math.abs(at - change.at) < 1000,
    )
    if (alike === undefined) items.push({ names: [name], change })
    else if (!alike.names.includes(name)) alike.names.push(name)
  }
  return items
}

function row({ names, change: { from, to, at } }: Item, now: number | undefined): string {
  const moment = time(at, now !== undefined && now - at < day ? exactly(at).slice(11) : exactly(at))
  const ago = now === undefined ? '' : ` · ${spoken(now - at)} ago`
  return `<li class=${to}><small>${moment}${ago}</small><strong>${escaped(listed(names, 5))}</strong><span>${word(from)} → <b>${word(to)}</b></span>`
}

/**
 * The last hour of the subject's own status as a band. The list tells the same in words, so that it is hidden from
 * those who hear it.
 */
export function band(view: PageView): string {
  const { report, transitions } = view
  const { timestamp: now, name, kind } = report
  if (now === undefined) return ''
  const own = transitions.filter((change) =>
    kind === 'check'
      ? 'check' in change && change.check === name
      : 'probe' in change && change.probe === name,
  )
  const start = Math.max(now - bandMs, own[0]?.at ?? now)
  // Less than a minute of history is one colour, which the heading has already.
  if (now - start < 60_000) return ''
  const position = (at: number): number => Math.round(((Math.max(at, start) - start) / (now - start)) * 1000)
  const parts = own.map(({ at, to }, index) => {
    const [from, end] = [position(at), position(own[index + 1]?.at ?? now)]
    return end > from ? `<rect class=${to} x=${from} width=${end - from} height=9 />` : ''
  })
  return `<div class=band aria-hidden=true><svg viewBox="0 0 1000 9" preserveAspectRatio=none>${parts.join('')}</svg><span>${spoken(now - start)} ago</span><span>now</span></div>`
}

function word(status: Status): string {
  return status.replaceAll('_', ' ')
}

import type { AlertRule } from '../documents/document.ts'
import { durationFrom } from '../documents/figure.ts'
import type { Finding, Rule } from '../finding.ts'

export const alertWithoutFor: Rule = {
  id: 'alert-without-for',
  severity: 'warning',
  title: 'One missed answer wakes somebody',
  why: 'Without `for` an alert fires at the first evaluation that finds it: one lost packet, one restart, one scrape that came too late. Who is woken by these soon looks at none of them.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'alerts') return []
    return document.alerts.flatMap(findingOf)
  },
}

/** Values of a moment, which say whether something answers. */
const MOMENTARY = /\b(?:up|probe_success|hale_probe_up|hale_check_status|haproxy_server_up|nginx_up)\b/

function findingOf({ name, node }: AlertRule): readonly Finding[] {
  const expression = node.get('expr')
  const stated = node.get('for')
  const text = expression?.text ?? ''
  // What looks back over a time has waited already.
  if (expression === undefined || !MOMENTARY.test(text) || /\[[^\]]+\]|\boffset\b/.test(text)) return []
  if (stated !== undefined && durationFrom(stated.text ?? '', 1000) !== 0) return []
  return [
    {
      // Who has written the zero means it.
      ...(stated !== undefined && { severity: 'info' as const }),
      place: (stated ?? node.get('alert') ?? node).place,
      what: `alert ${name} fires at once`,
      evidence: [text.replace(/\s+/g, ' ').trim(), stated === undefined ? 'no for' : `for: ${stated.text}`],
      fix: 'for: 1m, or at least three scrapes',
      edits: node.set('for', '1m'),
    },
  ]
}

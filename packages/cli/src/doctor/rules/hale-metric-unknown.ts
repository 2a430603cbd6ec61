import type { Document, Expression } from '../documents/document.ts'
import type { Context, Finding, Rule } from '../finding.ts'

/** The metrics that hale exports, with the label whose words are given by hale, where there is one. */
export const metrics: Readonly<
  Record<string, { readonly label: string; readonly words: readonly string[] } | null>
> = {
  hale_probe_up: null,
  hale_check_status: {
    label: 'status',
    words: ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'],
  },
  hale_check_last_duration_seconds: null,
  hale_lifecycle_state: {
    label: 'state',
    words: ['starting', 'running', 'maintenance', 'draining', 'stopped', 'failed'],
  },
}

export const haleMetricUnknown: Rule = {
  id: 'hale-metric-unknown',
  severity: 'error',
  title: 'A query for what hale does not export',
  why: 'A query for a metric, a status or a state that is not there has no answer, and no answer looks like a good one: the alert never fires, and the panel says No data, or, with `or vector(0)`, that nothing is down. Names and words are compared to the letter.',
  examine(document, { documents }: Context): readonly Finding[] {
    if (document.kind !== 'alerts' && document.kind !== 'dashboard') return []
    const made = madeIn(documents)
    return document.expressions.flatMap((expression) =>
      findingsOf(expression, made).map((finding) =>
        // Who looks at a panel may see that nothing is there.
        document.kind === 'dashboard' ? { ...finding, severity: 'warning' } : finding,
      ),
    )
  },
}

function madeIn(documents: readonly Document[]): ReadonlySet<string> {
  return new Set(documents.flatMap((one) => (one.kind === 'alerts' ? one.records : [])))
}

const STRING = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/gs
/** Names of labels stand in these. */
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/g
/** Not what a variable goes on with, a label, or a name with colons, which somebody has made. */
const NAME = /(?<![\w:$.])hale_\w+(?![\w:$]|\s*(?:=|!))/g

function findingsOf({ subject, node }: Expression, made: ReadonlySet<string>): readonly Finding[] {
  const { text = '' } = node
  const bare = text.replace(STRING, '""').replace(GROUPING, '')
  const unknown = new Set([...bare.matchAll(NAME)].map(([name]) => name))
  const names = [...unknown].filter((name) => !Object.hasOwn(metrics, name) && !made.has(name))
  return [
    ...names.map((name) => ({
      place: node.place,
      what: `${subject} asks for ${name}, which hale does not export`,
      evidence: [text.replace(/\s+/g, ' ').trim()],
      fix: `one of ${Object.keys(metrics).join(', ')}`,
    })),
    ...Object.entries(metrics).flatMap(([name, closed]) =>
      closed === null
        ? []
        : wordsIn(text, name, closed.label).flatMap((word) =>
            closed.words.includes(word)
              ? []
              : [
                  {
                    place: node.place,
                    what: `${subject} asks for ${name} with ${closed.label} "${word}", which it never has`,
                    evidence: [text.replace(/\s+/g, ' ').trim()],
                    fix: `one of ${closed.words.join(', ')}`,
                  },
                ],
          ),
    ),
  ]
}

/** What the label is to be equal to; a variable may be anything, and nothing is what a metric without the label has. */
function wordsIn(text: string, metric: string, label: string): readonly string[] {
  const selectors = [...text.matchAll(new RegExp(`\\b${metric}\\s*\\{([^}]*)\\}`, 'g'))]
  return selectors.flatMap(([, selector = '']) =>
    [...selector.matchAll(new RegExp(`(?:^|[,\\s])${label}\\s*=\\s*["']([^"'$]*)["']`, 'g'))].flatMap(
      ([, word = '']) => (word === '' ? [] : [word]),
    ),
  )
}

import type { Document } from './documents/document.ts'
import type { Context, Reported, Rule } from './finding.ts'
import type { KnownService } from './known-service.ts'
import { ruleIds, rules } from './rules/index.ts'
import type { Suppression } from './suppression.ts'

/** What speaks of suppressions and of what cannot be read is itself not suppressed. */
const ALWAYS = new Set(['suppression-without-reason', 'unreadable'])

/** All that all rules find in all documents, in the order of files and lines; with a reason where it is suppressed. */
export function examine(documents: readonly Document[], service: KnownService): readonly Reported[] {
  const context: Context = { service, documents, ruleIds }
  const suppressions = new Map<string, readonly Suppression[]>()
  for (const document of documents) {
    if (document.kind === 'file') suppressions.set(document.file.path, document.suppressions)
  }
  const found = documents.flatMap((document) =>
    rules.flatMap((rule) => reported(rule, document, context, suppressions.get(document.file.path) ?? [])),
  )
  const order = new Map(documents.map(({ file }) => file.path).map((path, at) => [path, at]))
  return found.toSorted(
    (a, b) =>
      (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) ||
      a.finding.place[0] - b.finding.place[0] ||
      a.rule.id.localeCompare(b.rule.id),
  )
}

function reported(
  rule: Rule,
  document: Document,
  context: Context,
  suppressions: readonly Suppression[],
): readonly Reported[] {
  const { path, text } = document.file
  return rule.examine(document, context).map((finding) => {
    const suppressed = ALWAYS.has(rule.id)
      ? undefined
      : suppressions.find(
          ({ rules: ids, reason, covers }) =>
            reason !== '' &&
            ids.includes(rule.id) &&
            finding.place[0] >= covers[0] &&
            finding.place[0] <= covers[1],
        )?.reason
    const severity = finding.severity ?? rule.severity
    return { rule, severity, path, text, finding, ...(suppressed !== undefined && { suppressed }) }
  })
}

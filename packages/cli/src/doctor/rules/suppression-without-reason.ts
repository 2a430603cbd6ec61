import type { Finding, Rule } from '../finding.ts'

export const suppressionWithoutReason: Rule = {
  id: 'suppression-without-reason',
  severity: 'warning',
  title: 'A finding is to be ignored, and nobody says why',
  why: 'Whoever meets the comment later cannot tell whether it still holds. Without a reason, or with a rule that does not exist, nothing is suppressed.',
  examine(document, { ruleIds }): readonly Finding[] {
    if (document.kind !== 'file') return []
    return document.suppressions.flatMap(({ place, rules, reason }) => {
      const unknown = rules.filter((id) => !ruleIds.has(id))
      const what =
        rules.length === 0
          ? 'hale-ignore names no rule'
          : unknown.length > 0
            ? `hale-ignore names ${unknown.join(', ')}, which is no rule`
            : reason === ''
              ? `hale-ignore gives no reason for ${rules.join(', ')}`
              : undefined
      if (what === undefined) return []
      return [{ place, what, evidence: [], fix: 'write `# hale-ignore rule-id: the reason`' }]
    })
  },
}

import { type Alias, type Document, type Node, visit } from 'yaml'

/** What each alias stands for; one of nothing has no entry. */
export type AliasTargets = ReadonlyMap<Alias, Node>

/**
 * Looks the document through once. The parser's own `resolve` does so for every alias: a file of thousands would take
 * minutes.
 */
export function aliasTargets(document: Document.Parsed): AliasTargets {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias(_, alias) {
      // The nearest before it, as a name may be given again.
      const target = anchors.get(alias.source)
      if (target !== undefined) targets.set(alias, target)
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

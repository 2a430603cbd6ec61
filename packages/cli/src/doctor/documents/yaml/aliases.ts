import { type Alias, type Document, type Node, visit } from 'yaml'

const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>()

/** What an alias stands for: the last node above it that has its name. The library looks through the document for each. */
export function resolved(alias: Alias, document: Document): Node | undefined {
  const aliases = known.get(document) ?? aliasesIn(document)
  known.set(document, aliases)
  return aliases.get(alias)
}

function aliasesIn(document: Document): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>()
  const aliases = new Map<Alias, Node>()
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchored.set(node.anchor, node)
    },
    Alias(_, alias) {
      const node = anchored.get(alias.source)
      if (node !== undefined) aliases.set(alias, node)
    },
  })
  return aliases
}

import { Document, isMap, isScalar, isSeq, type Node } from 'yaml'
import { wrapped } from './comment.ts'
import { bare, entriesOf, isList, isMapping, plain, reasonOf, type Tree } from './reasoned.ts'

/** Wide enough for a reason, narrow enough to be read beside a diff. */
const COMMENT_WIDTH = 96

/** One YAML document: reasons stand above what they are about, `head` above all. */
export function toYaml(tree: Tree, head?: string): string {
  // Quotes what either version of YAML takes for something else than a string: `on`, `1.20`, `2010-09-09`.
  const document = new Document(plain(tree), { version: '1.1' })
  if (document.contents !== null) explain(document.contents, tree, 0)
  const text = document.toString({ lineWidth: 0 })
  // Not `document.commentBefore`, which an empty line separates from what it is about.
  return head === undefined ? text : `${wrapped(head, COMMENT_WIDTH).map(hash).join('\n')}\n${text}`
}

function explain(node: Node, tree: Tree, depth: number): void {
  const value = bare(tree)
  if (isSeq<Node>(node) && isList(value)) {
    for (const [index, item] of node.items.entries()) {
      const within = value[index]
      if (within === undefined) continue
      const reason = reasonOf(within)
      if (reason !== undefined) item.commentBefore = commentOf(reason, depth)
      explain(item, within, depth + 1)
    }
    return
  }
  if (!isMap<Node, Node>(node) || !isMapping(value)) return
  const entries = entriesOf(value)
  for (const [index, { key, value: child }] of node.items.entries()) {
    const within = entries[index]?.[1]
    if (within === undefined) continue
    const reason = reasonOf(within)
    if (reason !== undefined && isScalar(key)) key.commentBefore = commentOf(reason, depth)
    if (child !== null) explain(child, within, depth + 1)
  }
}

/** As the package wants it: without the sign, each line with the space that follows it. */
function commentOf(reason: string, depth: number): string {
  return wrapped(reason, COMMENT_WIDTH - 2 * depth)
    .map((line) => ` ${line}`)
    .join('\n')
}

function hash(line: string): string {
  return `# ${line}`.trimEnd()
}

import { commentLines } from './comment.ts'
import { bare, Call, Expression, entriesOf, isList, isMapping, reasonOf, type Tree } from './reasoned.ts'

/** A value of Bicep. One item or property a line, which Bicep asks for where there are no commas. */
export function toBicep(value: Tree, indent = 0): string {
  const tree = bare(value)
  const pad = ' '.repeat(indent + 2)
  const close = ' '.repeat(indent)
  if (tree instanceof Expression) return tree.text
  if (tree instanceof Call) return `${tree.name}(${toBicep(tree.argument, indent)})`
  if (typeof tree === 'string') return quoted(tree)
  if (isList(tree)) {
    if (tree.length === 0) return '[]'
    const items = tree.flatMap((item) => [...reasons(item, indent + 2), `${pad}${toBicep(item, indent + 2)}`])
    return `[\n${items.join('\n')}\n${close}]`
  }
  if (tree === null || !isMapping(tree)) return String(tree)
  const lines = entriesOf(tree).flatMap(([key, item]) => [
    ...reasons(item, indent + 2),
    `${pad}${/^[A-Za-z_]\w*$/.test(key) ? key : quoted(key)}: ${toBicep(item, indent + 2)}`,
  ])
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${close}}`
}

function reasons(item: Tree, indent: number): readonly string[] {
  const reason = reasonOf(item)
  return reason === undefined ? [] : commentLines(reason, { indent, prefix: '//' })
}

/** A string of Bicep: backslash, quote and the begin of an interpolation escaped. */
function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\$\{/g, '\\${').replace(/\n/g, '\\n')}'`
}

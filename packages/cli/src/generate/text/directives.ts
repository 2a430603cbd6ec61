import { commentLines } from './comment.ts'

/** One line of a configuration, with the reason for it where it has one; what is undefined is left out. */
export type Directive = string | readonly [text: string, reason: string] | undefined

/** Lines as the formats of proxies have them, each below its reason; ends in a line feed unless there are none. */
export function directives(
  list: readonly Directive[],
  { indent = 0, indentWith = ' ', prefix = '#' }: DirectiveStyle = {},
): string {
  const pad = indentWith.repeat(indent)
  const lines = list.flatMap((directive) => {
    if (directive === undefined) return []
    if (typeof directive === 'string') return [`${pad}${directive}`.trimEnd()]
    const [text, reason] = directive
    const comment = commentLines(reason, { prefix }).map((line) => `${pad}${line}`)
    return [...comment, ...(text === '' ? [] : [`${pad}${text}`])]
  })
  return lines.map((line) => `${line}\n`).join('')
}

export interface DirectiveStyle {
  /** @default 0 */
  readonly indent?: number
  /** @default ' ' */
  readonly indentWith?: string
  /** What begins a comment. @default '#' */
  readonly prefix?: string
}

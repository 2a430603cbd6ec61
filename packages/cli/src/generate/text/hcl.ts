import { commentLines } from './comment.ts'
import {
  bare,
  Call,
  Expression,
  entriesOf,
  isList,
  isMapping,
  type Mapping,
  reasonOf,
  type Tree,
} from './reasoned.ts'

/** Attributes and nested blocks; a block is an attribute that has no `=`. */
export interface Body {
  readonly [name: string]: Tree | Block | readonly Block[] | undefined
}

/** `type "label" "label" { … }`, of which the type is the name under which it stands. */
export class Block {
  readonly labels: readonly string[]
  readonly body: Body
  readonly reason: string | undefined

  constructor(labels: readonly string[], body: Body, reason?: string) {
    this.labels = labels
    this.body = body
    this.reason = reason
  }
}

/** One file of Terraform: its blocks in order, formatted as `terraform fmt` does. */
export function toHcl(blocks: readonly { readonly [type: string]: Block }[], head?: string): string {
  const texts = blocks.flatMap((named) =>
    Object.entries(named).map(([type, block]) => blockLines(type, block, 0).join('\n')),
  )
  const first = head === undefined ? [] : [commentLines(head).join('\n')]
  return `${[...first, ...texts].join('\n\n')}\n`
}

function blockLines(type: string, block: Block, indent: number): readonly string[] {
  const pad = ' '.repeat(indent)
  const labels = block.labels.map((label) => ` ${quoted(label)}`).join('')
  const reason = block.reason === undefined ? [] : commentLines(block.reason, { indent })
  const body = bodyLines(block.body, indent + 2)
  if (body.length === 0) return [...reason, `${pad}${type}${labels} {}`]
  return [...reason, `${pad}${type}${labels} {`, ...body, `${pad}}`]
}

function bodyLines(body: Body, indent: number): readonly string[] {
  const lines: string[] = []
  const attributes = alignedAttributes(lines, indent)
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue
    const blocks = value instanceof Block ? [value] : isBlocks(value) ? value : undefined
    if (blocks === undefined) {
      attributes.add(name, value as Tree)
      continue
    }
    attributes.end()
    for (const block of blocks) {
      if (lines.length > 0) lines.push('')
      lines.push(...blockLines(name, block, indent))
    }
  }
  attributes.end()
  return lines
}

/** Signs of equality stand below each other in lines that follow each other, as `terraform fmt` sets them. */
function alignedAttributes(lines: string[], indent: number) {
  const pad = ' '.repeat(indent)
  let run: { name: string; text: string }[] = []
  const end = (): void => {
    const width = Math.max(0, ...run.map(({ name }) => name.length))
    for (const { name, text } of run) lines.push(`${pad}${name.padEnd(width)} = ${text}`)
    run = []
  }
  const add = (name: string, value: Tree): void => {
    const reason = reasonOf(value)
    if (reason !== undefined) {
      end()
      lines.push(...commentLines(reason, { indent }))
    }
    const text = valueText(value, indent)
    const several = text.includes('\n')
    if (several) end()
    run.push({ name, text })
    if (several) end()
  }
  return { add, end }
}

function valueText(value: Tree, indent: number): string {
  const tree = bare(value)
  if (tree instanceof Expression) return tree.text
  if (tree instanceof Call) return `${tree.name}(${valueText(tree.argument, indent)})`
  if (typeof tree === 'string') return quoted(tree)
  if (isList(tree)) return listText(tree, indent)
  if (tree === null || !isMapping(tree)) return String(tree)
  const inner = bodyLines(mapBody(tree), indent + 2)
  return inner.length === 0 ? '{}' : `{\n${inner.join('\n')}\n${' '.repeat(indent)}}`
}

/** On one line, unless it holds mappings. */
function listText(list: readonly Tree[], indent: number): string {
  const texts = list.map((item) => valueText(item, indent + 2))
  if (!texts.some((text) => text.includes('\n'))) return `[${texts.join(', ')}]`
  const pad = ' '.repeat(indent + 2)
  return `[\n${texts.map((text) => `${pad}${text},\n`).join('')}${' '.repeat(indent)}]`
}

/** Keys that are no identifiers of HCL are quoted. */
function mapBody(tree: Mapping): Body {
  return Object.fromEntries(
    entriesOf(tree).map(([key, value]) => [/^[A-Za-z_][\w-]*$/.test(key) ? key : quoted(key), value]),
  )
}

/** A string of HCL: JSON's escapes, and `${` and `%{` doubled since they begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{')
}

function isBlocks(value: unknown): value is readonly Block[] {
  return Array.isArray(value) && value.length > 0 && value.every((it) => it instanceof Block)
}

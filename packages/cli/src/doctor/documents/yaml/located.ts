import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Edit, Place } from '../place.ts'
import { resolved } from './aliases.ts'
import { literal } from './assignment.ts'

/** The text that a YAML document was read from, and the document. */
export interface YamlText {
  readonly text: string
  readonly document: Document
  /** How a key and its value are written where the text is no YAML, though its nodes are read as such. */
  written?(key: string, value: string): string
}

/** Deeper than anybody writes. */
const MOST_MERGES = 8

/** A node of YAML (or JSON, which is YAML) that knows where it stands, and how to be changed without touching else. */
export class Located {
  readonly #from: YamlText
  readonly #node: Node | undefined
  readonly #key: Place | undefined
  // What an alias or a merge brings is used elsewhere too: nothing there is changed unasked.
  readonly #shared: boolean
  // A file may merge a map into itself.
  readonly #merges: number

  constructor(from: YamlText, node: Node | null | undefined, key?: Place, shared = false, merges = 0) {
    this.#from = from
    this.#shared = shared || isAlias(node)
    this.#node = (isAlias(node) ? resolved(node, from.document) : node) ?? undefined
    this.#key = key
    this.#merges = merges
  }

  /** From its key, when it has one, to its end. */
  get place(): Place {
    const own = this.#shared && this.#key !== undefined ? this.#key : this.valuePlace
    return [this.#key?.[0] ?? own[0], own[1]]
  }

  get keyPlace(): Place {
    return this.#key ?? this.valuePlace
  }

  get valuePlace(): Place {
    const range = this.#node?.range
    return range ? [range[0], range[1]] : (this.#key ?? [0, 0])
  }

  /** As it is written. */
  get raw(): string {
    return this.#from.text.slice(...this.valuePlace)
  }

  /** How far in it begins, counted from 0. */
  get column(): number {
    const [start] = this.valuePlace
    return start - (this.#from.text.lastIndexOf('\n', start - 1) + 1)
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  get isFlow(): boolean {
    return (isMap(this.#node) || isSeq(this.#node)) && this.#node.flow === true
  }

  get isShared(): boolean {
    return this.#shared
  }

  get value(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined
  }

  get text(): string | undefined {
    const { value } = this
    if (typeof value === 'string') return value
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
  }

  /** Quoted numbers too: templates quote what they should not, and what cannot be read cannot be examined. */
  get number(): number | undefined {
    const { text } = this
    return text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined
  }

  get(...path: readonly string[]): Located | undefined {
    let at: Located | undefined = this
    for (const key of path) {
      if (at === undefined) return undefined
      at = at.#child(key)
    }
    return at
  }

  #child(key: string): Located | undefined {
    if (!isMap(this.#node)) return undefined
    const pair = pairOf(this.#node, key)
    if (pair !== undefined) return this.#valueOf(pair)
    for (const merged of this.#merged(this.#node)) {
      const found = merged.#child(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  #merged(map: YAMLMap): readonly Located[] {
    const pair = pairOf(map, '<<')
    if (pair === undefined || this.#merges >= MOST_MERGES) return []
    const value = new Located(this.#from, pair.value as Node, undefined, true, this.#merges + 1)
    return value.isList ? value.items : [value]
  }

  #valueOf(pair: Pair): Located {
    const range = (pair.key as Node).range
    return new Located(
      this.#from,
      pair.value as Node | null,
      range ? [range[0], range[1]] : undefined,
      this.#shared,
    )
  }

  /** The same place in other words: what `translate` makes of the node, with keys written as that language does. */
  translated(translate: (node: Node) => Node, written: YamlText['written']): Located {
    const from = { ...this.#from, ...(written && { written }) }
    return new Located(from, this.#node && translate(this.#node), this.#key, this.#shared, this.#merges)
  }

  get items(): readonly Located[] {
    if (!isSeq(this.#node)) return []
    return this.#node.items.map(
      (item) => new Located(this.#from, item as Node, undefined, this.#shared, this.#merges),
    )
  }

  /** Merged keys come last; those of the map itself win. */
  get entries(): readonly (readonly [key: string, value: Located])[] {
    if (!isMap(this.#node)) return []
    const own = this.#node.items
      .filter((pair) => isScalar(pair.key) && keyOf(pair) !== '<<')
      .map((pair) => [keyOf(pair), this.#valueOf(pair)] as const)
    const names = new Set(own.map(([key]) => key))
    const merged = this.#merged(this.#node).flatMap(({ entries }) => entries)
    const first = merged.filter(([key], at) => merged.findIndex(([other]) => other === key) === at)
    return [...own, ...first.filter(([key]) => !names.has(key))]
  }

  /** What puts `text` where this scalar is. */
  replace(text: string): readonly Edit[] | undefined {
    if (this.#shared || !isScalar(this.#node) || this.#node.value === null) return undefined
    const quote = this.raw.startsWith('"') ? '"' : this.raw.startsWith("'") ? "'" : ''
    const isBare = quote === '' && this.#from.written !== undefined
    return [{ at: this.valuePlace, text: isBare ? literal(text) : `${quote}${text}${quote}` }]
  }

  /** What states `key: text` in this map; undefined where that cannot be done with care. */
  set(key: string, text: string): readonly Edit[] | undefined {
    const node = this.#node
    if (this.#shared || !isMap(node)) return undefined
    const pair = pairOf(node, key)
    if (pair !== undefined) return this.#valueOf(pair).replace(text)
    const first = (node.items[0]?.key as Node | undefined)?.range?.[0]
    if (first === undefined) return undefined
    if (this.#from.written !== undefined) {
      // What is a block in YAML is written otherwise there.
      if (text.includes('\n')) return undefined
      return this.#insertBefore(first, this.#from.written(key, text), node.flow === true)
    }
    const quoted = this.#from.text[first] === '"' ? `"${key}"` : key
    // A block has no place between braces.
    if (node.flow && text.includes('\n')) return undefined
    if (node.flow) return [{ at: [first, first], text: `${quoted}: ${text}, ` }]
    const lineStart = this.#from.text.lastIndexOf('\n', first - 1) + 1
    const newLine = this.#from.text.includes('\r\n') ? '\r\n' : '\n'
    const gap = text.startsWith('\n') ? '' : ' '
    const line = `${quoted}:${gap}${text.replaceAll('\n', `${newLine}${' '.repeat(first - lineStart)}`)}`
    const end = endOfLastLine(this.#from.text, node)
    const indent = `${newLine}${' '.repeat(first - lineStart)}`
    if (end === undefined) return [{ at: [first, first], text: `${line}${indent}` }]
    return [{ at: [end, end], text: `${indent}${line}` }]
  }

  /** Before what is there: what ends with a brace of its own has no line behind which another could stand. */
  #insertBefore(first: number, written: string, flow: boolean): readonly Edit[] | undefined {
    const { text } = this.#from
    if (flow) return [{ at: [first, first], text: `${written}, ` }]
    const lineStart = text.lastIndexOf('\n', first - 1) + 1
    // In the middle of a dotted key, or of a header, nothing can be put.
    if (!/(?:^|\{)\s*$/.test(text.slice(lineStart, first))) return undefined
    const indent = ' '.repeat(first - lineStart)
    return [{ at: [first, first], text: `${written}${text.includes('\r\n') ? '\r\n' : '\n'}${indent}` }]
  }
}

/** That of a merge is a symbol, when merges are read as such. */
function keyOf({ key }: Pair): string {
  const value: unknown = isScalar(key) ? key.value : undefined
  return typeof value === 'symbol' ? (value.description ?? '') : String(value)
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && keyOf(pair) === key)
}

/** Where a line may be added behind a block; undefined behind a block scalar, whose end is not that of its line. */
function endOfLastLine(text: string, node: Node | null | undefined): number | undefined {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1)
    return endOfLastLine(text, (last?.value ?? last?.key) as Node | undefined)
  }
  if (isSeq(node) && node.flow !== true) return endOfLastLine(text, node.items.at(-1) as Node | undefined)
  const end = node?.range?.[1]
  if (end === undefined || text[end - 1] === '\n') return undefined
  const lineEnd = text.indexOf('\n', end)
  if (lineEnd === -1) return text.length
  return text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
}

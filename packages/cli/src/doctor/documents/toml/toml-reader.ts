import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Unreadable } from '../source-file.ts'
import { assignment } from '../yaml/assignment.ts'
import { Located } from '../yaml/located.ts'

/** TOML as the nodes that YAML is read into, so that the same code examines them. */
export function readToml(text: string): {
  readonly root?: Located
  readonly unreadable: readonly Unreadable[]
} {
  try {
    // The parser takes the mark of the byte order for a key.
    const { body } = parseTOML(text.replace(/^\uFEFF/, ' '))
    const root = new TomlTree(text.length).with(body[0])
    const from = { text, document: new Document(), written: assignment }
    return { root: new Located(from, root), unreadable: [] }
  } catch (error) {
    return { unreadable: [faultOf(error, text)] }
  }
}

function faultOf(error: unknown, text: string): Unreadable {
  const mend = 'make the TOML of this file valid; nothing in it was examined'
  if (!(error instanceof ParseError)) {
    return { place: [0, 0], what: 'this is nested deeper than can be read', mend }
  }
  const at = Math.min(error.index, text.length)
  return { place: [at, Math.min(at + 1, text.length)], what: `this is no TOML: ${error.message}`, mend }
}

type Range = readonly [number, number]
type Key = AST.TOMLKey['keys'][number]

class TomlTree {
  readonly #root: YAMLMap
  // A map of YAML looks through all of its keys for one.
  readonly #pairs = new Map<YAMLMap, Map<string, Pair>>()

  constructor(length: number) {
    this.#root = ranged(new YAMLMap(), [0, length])
  }

  with({ body }: AST.TOMLTopLevelTable): YAMLMap {
    for (const one of body) {
      if (one.type === 'TOMLKeyValue') this.#state(this.#root, one)
      else for (const stated of one.body) this.#state(this.#table(one), stated)
    }
    return this.#root
  }

  /** `[a.b]`, and `[[a.b]]`, of which each adds one. */
  #table(table: AST.TOMLTable): YAMLMap {
    let at: YAMLMap | YAMLSeq = this.#root
    let keys = 0
    for (const [index, step] of table.resolvedKey.entries()) {
      const makesList = typeof table.resolvedKey[index + 1] === 'number'
      if (typeof step === 'number') at = itemOf(at as YAMLSeq, step, table.range)
      else at = this.#within(at as YAMLMap, step, table.key.keys[keys++], table.range, makesList)
    }
    return at as YAMLMap
  }

  #within(map: YAMLMap, name: string, key: Key | undefined, range: Range, list = false): YAMLMap | YAMLSeq {
    const there = this.#pairsOf(map).get(name)
    if (there !== undefined) return there.value as YAMLMap | YAMLSeq
    const made = ranged(list ? new YAMLSeq() : new YAMLMap(), range)
    this.#add(map, name, key?.range ?? range, made)
    return made
  }

  /** `a.b = 1` states b in a. */
  #state(map: YAMLMap, { key, value, range }: AST.TOMLKeyValue): void {
    const before = key.keys.slice(0, -1)
    const at = before.reduce((outer, one) => this.#within(outer, nameOf(one), one, range) as YAMLMap, map)
    const last = key.keys.at(-1)
    if (last !== undefined) this.#add(at, nameOf(last), last.range, this.#node(value))
  }

  #node(value: AST.TOMLContentNode): Node {
    if (value.type === 'TOMLValue') return ranged(new Scalar(value.value), value.range)
    if (value.type === 'TOMLArray') {
      const list = ranged(new YAMLSeq(), value.range)
      list.flow = true
      for (const element of value.elements) list.items.push(this.#node(element))
      return list
    }
    const map = ranged(new YAMLMap(), value.range)
    map.flow = true
    for (const one of value.body) this.#state(map, one)
    return map
  }

  #add(map: YAMLMap, name: string, range: Range, value: Node): void {
    const pair = new Pair(ranged(new Scalar(name), range), value)
    map.items.push(pair)
    this.#pairsOf(map).set(name, pair)
  }

  #pairsOf(map: YAMLMap): Map<string, Pair> {
    const pairs = this.#pairs.get(map) ?? new Map<string, Pair>()
    this.#pairs.set(map, pairs)
    return pairs
  }
}

function itemOf(list: YAMLSeq, index: number, range: Range): YAMLMap {
  list.items[index] ??= ranged(new YAMLMap(), range)
  return list.items[index] as YAMLMap
}

function nameOf(key: Key): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

function ranged<N extends Node>(node: N, [start, end]: Range): N {
  node.range = [start, end, end]
  return node
}

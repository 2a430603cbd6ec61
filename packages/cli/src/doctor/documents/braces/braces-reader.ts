import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Place } from '../place.ts'
import type { Unreadable } from '../source-file.ts'
import { assignment } from '../yaml/assignment.ts'
import { Located } from '../yaml/located.ts'
import { commentOrBlanks, endOfExpression, endOfString, valueOfString } from './braces-text.ts'

/** `resource "aws_lb" "x" { … }`, `var probe = { … }`: the words before, and what follows. */
export interface Statement {
  readonly words: readonly string[]
  readonly place: Place
  readonly body: Located
}

/** Deeper than anybody writes. */
const MOST_DEPTH = 60

/**
 * HCL and Bicep: blocks, objects, lists and literals as the nodes that YAML is read into, so that the same code examines
 * them; an expression is a value that nobody here can read. Reads on past whatever it does not understand.
 */
export function readBraces(text: string): {
  readonly statements: readonly Statement[]
  readonly unreadable: readonly Unreadable[]
} {
  const reader = new BracesReader(text)
  return { statements: reader.statements(), unreadable: reader.unreadable }
}

class BracesReader {
  readonly unreadable: Unreadable[] = []
  readonly #text: string
  readonly #document = new Document()
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  statements(): readonly Statement[] {
    const statements: Statement[] = []
    while (this.#skip()) {
      const start = this.#at
      const item = this.#item()
      if (item === undefined) continue
      const from = { text: this.#text, document: this.#document, written: assignment }
      const place: Place = [start, item.headEnd]
      statements.push({ words: item.words, place, body: new Located(from, item.value, place) })
    }
    return statements
  }

  /** `words = value`, `words: value` or `words { … }`; undefined for what is none of them, which is passed over. */
  #item(): { words: string[]; key: Scalar; headEnd: number; value: Node } | undefined {
    const start = this.#at
    const words: string[] = []
    let key: Scalar | undefined
    for (;;) {
      const word = this.#word()
      if (word === undefined) break
      words.push(String(word.value))
      key ??= word
      this.#blanks()
    }
    const headEnd = this.#at
    const sign = this.#text[this.#at]
    if (key !== undefined && sign === '{') return { words, key, headEnd, value: this.#map() }
    const assigns = (sign === '=' && !/[=>]/.test(this.#text[this.#at + 1] ?? '')) || sign === ':'
    if (key !== undefined && assigns) {
      this.#at++
      return { words, key, headEnd, value: this.#value() }
    }
    this.#at = Math.max(endOfExpression(this.#text, this.#at), start + 1)
    return undefined
  }

  #word(): Scalar | undefined {
    const sign = this.#text[this.#at]
    if (sign === '"' || sign === "'") return this.#string()
    const found = this.#match(/[A-Za-z_.@$][\w.-]*/y)
    return found === undefined ? undefined : this.#scalar(found, this.#at - found.length)
  }

  #value(): Node {
    this.#blanks()
    const start = this.#at
    const sign = this.#text[start]
    const node =
      sign === '{'
        ? this.#map()
        : sign === '['
          ? this.#list()
          : sign === '"' || sign === "'"
            ? this.#string()
            : this.#literal()
    this.#blanks()
    if (node !== undefined && /^(?:[\n\r,}\])#;]|\/\/|\/\*|$)/.test(this.#text.slice(this.#at, this.#at + 2)))
      return node
    // An expression, of which what was read is a part.
    this.#at = Math.max(endOfExpression(this.#text, start), start)
    const end = start + this.#text.slice(start, this.#at).trimEnd().length
    return ranged(new Scalar(undefined), start, end)
  }

  #literal(): Node | undefined {
    const number = this.#match(/-?\d+(?:\.\d+)?(?![\w.])/y)
    if (number !== undefined) return this.#scalar(Number(number), this.#at - number.length)
    const word = this.#match(/(?:true|false|null)\b/y)
    if (word !== undefined)
      return this.#scalar(word === 'null' ? null : word === 'true', this.#at - word.length)
    // What is encoded is what is meant.
    if (this.#match(/jsonencode\s*\(/y) === undefined) return undefined
    this.#skip()
    const inner = this.#value()
    this.#skip()
    if (this.#text[this.#at] === ')') this.#at++
    return inner
  }

  #string(): Scalar {
    const start = this.#at
    this.#at = endOfString(this.#text, start)
    return this.#scalar(valueOfString(this.#text.slice(start, this.#at)), start)
  }

  #map(): Node {
    const start = this.#at
    const map = new YAMLMap()
    this.#inside('}', start, () => {
      const item = this.#item()
      if (item !== undefined) map.items.push(new Pair(item.key, item.value))
    })
    map.flow = !this.#text.slice(start, this.#at).includes('\n')
    return ranged(map, start, this.#at)
  }

  #list(): Node {
    const start = this.#at
    const list = new YAMLSeq()
    this.#inside(']', start, () => {
      const before = this.#at
      list.items.push(this.#value())
      if (this.#at === before) this.#at++
    })
    list.flow = !this.#text.slice(start, this.#at).includes('\n')
    return ranged(list, start, this.#at)
  }

  /** Up to the sign that closes what was opened at `start`. */
  #inside(closing: '}' | ']', start: number, read: () => void): void {
    if (this.#depth >= MOST_DEPTH) {
      this.#at = endOfExpression(this.#text, start)
      return
    }
    this.#at++
    this.#depth++
    for (;;) {
      if (!this.#skip()) {
        const open = closing === '}' ? '{' : '['
        this.unreadable.push({
          place: [start, start + 1],
          what: `a ${open} that is never closed`,
          mend: `close it with ${closing}`,
        })
        break
      }
      if (this.#text[this.#at] === closing) {
        this.#at++
        break
      }
      read()
    }
    this.#depth--
  }

  #scalar(value: unknown, start: number): Scalar {
    return ranged(new Scalar(value), start, this.#at)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  /** Over blanks of the line. */
  #blanks(): void {
    this.#match(/[ \t\uFEFF]*/y)
  }

  /** Over blanks, lines, comments and what separates; whether something follows. */
  #skip(): boolean {
    this.#at = commentOrBlanks(this.#text, this.#at)
    return this.#at < this.#text.length
  }
}

function ranged<N extends Node>(node: N, start: number, end: number): N {
  node.range = [start, end, end]
  return node
}

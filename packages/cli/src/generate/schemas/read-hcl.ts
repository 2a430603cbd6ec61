/** A block of HCL as it was read; nested blocks and attributes are in `body` under their names. */
export interface HclBlock {
  readonly type: string
  readonly labels: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Reads the part of HCL that is generated here: blocks, attributes, literals, and expressions, which become `{ $: text }`,
 * calls `{ name: argument }`. Not a parser for the world: it exists so that what is written is read by something else
 * than what writes it.
 *
 * @throws SyntaxError with the text that was not understood.
 */
export function readHcl(text: string): readonly HclBlock[] {
  const blocks: HclBlock[] = []
  const reader = new Reader(text)
  while (!reader.ended) blocks.push(reader.block())
  return blocks
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#skip()
  }

  get ended(): boolean {
    return this.#at >= this.#text.length
  }

  block(): HclBlock {
    const type = this.#word()
    const labels: string[] = []
    while (this.#peek('"')) labels.push(this.#string())
    return { type, labels, body: this.#body() }
  }

  #body(): Record<string, unknown> {
    const body: Record<string, unknown> = {}
    this.#expect('{')
    while (!this.#take('}')) {
      const name = this.#peek('"') ? this.#string() : this.#word()
      if (name in body) throw new SyntaxError(`${name} is there twice`)
      body[name] = this.#take('=') ? this.#value() : this.#body()
      // Between the items of an object, as in lists.
      this.#take(',')
    }
    return body
  }

  #value(): unknown {
    if (this.#peek('"')) return this.#string()
    if (this.#peek('{')) return this.#body()
    if (this.#take('[')) {
      const items: unknown[] = []
      while (!this.#take(']')) {
        items.push(this.#value())
        if (!this.#take(',') && !this.#peek(']')) throw this.#problem('a comma')
      }
      return items
    }
    const number = this.#match(/-?\d+(?:\.\d+)?\b/y)
    if (number !== undefined) return Number(number)
    const word = this.#match(/[A-Za-z_][\w.-]*/y)
    if (word === undefined) throw this.#problem('a value')
    if (word === 'true' || word === 'false') return word === 'true'
    if (!this.#peek('(')) return { $: word }
    this.#expect('(')
    // A type is a call too: `list(string)`.
    const argument = this.#value()
    this.#expect(')')
    return { [word]: argument }
  }

  #string(): string {
    const quoted = this.#match(/"(?:[^"\\\n]|\\.)*"/y)
    if (quoted === undefined) throw this.#problem('a string')
    const text: string = JSON.parse(quoted)
    if (/(?<![$%])[$%]\{/.test(text)) throw new SyntaxError(`a template: ${text}`)
    return text.replace(/([$%])\1\{/g, '$1{')
  }

  #word(): string {
    const word = this.#match(/[A-Za-z_][\w-]*/y)
    if (word === undefined) throw this.#problem('a name')
    return word
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    this.#skip()
    return found
  }

  #peek(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at)
  }

  #take(sign: string): boolean {
    if (!this.#peek(sign)) return false
    this.#at += sign.length
    this.#skip()
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#problem(sign)
  }

  /** Over white space and comments. */
  #skip(): void {
    const space = /(?:\s+|#[^\n]*|\/\/[^\n]*)*/y
    space.lastIndex = this.#at
    this.#at += space.exec(this.#text)?.[0].length ?? 0
  }

  #problem(wanted: string): SyntaxError {
    return new SyntaxError(`expected ${wanted} at: ${this.#text.slice(this.#at, this.#at + 40)}`)
  }
}

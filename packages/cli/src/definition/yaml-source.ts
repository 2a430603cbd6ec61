import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { type AliasTargets, aliasTargets } from './alias-targets.ts'
import type { DefinitionProblem, LoadOptions } from './definition.ts'
import { type Path, pathText } from './path.ts'
import { Places } from './places.ts'
import { substitute } from './references.ts'
import { type ParserError, syntaxProblems } from './syntax-problem.ts'

/** What a file says, before anybody has looked whether it makes sense. */
export interface Source {
  /** Plain values; maps have no prototype. */
  readonly value: unknown
  readonly places: Places
  /** The paths of texts of which something came from the environment; what they are to be, the schema says. */
  readonly substituted: ReadonlySet<string>
  /** The variables that were left as they are, by the path of the text. */
  readonly left: ReadonlyMap<string, string>
  /** The variables that are empty, and leave nothing of the text, by its path. */
  readonly empty: ReadonlyMap<string, string>
  readonly problems: readonly DefinitionProblem[]
}

const mostValues = 20_000
const deepest = 50
const nothingNamed = 'an alias of nothing that was named before'
const tooMuch = 'more values, or deeper ones, than any definition needs'

/** Reads YAML; what is not readable is told of, with its place, and never what stands there. */
export function readYaml(text: string, { env, unresolved }: LoadOptions): Source {
  const lines = new LineCounter()
  const places = new Places((offset) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  })
  const nothing = { substituted: new Set<string>(), left: new Map(), empty: new Map() }
  const none = { value: undefined, places, ...nothing }
  const parsed = parse(text, lines)
  // As deep as that the parser has no stack for.
  if (parsed === undefined) return { ...none, problems: [{ line: 1, column: 1, path: '', text: tooMuch }] }
  const { document, targets } = parsed
  const errors: ParserError[] = [...document.errors, ...document.warnings]
  const directive = text.indexOf('%YAML')
  if (document.directives.yaml.version === '1.1')
    errors.unshift({ code: 'YAML_1_1', message: '', pos: [directive, directive] })
  const syntax = syntaxProblems(errors, text, document).map(({ at, ...words }) => ({
    ...places.at(at),
    path: '',
    ...words,
  }))
  // What follows a mistake of syntax has been read in another way than it was meant.
  if (syntax.length > 0) return { ...none, problems: syntax }
  const reader = new Reader(targets, text, places, env, unresolved ?? 'problem')
  const value = reader.value(document.contents, [])
  return {
    value: reader.tooMuch ? undefined : value,
    places,
    substituted: reader.substituted,
    left: reader.left,
    empty: reader.empty,
    problems: reader.problems,
  }
}

function parse(text: string, lineCounter: LineCounter) {
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false })
    return { document, targets: aliasTargets(document) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

class Reader {
  readonly problems: DefinitionProblem[] = []
  readonly substituted = new Set<string>()
  readonly left = new Map<string, string>()
  readonly empty = new Map<string, string>()
  readonly #targets: AliasTargets
  readonly #text: string
  readonly #places: Places
  readonly #env: LoadOptions['env']
  readonly #unresolved: 'problem' | 'leave'
  #values = 0
  tooMuch = false

  constructor(
    targets: AliasTargets,
    text: string,
    places: Places,
    env: LoadOptions['env'],
    unresolved: 'problem' | 'leave',
  ) {
    this.#targets = targets
    this.#text = text
    this.#places = places
    this.#env = env
    this.#unresolved = unresolved
  }

  value(node: unknown, path: Path, key?: number): unknown {
    const at = offsetOf(node) ?? key ?? 0
    if (!this.#places.has(path)) this.#places.add(path, key, at)
    if (!this.#isBounded(at, path)) return undefined
    if (isAlias(node)) {
      const meant = this.#targets.get(node)
      if (meant === undefined) this.#problem(at, path, nothingNamed)
      return this.value(meant, path, key)
    }
    if (isMap(node)) return this.#map(node, path)
    if (isSeq(node)) return node.items.map((item, index) => this.value(item, [...path, index], undefined))
    if (!isScalar(node)) return null
    return typeof node.value === 'string' ? this.#string(node.value, node, path) : node.value
  }

  /** Aliases of aliases: a file of a few lines could hold more values than there is memory. */
  #isBounded(at: number, path: Path): boolean {
    if (!this.tooMuch && ++this.#values <= mostValues && path.length <= deepest) return true
    if (!this.tooMuch) this.#problem(at, path, tooMuch)
    this.tooMuch = true
    return false
  }

  #map(node: YAMLMap, path: Path, merging: ReadonlySet<unknown> = new Set()): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null)
    const given = new Map<string, number>()
    const merged: unknown[] = []
    for (const { key, value } of node.items) {
      const at = offsetOf(key) ?? offsetOf(node) ?? 0
      const name = isScalar(key) ? String(key.value ?? '') : undefined
      if (name === undefined) {
        this.#problem(at, path, 'a key must be a word')
        continue
      }
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        merged.push(value)
        continue
      }
      if (name.includes('${')) {
        const hint = 'write the name itself; references are replaced in values alone'
        this.#problem(at, [...path, name], 'a reference for a name', hint)
        continue
      }
      const first = given.get(name)
      if (first !== undefined) {
        const { line } = this.#places.at(first)
        this.#problem(at, [...path, name], `given twice; the first is on line ${line}`, 'keep one of them')
        continue
      }
      given.set(name, at)
      map[name] = this.value(value, [...path, name], at)
    }
    for (const source of merged) this.#merge(map, source, path, merging)
    return map
  }

  /** `<<: *defaults`: what is given beside it stands. */
  #merge(map: Record<string, unknown>, source: unknown, path: Path, merging: ReadonlySet<unknown>): void {
    if (!this.#isBounded(offsetOf(source) ?? 0, path)) return
    const node = isAlias(source) ? this.#targets.get(source) : source
    if (node === undefined) {
      this.#problem(offsetOf(source) ?? 0, path, nothingNamed)
      return
    }
    if (isSeq(node)) {
      for (const each of node.items) this.#merge(map, each, path, merging)
      return
    }
    if (!isMap(node) || merging.has(node)) {
      this.#problem(offsetOf(source) ?? 0, path, '<< merges a map, or a list of maps')
      return
    }
    const others = this.#map(node, path, new Set([...merging, node]))
    for (const [name, value] of Object.entries(others)) if (!(name in map)) map[name] = value
  }

  #string(value: string, node: Node, path: Path): string {
    const { text, changed, left, empty, problems } = substitute(value, this.#env, this.#unresolved)
    if (empty !== undefined && text === '') this.empty.set(pathText(path), empty)
    if (left !== undefined) this.left.set(pathText(path), left)
    if (changed) this.substituted.add(pathText(path))
    for (const { text: what, hint, at } of problems)
      this.#problem(this.#offsetIn(node, value, at), path, what, hint)
    return text
  }

  /** Where in the file a reference is, of which its place in the text is known. */
  #offsetIn(node: Node, value: string, at: number): number {
    const [start = 0, end = start] = node.range ?? []
    const before = value.slice(0, at).split('${').length - 1
    let offset = this.#text.indexOf('${', start)
    for (let skipped = 0; skipped < before && offset >= 0; skipped++)
      offset = this.#text.indexOf('${', offset + 2)
    return offset >= 0 && offset < end ? offset : start
  }

  #problem(offset: number, path: Path, text: string, hint?: string): void {
    const problem = { ...this.#places.at(offset), path: pathText(path), text }
    this.problems.push(hint === undefined ? problem : { ...problem, hint })
  }
}

function offsetOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0]
}

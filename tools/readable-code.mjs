// @ts-check
import { SourceMap } from 'node:module'
import { parseAst } from 'rolldown/parseAst'

/** @typedef {{ type: string, start: number, end: number, body?: unknown, consequent?: unknown, key?: Node }} Node */
/** @typedef {{ start: number, end: number, text: string }} Edit */

/**
 * Makes minified code fit for stack traces, at a twentieth of what minifying saves.
 *
 * Each statement and class member begins a line: else a trace says line 1 wherever the error was, and Node prints that
 * line, all of the module, when an error is not caught. Private methods have their names back, which the minifier
 * cannot be told to keep.
 *
 * @param {string} code minified
 * @param {import('rolldown').SourceMap | null} map null when the code has nothing of a source
 */
export function readableCode(code, map) {
  /** @type {Edit[]} */
  const edits = []
  /** @type {Node[]} */
  const privates = []
  /** @type {Set<Node | undefined>} */
  const methodKeys = new Set()
  walk(parseAst(code), (node) => {
    for (const list of [node.body, node.consequent]) {
      if (!Array.isArray(list)) continue
      for (const { start } of list) if (start > 0) edits.push({ start, end: start, text: '\n' })
    }
    if (node.type === 'PrivateIdentifier') privates.push(node)
    if (node.type === 'MethodDefinition') methodKeys.add(node.key)
  })
  if (map) {
    const originalName = nameReader(code, map)
    const names = new Map(privates.map((node) => [node, originalName(node.start)]))
    const ofMethods = new Set(privates.filter((node) => methodKeys.has(node)).map((node) => names.get(node)))
    for (const [{ start, end }, text] of names) {
      // Chosen by name, so that a method and its calls change together.
      if (text !== undefined && ofMethods.has(text)) edits.push({ start, end, text })
    }
  }
  return edited(code, edits)
}

/**
 * @param {unknown} tree
 * @param {(node: Node) => void} visit
 */
function walk(tree, visit) {
  if (typeof tree !== 'object' || tree === null) return
  if ('type' in tree) visit(/** @type {Node} */ (tree))
  for (const child of Object.values(tree)) walk(child, visit)
}

/**
 * @param {string} code
 * @param {import('rolldown').SourceMap} map
 * @returns {(offset: number) => string | undefined} the private name that stands at an offset's origin
 */
function nameReader(code, map) {
  const sourceMap = new SourceMap({ ...map, sourceRoot: '' })
  const sources = new Map(
    map.sources.map((name, index) => [name, map.sourcesContent[index]?.split('\n') ?? []]),
  )
  const lineStarts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return (offset) => {
    const line = lineStarts.findLastIndex((start) => start <= offset)
    const entry = sourceMap.findEntry(line, offset - (lineStarts[line] ?? 0))
    if (!('originalSource' in entry)) return undefined
    const origin = sources.get(entry.originalSource)?.[entry.originalLine]?.slice(entry.originalColumn)
    // What declares a member is mapped to its modifiers.
    return /^(?:[a-z]+ )*\*?(#\w+)/.exec(origin ?? '')?.[1]
  }
}

/**
 * @param {string} code
 * @param {readonly Edit[]} edits
 */
function edited(code, edits) {
  let result = ''
  let done = 0
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += code.slice(done, start) + text
    done = end
  }
  return result + code.slice(done)
}

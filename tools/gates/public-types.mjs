// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { projectRoot } from '../project.mjs'
import { verdict } from './verdict.mjs'

/** @typedef {typeof import('typescript')} TypeScript */
/** @typedef {import('typescript').Node} Node */
/** @typedef {import('typescript').Symbol} Symbol */

/**
 * Whatever type of the library a public signature names can be imported by that name: who passes an options object on
 * has to write down its type. Seen are the declarations that were built.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function publicTypes(root = projectRoot) {
  const library = join(root, 'packages', 'hale')
  const manifest = join(library, 'package.json')
  if (!existsSync(manifest)) return verdict(0, 'public names', [])
  const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  const entries = Object.entries(exports).flatMap(([subPath, { types }]) =>
    types === undefined ? [] : [{ subPath, file: join(library, types) }],
  )
  const { default: ts } = await import('typescript')
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [], noEmit: true },
  )
  const checker = program.getTypeChecker()
  /** @type {Map<Symbol, string>} */
  const named = new Map()
  for (const { subPath, file } of entries) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      const own = resolved(ts, checker, symbol)
      if (!named.has(own)) named.set(own, `${subPath}: ${symbol.name}`)
    }
  }
  const dist = `${library.replaceAll(sep, '/')}/dist/`
  const ours = (/** @type {Symbol} */ { declarations = [] }) =>
    declarations.some(
      (declaration) =>
        declaration.getSourceFile().fileName.startsWith(dist) && !ts.isTypeParameterDeclaration(declaration),
    )
  /** @type {Map<Symbol, string>} */
  const missing = new Map()
  // Grows as it is gone through, by what is missing and what others extend.
  const seen = new Map(named)
  for (const [symbol, by] of seen) {
    for (const { name, extended } of namesIn(ts, checker, symbol)) {
      if (!ours(name)) continue
      // Its members are those of the one that extends it, and nobody has to say its name.
      if (!extended && !named.has(name) && !missing.has(name)) missing.set(name, by)
      if (!seen.has(name)) seen.set(name, by)
    }
  }
  return verdict(
    named.size,
    'public names',
    [...missing].map(([symbol, by]) => `${by} names ${symbol.name}, which no sub-path exports`).sort(),
  )
}

/**
 * @param {TypeScript} ts
 * @param {import('typescript').TypeChecker} checker
 * @param {Symbol} symbol
 */
function resolved(ts, checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/**
 * The types that the declarations of a name refer to; private members have none there.
 *
 * @param {TypeScript} ts
 * @param {import('typescript').TypeChecker} checker
 * @param {Symbol} symbol
 */
function namesIn(ts, checker, { declarations = [] }) {
  /** @type {{ name: Symbol, extended: boolean }[]} */
  const found = []
  /** @param {Node} node */
  const visit = (node) => {
    const extended = ts.isExpressionWithTypeArguments(node)
    const expression = ts.isTypeReferenceNode(node) ? node.typeName : extended ? node.expression : undefined
    const name = expression && checker.getSymbolAtLocation(expression)
    if (name) found.push({ name: resolved(ts, checker, name), extended })
    ts.forEachChild(node, visit)
  }
  declarations.forEach(visit)
  return found
}

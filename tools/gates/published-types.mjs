// @ts-check
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inProject } from '../project.mjs'

/** @typedef {typeof import('typescript')} TypeScript */
/** @typedef {import('typescript').Symbol} Symbol */
/** @typedef {{ name: string, exports?: Record<string, { types?: string }> }} Manifest */

/**
 * Tests see the declarations that tsc made, users those that were bundled for the package: so these must compile, and
 * hold every export of those with its members and documentation.
 *
 * @param {string} workplace where the package is installed
 * @param {string} directory the package as it was built
 * @param {Manifest} manifest
 * @returns {Promise<string[]>} problems
 */
export async function publishedTypes(workplace, directory, manifest) {
  const { default: ts } = await import('typescript')
  const installed = join(workplace, 'node_modules', manifest.name)
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([subPath, { types }]) =>
    types === undefined
      ? []
      : [{ subPath, built: join(directory, types), published: join(installed, types) }],
  )
  const user = join(workplace, 'user.ts')
  const specifiers = entries.map(({ subPath }) => manifest.name + subPath.slice(1))
  writeFileSync(user, specifiers.map((from, index) => `export * as e${index} from '${from}'\n`).join(''))
  const program = ts.createProgram([user, ...entries.map(({ built }) => built)], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [inProject('node_modules', '@types')],
    strict: true,
    noEmit: true,
  })
  const checker = program.getTypeChecker()
  const problems = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === user || fileName.startsWith(installed))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  for (const { subPath, built, published } of entries) {
    if (!existsSync(published)) {
      problems.push(`${subPath}: its declarations are not in the package`)
      continue
    }
    const expected = describedExports(ts, checker, program.getSourceFile(built))
    const found = describedExports(ts, checker, program.getSourceFile(published))
    for (const name of new Set([...expected.keys(), ...found.keys()])) {
      if (expected.get(name) !== found.get(name))
        problems.push(`${subPath}: the published declaration of ${name} is not the one that was built`)
    }
  }
  return problems
}

/**
 * What editors show of a module: each export with its type, its members and what is written about them.
 *
 * @param {TypeScript} ts
 * @param {import('typescript').TypeChecker} checker
 * @param {import('typescript').SourceFile | undefined} file
 * @returns {Map<string, string>}
 */
function describedExports(ts, checker, file) {
  const module = file && checker.getSymbolAtLocation(file)
  if (!module) return new Map()
  const about = (/** @type {Symbol} */ symbol) =>
    [
      // Not its name: that of a member named by a symbol has the compiler's running number in it.
      checker.symbolToString(symbol),
      ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      ...symbol.getJsDocTags(checker).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`),
    ].join('\n')
  const typeText = (/** @type {import('typescript').Type} */ type) =>
    withSortedUnions(checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation))
  return new Map(
    checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const { Type, Value } = ts.SymbolFlags
      const types = [
        ...(symbol.flags & Type ? [checker.getDeclaredTypeOfSymbol(symbol)] : []),
        ...(symbol.flags & Value ? [checker.getTypeOfSymbol(symbol)] : []),
      ]
      const described = types.flatMap((type) => [
        typeText(type),
        ...checker
          .getPropertiesOfType(type)
          .map((member) => `${about(member)}\n${typeText(checker.getTypeOfSymbol(member))}`),
      ])
      return [exported.name, [about(symbol), ...described].join('\n')]
    }),
  )
}

/**
 * The order of a union's members is that in which the compiler came upon them; also of one in parentheses.
 *
 * @param {string} text
 */
function withSortedUnions(text) {
  const sorted = (/** @type {string} */ parameters) =>
    parameters
      .split(', ')
      .map((parameter) => {
        const [, name = '', union = ''] = /^(\w+\??: )?(.*)$/s.exec(parameter) ?? []
        return name + union.split(' | ').sort().join(' | ')
      })
      .join(', ')
  let [before, after] = ['', text]
  while (before !== after) {
    before = after
    after = before.replace(/\(([^()]*)\)/g, (_, within) => `«${sorted(within)}»`)
  }
  return sorted(after)
}

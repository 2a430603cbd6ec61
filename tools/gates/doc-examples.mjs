// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inProject, projectRoot } from '../project.mjs'
import { docBlocks } from './doc-blocks.mjs'
import { publicApi } from './public-api.mjs'
import { verdict } from './verdict.mjs'

/** @typedef {typeof import('typescript')} TypeScript */
/** @typedef {import('./doc-blocks.mjs').DocBlock} DocBlock */

/** Where blocks pretend to lie: not on disk, but where imports find what the project has installed. */
const PRETENDED = '.doc-examples'

/**
 * Type-checks every example of doc comments and pages against the built package.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function docExamples(root = projectRoot) {
  const { blocks, problems } = docBlocks(root)
  if (blocks.length === 0) return verdict(0, 'examples', problems)
  const { default: ts } = await import('typescript')
  const check = checker(ts, root)
  const prelude = readFileSync(inProject('tools', 'gates', 'doc-prelude.d.ts'), 'utf8')
  // A page is copied by its readers: what imports anything looks whole, and must have all that it uses; what imports
  // nothing shows a part. A doc comment stands beside its function and stays short: there, what the package exports
  // is known.
  const onPages = blocks.filter(({ inComment }) => !inComment)
  const whole = check(
    onPages.filter(({ code }) => looksWhole(code)),
    {},
  )
  const parts = check(
    onPages.filter(({ code }) => !looksWhole(code)),
    { prelude },
  )
  const comments = check(
    blocks.filter(({ inComment }) => inComment),
    { prelude, api: publicApi(root, prelude) },
  )
  return verdict(blocks.length, 'examples', [...problems, ...comments, ...whole, ...parts])
}

/** @param {string} code */
function looksWhole(code) {
  return /^import\b/m.test(code)
}

/**
 * @param {TypeScript} ts
 * @param {string} root
 * @returns {(blocks: readonly DocBlock[], globals: Record<string, string>) => string[]} finds problems in blocks
 */
function checker(ts, root) {
  const { config, error } = ts.readConfigFile(inProject('tsconfig.base.json'), ts.sys.readFile)
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  Object.assign(options, { noEmit: true, composite: false, declaration: false, noUnusedLocals: false })
  Object.assign(options, {
    noUnusedParameters: false,
    noImplicitReturns: false,
    incremental: false,
    rewriteRelativeImportExtensions: false,
    // As Nest's applications have them.
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  })
  const host = ts.createCompilerHost(options)
  /** @type {Map<string, import('typescript').SourceFile | undefined>} */
  const parsed = new Map()
  const { getSourceFile, fileExists, readFile } = host

  return (blocks, globals) => {
    /** @type {Map<string, string>} */
    const pretended = new Map()
    for (const [name, text] of Object.entries(globals))
      pretended.set(join(root, PRETENDED, `${name}.d.ts`), text)
    const files = blocks.map(({ code }, index) => {
      const file = join(root, PRETENDED, `${index}.ts`)
      pretended.set(file, `${code}\nexport {}\n`)
      return file
    })
    host.fileExists = (file) => pretended.has(file) || fileExists.call(host, file)
    host.readFile = (file) => pretended.get(file) ?? readFile.call(host, file)
    host.getSourceFile = (file, ...rest) => {
      const text = pretended.get(file)
      // Modules are told from scripts by the nearest package.json, which lies above the pretended files.
      if (text !== undefined)
        return ts.createSourceFile(file, text, {
          languageVersion: ts.ScriptTarget.ES2023,
          impliedNodeFormat: ts.ModuleKind.ESNext,
        })
      if (!parsed.has(file)) parsed.set(file, getSourceFile.call(host, file, ...rest))
      return parsed.get(file)
    }
    const program = ts.createProgram([...pretended.keys()], options, host)
    return files.flatMap((file, index) => {
      const source = program.getSourceFile(file)
      const block = blocks[index]
      if (!source || !block) return []
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      return found.map((diagnostic) => {
        const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0)
        return `${block.file}:${block.line + line} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`
      })
    })
  }
}

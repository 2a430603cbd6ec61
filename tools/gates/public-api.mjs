// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Declares the values of every public sub-path as globals, for examples that stand beside what they show. Of two
 * sub-paths with one name the first keeps it; a name of the prelude stays the prelude's.
 *
 * @param {string} root
 * @param {string} prelude
 * @returns {string} the text of a declaration file
 */
export function publicApi(root, prelude) {
  const directory = join(root, 'node_modules', 'hale')
  const { exports = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const taken = new Set([...prelude.matchAll(/^ {2}const (\w+):/gm)].map(([, name]) => name))
  const lines = []
  for (const [subPath, target] of Object.entries(exports)) {
    const types = typeof target === 'object' ? join(directory, target.types) : ''
    if (!types || !existsSync(types)) continue
    const specifier = `hale${subPath.slice(1)}`
    for (const name of valueNames(readFileSync(types, 'utf8'))) {
      if (taken.has(name)) continue
      taken.add(name)
      lines.push(`  const ${name}: typeof import('${specifier}').${name}`)
    }
  }
  return `export {}\ndeclare global {\n${lines.join('\n')}\n}\n`
}

/**
 * The names of values that a declaration file exports, whether it declares them or passes them on.
 *
 * @param {string} declarations
 * @returns {string[]}
 */
function valueNames(declarations) {
  const declared = [...declarations.matchAll(/^export declare (?:const|function|class) (\w+)/gm)]
  const lists = [...declarations.matchAll(/^export \{([^}]*)\}/gm)]
  const passedOn = lists
    .flatMap(([, list = '']) => list.split(','))
    .filter((item) => !/^\s*type\s/.test(item))
    .map((item) => item.trim().match(/(\w+)$/)?.[1] ?? '')
  return [...declared.map(([, name = '']) => name), ...passedOn].filter((name) => name !== '')
}

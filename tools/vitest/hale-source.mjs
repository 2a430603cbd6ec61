// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Maps every public sub-path of a package to its source file, read from the package's own `exports`: tests then
 * need no build, coverage counts sources, and a sub-path that is exported but has no source cannot be imported.
 *
 * @param {string} directory the package's directory
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function sourceAliases(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const aliases = []
  for (const [subPath, target] of Object.entries(manifest.exports ?? {})) {
    const built = typeof target === 'string' ? target : target.default
    if (!built.startsWith('./dist/')) continue
    const source = join(directory, 'src', built.slice('./dist/'.length).replace(/\.js$/, '.ts'))
    if (!existsSync(source)) continue
    const specifier = manifest.name + subPath.slice(1)
    aliases.push({
      find: new RegExp(`^${specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
      replacement: source,
    })
  }
  return aliases
}

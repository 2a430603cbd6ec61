// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * What @hale/cli holds the code of, and which file of each: these are eighty files, of which each costs the starts that
 * need it a millisecond. Of yaml the ES modules, which have no other name: a tenth of a start less than its CommonJS.
 * The manifest asked for exact versions in any case, so nobody is kept from a newer one by this.
 */
export const insideOfCli = {
  commander: 'esm.mjs',
  yaml: 'browser/index.js',
  'toml-eslint-parser': 'lib/index.mjs',
  'eslint-visitor-keys': 'lib/index.js',
}

/** In `dist`: what the licences of bundled packages ask to stand in every copy. */
export const noticesFile = 'THIRD-PARTY-NOTICES.txt'

/**
 * @param {string} directory of the package that they are bundled into
 * @param {Readonly<Record<string, string>>} inside files by the names of packages
 * @returns {readonly { readonly name: string, readonly version: string, readonly file: string }[]} of those installed
 */
export function installedOf(directory, inside) {
  const { resolve } = createRequire(join(directory, 'package.json'))
  return Object.entries(inside).map(([name, file]) => {
    const folder = folderOf(resolve(name))
    return { name, version: manifestIn(folder).version, file: join(folder, file) }
  })
}

/**
 * The notices of all other packages that modules are of.
 *
 * @param {string} directory of the package that they are bundled into
 * @param {readonly string[]} moduleIds paths of what was bundled
 */
export function noticesOf(directory, moduleIds) {
  const others = moduleIds.filter((id) => !id.startsWith(join(directory, 'src')))
  const folders = new Set(others.map(folderOf).filter((folder) => folder !== ''))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = manifestIn(folder)
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no licence to show: it must not be bundled`)
    return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return ['This package holds code of the following.\n', ...texts].join(`\n${'-'.repeat(72)}\n\n`)
}

/**
 * The folder of the innermost package that a path is in; few let their package.json be asked for by name.
 *
 * @param {string} path
 */
function folderOf(path) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(path)?.[0] ?? ''
}

/** @param {string} folder */
function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

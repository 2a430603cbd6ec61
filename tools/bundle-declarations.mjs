// @ts-check
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Replaces the declarations in a package's `dist`, one for each source file, by one for each public entry and chunks
 * for what they share: of the single ones most describe internals that nobody can import. For a package that is
 * about to be packed only: tsc and editors work with the single ones.
 *
 * @param {string} directory the package's directory, or a copy of it
 */
export async function bundleDeclarations(directory) {
  const dist = join(directory, 'dist')
  const entries = declaredEntries(directory)
  const [{ rollup }, { dts }] = await Promise.all([import('rollup'), import('rollup-plugin-dts')])
  const build = await rollup({
    input: entries,
    external: /^(node:|@nestjs\/)/,
    plugins: [dts({ compilerOptions: COMPILER_OPTIONS })],
    onwarn({ message }) {
      // An import that does not resolve would become `any` for users without anybody noticing.
      throw new Error(`declarations: ${message}`)
    },
  })
  try {
    // Rollup has read them all by now.
    for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.d.ts')) rmSync(join(dist, file))
    }
    await build.write({
      dir: dist,
      format: 'esm',
      entryFileNames: '[name].d.ts',
      // Rollup takes `check.d` for the name of check.d.ts.
      chunkFileNames: 'chunks/[name].ts',
    })
  } finally {
    await build.close()
  }
}

/** How the declarations name each other: `./check.ts` for what lies in check.d.ts. */
const COMPILER_OPTIONS = {
  module: 199,
  moduleResolution: 99,
  target: 10,
  allowImportingTsExtensions: true,
  types: [],
}

/**
 * The declarations that `exports` names, as name in `dist` and path.
 *
 * @param {string} directory
 * @returns {Record<string, string>}
 */
function declaredEntries(directory) {
  const { exports = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  /** @type {Record<string, string>} */
  const entries = {}
  for (const [subPath, target] of Object.entries(exports)) {
    const name = /^\.\/dist\/(.+)\.d\.ts$/.exec(target.types ?? '')?.[1]
    if (name === undefined) continue
    entries[name] = join(directory, target.types)
    if (!existsSync(entries[name])) throw new Error(`${subPath}: ${target.types} is not built`)
  }
  if (Object.keys(entries).length === 0) throw new Error(`${directory} declares nothing of dist`)
  return entries
}

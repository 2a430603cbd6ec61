// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readableCode } from './readable-code.mjs'

/**
 * The programs of a package as CommonJS, beside the modules of the same name: `dist/probe/main.cjs`. Node starts it
 * without its loader of modules, which saves a health check of a container a tenth of a start of Node on Node.js 22.
 * Only what depends on nothing can be bundled so, since what it imports by name may be a module.
 *
 * @param {string} directory the package's directory
 * @returns {Promise<[file: string, code: string][]>} files in `dist`
 */
export async function commonJsPrograms(directory) {
  const { bin = {}, dependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  /** @type {Record<string, string>} */
  const entries = {}
  for (const target of Object.values(bin)) {
    const built = /^\.\/dist\/(.+)\.js$/.exec(target)?.[1]
    if (built !== undefined) entries[built] = join(directory, 'src', `${built}.ts`)
  }
  if (Object.keys(entries).length === 0 || Object.keys(dependencies).length > 0) return []
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input: entries,
    platform: 'node',
    transform: { target: 'node20.19' },
  })
  const { output } = await build.generate({
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    comments: { jsdoc: false },
    sourcemap: 'hidden',
    minify: true,
  })
  await build.close()
  return output
    .filter((file) => file.type === 'chunk')
    .map(({ fileName, code, map }) => [fileName, readableCode(code, map)])
}

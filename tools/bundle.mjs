// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedOf, noticesFile, noticesOf } from './bundled-packages.mjs'
import { libraryGroups } from './chunk-groups.mjs'

/** @typedef {import('./chunk-groups.mjs').ChunkGroup} ChunkGroup */
/** @typedef {{ readonly fingerprint: string, readonly files: readonly string[] }} Stamp */

/** What the bundle depends on beside the sources. */
const TOOLS = ['bundle', 'bundled-packages', 'chunk-groups', 'common-js', 'readable-code'].map(
  (name) => `./${name}.mjs`,
)

/**
 * Bundles a package's public entries into a few modules, where sources or options have changed. Node takes about a
 * millisecond to load a module, whatever is in it: forty small ones would make every start of every service forty
 * milliseconds longer.
 *
 * @param {string} directory the package's directory
 * @param {object} [options]
 * @param {Readonly<Record<string, string>>} [options.inside] packages whose code becomes part of it, with their
 *   notices beside it, and which file of each
 * @param {readonly ChunkGroup[]} [options.groups] what shares a module
 */
export async function bundle(directory, { inside = {}, groups = libraryGroups } = {}) {
  const others = installedOf(directory, inside)
  const entries = publicEntries(directory)
  const fingerprint = fingerprintOf(directory, entries, others)
  const dist = join(directory, 'dist')
  const stampFile = join(dist, '.bundle.json')
  const last = readStamp(stampFile)
  if (last.fingerprint === fingerprint && last.files.every((file) => existsSync(join(dist, file)))) return
  // Only when there is something to do: a build without changes should not wait for a bundler to load.
  const [{ rolldown }, { readableCode }, { commonJsPrograms }] = await Promise.all([
    import('rolldown'),
    import('./readable-code.mjs'),
    import('./common-js.mjs'),
  ])
  const build = await rolldown({
    input: entries,
    // CommonJS inside asks for Node's modules in a way that only Node answers.
    platform: others.length > 0 ? 'node' : 'neutral',
    resolve: { alias: Object.fromEntries(others.map(({ name, file }) => [name, file])) },
    // By name, not by path: other packages, which the boundaries allow to few; but for the compiler's own helpers.
    // The zero begins those that the bundler makes up.
    external: (id) => /^(?![./\0]|[A-Za-z]:|@oxc-project)/.test(id) && !(id in inside),
    transform: { target: 'node20.19' },
  })
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    comments: { jsdoc: false },
    // Read below, neither written nor named in the code.
    sourcemap: 'hidden',
    minify: {
      // Stack traces are read by their names, and checks may be told by those of functions.
      compress: { keepNames: { function: true, class: true } },
      mangle: { keepNames: { function: true, class: true } },
      codegen: { removeWhitespace: true },
    },
    codeSplitting: {
      groups: [...groups],
    },
  })
  await build.close()
  const chunks = output.filter((file) => file.type === 'chunk')
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds)
  // All are made before any is written: who imports meanwhile should not meet half of the old and half of the new.
  const codes = [
    ...chunks.map(({ fileName, code, map }) => [fileName, readableCode(code, map)]),
    ...(await commonJsPrograms(directory)),
    ...(others.length > 0 ? [[noticesFile, noticesOf(directory, modules)]] : []),
  ]
  for (const [file = '', code = ''] of codes) {
    mkdirSync(dirname(join(dist, file)), { recursive: true })
    writeFileSync(join(dist, file), code)
  }
  const files = codes.map(([file = '']) => file)
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.c?js$/.test(file) && !files.includes(file)) rmSync(join(dist, file))
  }
  writeFileSync(stampFile, `${JSON.stringify({ fingerprint, files })}\n`)
}

/**
 * The modules that `exports` and `bin` name, as name in `dist` and path of the source.
 *
 * @param {string} directory
 * @returns {Record<string, string>}
 */
function publicEntries(directory) {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const targets = [...Object.values(exports).map((target) => target.default), ...Object.values(bin)]
  /** @type {Record<string, string>} */
  const entries = {}
  for (const target of targets) {
    const built = /^\.\/dist\/(.+)\.js$/.exec(target ?? '')?.[1]
    if (built !== undefined) entries[built] = join(directory, 'src', `${built}.ts`)
  }
  if (Object.keys(entries).length === 0) throw new Error(`${directory} has neither exports nor bin in dist`)
  // Threads are started by file, so theirs must be there though nobody imports it.
  for (const file of readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })) {
    const worker = /^(.*\/worker)\.ts$/.exec(file)?.[1]
    if (worker !== undefined) entries[worker] = join(directory, 'src', file)
  }
  return entries
}

/**
 * @param {string} directory
 * @param {Record<string, string>} entries
 * @param {readonly object[]} others
 */
function fingerprintOf(directory, entries, others) {
  const hash = createHash('sha256').update(JSON.stringify([entries, others]))
  for (const tool of TOOLS) hash.update(readFileSync(new URL(tool, import.meta.url)))
  for (const file of readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
    hash.update(`\0${file}\0`).update(readFileSync(join(directory, 'src', file)))
  }
  return hash.digest('hex')
}

/**
 * @param {string} file
 * @returns {Stamp}
 */
function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { fingerprint: '', files: [] }
  }
}

// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @typedef {{ readonly fingerprint: string, readonly files: readonly string[] }} Stamp */

const PARTS = /[\\/]src[\\/]check-parts[\\/]/
const IMPORTS_NODE = /from 'node:/
const HTTP = /[\\/]src[\\/]http[\\/]/
// What few requests need stays in files that a start does not load. Where Spring's paths lead is asked of every one.
const LOADED_LATER =
  /[\\/]http[\\/](openapi|schema|admin|metrics|formats[\\/]page|actuator(?![\\/]actuator-target))[\\/]/

/**
 * Bundles a package's public entries into a few modules, where sources or options have changed. Node takes about a
 * millisecond to load a module, whatever is in it: forty small ones would make every start of every service forty
 * milliseconds longer.
 *
 * @param {string} directory the package's directory
 */
export async function bundle(directory) {
  const entries = publicEntries(directory)
  const fingerprint = fingerprintOf(directory, entries)
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
    platform: 'neutral',
    // By name, not by path: other packages, which the boundaries allow to few; but for the compiler's own helpers.
    // The zero begins those that the bundler makes up.
    external: /^(?![./\0]|[A-Za-z]:|@oxc-project)/,
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
    // Two shared modules rather than one for each set of importers: fewer to load, wherever one comes in.
    codeSplitting: {
      groups: [
        {
          // All that hale-probe needs before it asks, in one module: starting is most of what it does.
          name: 'probe',
          test: /[\\/]src[\\/]probe[\\/](?!ask-grpc|tls-connection|read-arguments|probe-flags|help-text|health-said|body-rules|url-credentials|check-options|probe[.]ts|index|main)/,
        },
        { name: 'core', test: /[\\/]src[\\/](core|errors)[\\/]/ },
        { name: 'http', test: (id) => HTTP.test(id) && !LOADED_LATER.test(id) },
        // Those of Node apart: most checks run where there is none.
        {
          name: 'check-parts',
          test: (id) => PARTS.test(id) && !IMPORTS_NODE.test(readFileSync(id, 'utf8')),
          // What only one check needs goes into its own module.
          minShareCount: 2,
        },
      ],
    },
  })
  await build.close()
  const chunks = output.filter((file) => file.type === 'chunk')
  // All are made before any is written: who imports meanwhile should not meet half of the old and half of the new.
  const codes = [
    ...chunks.map(({ fileName, code, map }) => [fileName, readableCode(code, map)]),
    ...(await commonJsPrograms(directory)),
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
 */
function fingerprintOf(directory, entries) {
  const hash = createHash('sha256')
    .update(JSON.stringify(entries))
    .update(readFileSync(new URL(import.meta.url)))
    .update(readFileSync(new URL('./readable-code.mjs', import.meta.url)))
    .update(readFileSync(new URL('./common-js.mjs', import.meta.url)))
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

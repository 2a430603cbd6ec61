// @ts-check
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pack } from '../pack.mjs'
import { inProject, projectRoot } from '../project.mjs'
import { runNode, runNpm } from '../run-program.mjs'
import { sizeBudget } from '../size-budget.mjs'
import { publintProblems } from './publint.mjs'
import { publishedTypes } from './published-types.mjs'
import { verdict } from './verdict.mjs'

/** @typedef {import('../pack.mjs').Packed} Packed */

/**
 * Packs the library as it is published and uses it as its users will.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function packedPackage(root = projectRoot) {
  const directory = join(root, 'packages', 'hale')
  if (!existsSync(join(directory, 'dist'))) return verdict(0, 'packed files', [])
  const workplace = mkdtempSync(join(tmpdir(), 'hale-package-'))
  try {
    const packed = await pack(directory, workplace)
    const tarball = join(workplace, packed.filename)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const problems = await Promise.all([
      promises(manifest, packed),
      publintProblems(tarball),
      wrongTypes(tarball),
      installed(workplace, tarball, directory, manifest, root),
    ])
    return verdict(packed.files.length, 'packed files', problems.flat())
  } finally {
    rmSync(workplace, { recursive: true, force: true })
  }
}

/**
 * What the manifest and the list of files promise.
 *
 * @param {{ dependencies?: object, optionalDependencies?: object, exports?: object, scripts?: Record<string, string> }} manifest
 * @param {Packed} packed
 */
async function promises(manifest, { size, files }) {
  const problems = []
  const runtime = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  if (runtime.length > 0) problems.push(`the library has run-time dependencies: ${runtime.join(', ')}`)
  if (manifest.scripts?.install || manifest.scripts?.postinstall)
    problems.push('the library runs a script at install')
  const { mostBytes, subPaths } = sizeBudget(manifest)
  if (size > mostBytes)
    problems.push(`packed it is ${size} bytes, more than ${mostBytes} for ${subPaths} sub-paths`)
  for (const needed of ['README.md', 'LICENSE', 'package.json']) {
    if (!files.some(({ path }) => path === needed)) problems.push(`${needed} is not in the package`)
  }
  for (const { path } of files) {
    if (/(^|\/)(src|node_modules)\/|\.test\.|\.tsbuildinfo$/.test(path))
      problems.push(`${path} does not belong in the package`)
  }
  return problems
}

/** @param {string} tarball */
async function wrongTypes(tarball) {
  // ESM only, which Node loads by require() too: what is asked here is whether types and code agree for importers.
  const { code, output } = await runNode(
    inProject('node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js'),
    [
      tarball,
      '--profile',
      'esm-only',
      '--no-color',
      '--no-emoji',
      '--format',
      'ascii',
      '--exclude-entrypoints',
      './package.json',
    ],
  )
  return code === 0 ? [] : [`attw: ${output.trim()}`]
}

/**
 * Installs the tarball alone into a project of its own, type-checks it, and loads every sub-path in both ways.
 *
 * @param {string} workplace
 * @param {string} tarball
 * @param {string} directory the package as it was built
 * @param {import('./published-types.mjs').Manifest & { peerDependencies?: Record<string, string> }} manifest
 * @param {string} root
 */
async function installed(workplace, tarball, directory, manifest, root) {
  writeFileSync(join(workplace, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n')
  const install = await runNpm(
    ['install', tarball, '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: workplace },
  )
  if (install.code !== 0) return [`the tarball does not install: ${install.output.trim()}`]
  lendPeers(workplace, manifest, root)
  const problems = absolutePaths(join(workplace, 'node_modules', manifest.name), root)
  problems.push(...(await publishedTypes(workplace, directory, manifest)))
  const specifiers = Object.keys(manifest.exports ?? {}).map((subPath) => manifest.name + subPath.slice(1))
  if (specifiers.length === 0) return [...problems, 'the package exports nothing']
  writeFileSync(join(workplace, 'load.mjs'), LOAD)
  const load = await runNode(join(workplace, 'load.mjs'), specifiers, { cwd: workplace })
  if (load.code !== 0) problems.push(...load.output.trim().split('\n'))
  return problems
}

/**
 * A sub-path that imports its framework can be loaded by who has it: the optional peers are lent from here.
 *
 * @param {string} workplace
 * @param {{ peerDependencies?: Record<string, string> }} manifest
 * @param {string} root
 */
function lendPeers(workplace, { peerDependencies = {} }, root) {
  for (const name of Object.keys(peerDependencies)) {
    const place = join(workplace, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), place, 'junction')
  }
}

const LOAD = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const specifier of process.argv.slice(2)) {
  const json = specifier.endsWith('.json')
  const ways = { require: () => require(specifier) }
  if (!json) ways.import = () => import(specifier)
  for (const [way, load] of Object.entries(ways)) {
    try {
      if (Object.keys(await load()).length === 0) throw new Error('it exports nothing')
    } catch (error) {
      process.exitCode = 1
      console.error(\`\${way} of \${specifier}: \${error.message}\`)
    }
  }
}
`

/**
 * @param {string} directory
 * @param {string} root
 */
function absolutePaths(directory, root) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(c?js|d\.ts|json|map)$/.test(file))
    .filter((file) => readFileSync(join(directory, file), 'utf8').includes(root))
    .map((file) => `${file} names a directory of the machine that built it`)
}

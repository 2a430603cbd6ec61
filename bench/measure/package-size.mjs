// @ts-check
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from '../../tools/pack.mjs'
import { total } from './statistics.mjs'

const bench = fileURLToPath(new URL('../', import.meta.url))

/**
 * @typedef {object} PackageSize
 * @property {number} packedBytes the archive that a registry would serve
 * @property {number} installedBytes unpacked, with all dependencies
 * @property {number} packages how many an install brings
 */

/**
 * @param {string} name one of `bench/package.json`'s dependencies
 * @returns {Promise<PackageSize>}
 */
export async function packageSize(name) {
  const directory = directoryOf(name, bench)
  const { size, unpackedSize } = name === 'hale' ? await published(directory) : packed(directory)
  const dependencies = dependenciesOf(directory, new Set())
  return {
    packedBytes: size,
    installedBytes: unpackedSize + total([...dependencies].map(bytesIn)),
    packages: 1 + dependencies.size,
  }
}

/**
 * hale as it is published, which is not the tree that it is built in.
 *
 * @param {string} directory
 */
async function published(directory) {
  const destination = mkdtempSync(path.join(tmpdir(), 'hale-size-'))
  try {
    return await pack(directory, destination)
  } finally {
    rmSync(destination, { recursive: true, force: true })
  }
}

/**
 * Packs nothing to disk, runs no script and asks no registry.
 *
 * @param {string} directory
 * @returns {{ size: number, unpackedSize: number }}
 */
function packed(directory) {
  const options = ['--dry-run', '--json', '--ignore-scripts', '--loglevel=error']
  const output = JSON.parse(
    execFileSync('npm', ['pack', directory, ...options], { encoding: 'utf8', cwd: bench }),
  )
  const [report] = Array.isArray(output) ? output : Object.values(output)
  return report
}

/**
 * Dependencies, not peer dependencies: those are what a service has already.
 *
 * @param {string} directory
 * @param {Set<string>} found
 */
function dependenciesOf(directory, found) {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    const dependency = directoryOf(name, directory)
    if (found.has(dependency)) continue
    found.add(dependency)
    dependenciesOf(dependency, found)
  }
  return found
}

/**
 * @param {string} name
 * @param {string} from where it is looked up, as Node does
 */
function directoryOf(name, from) {
  for (let parent = from; ; parent = path.dirname(parent)) {
    const candidate = path.join(parent, 'node_modules', name)
    if (existsSync(candidate)) return realpathSync(candidate)
    if (parent === path.dirname(parent)) throw new Error(`${name} is not installed`)
  }
}

/**
 * @param {string} directory
 * @returns {number} without what is nested in its own node_modules, which counts by itself
 */
function bytesIn(directory) {
  return total(
    readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const child = path.join(directory, entry.name)
      if (entry.isDirectory()) return entry.name === 'node_modules' ? 0 : bytesIn(child)
      return entry.isFile() ? statSync(child).size : 0
    }),
  )
}

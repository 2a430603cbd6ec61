// @ts-check
import './required-node.mjs'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { inProject } from './project.mjs'
import { runNpm } from './run-program.mjs'
import { numberedSteps, runTool, StepError, takesNoArguments } from './steps.mjs'

/** @typedef {{ filename: string, size: number, unpackedSize: number, files: { path: string }[] }} Packed */

/** What npm packs whatever `files` says, and what `files` names here. */
const PACKED = ['package.json', 'README.md', 'LICENSE', 'dist']

/** What is built for it: no examples. */
const PROJECTS = ['packages/hale', 'packages/hale/tsconfig.nest.json', join('packages', 'cli')]

/**
 * Makes the tarball of the library that is published. In a copy, since bundled declarations in `dist` would be pulled from under
 * the compilers and editors that work with the single ones.
 *
 * @param {string} directory the package's directory, built
 * @param {string} destination where the tarball goes
 * @returns {Promise<Packed>}
 */
export async function pack(directory, destination) {
  const { bundleDeclarations } = await import('./bundle-declarations.mjs')
  const copy = mkdtempSync(join(tmpdir(), 'hale-pack-'))
  try {
    for (const name of PACKED) {
      if (existsSync(join(directory, name)))
        cpSync(join(directory, name), join(copy, name), { recursive: true })
    }
    // Its scripts are about this repository.
    const { scripts: _, ...manifest } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
    writeFileSync(join(copy, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    await bundleDeclarations(copy)
    return await packAsItIs(copy, destination)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/**
 * Makes the tarball of a package that has no declarations, such as the command line.
 *
 * @param {string} directory the package's directory, built
 * @param {string} destination where the tarball goes
 * @returns {Promise<Packed>}
 */
export async function packAsItIs(directory, destination) {
  const { code, output } = await runNpm(
    ['pack', '--json', '--ignore-scripts', '--loglevel=silent', '--pack-destination', destination],
    { cwd: directory },
  )
  if (code !== 0) throw new StepError(`npm pack failed: ${output.trim()}`)
  const [packed] = JSON.parse(output.slice(output.indexOf('[')))
  return packed
}

/** @param {Packed} packed */
const named = ({ filename, size }) => `${filename}, ${Math.round(size / 1000)} kB`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    takesNoArguments('installs, builds, and makes the tarballs that are published')
    const { step } = numberedSteps(4)
    await step(
      'installing',
      () => install('all'),
      (did) => (did ? '' : 'already there'),
    )
    await step('building', () => build(PROJECTS))
    await step('packing the library', () => pack(inProject('packages', 'hale'), inProject()), named)
    await step('packing the command', () => packAsItIs(inProject('packages', 'cli'), inProject()), named)
  })
}

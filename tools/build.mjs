// @ts-check
import './required-node.mjs'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle } from './bundle.mjs'
import { insideOfCli } from './bundled-packages.mjs'
import { commandGroups } from './chunk-groups.mjs'
import { projectRoot } from './project.mjs'
import { runNode } from './run-program.mjs'
import { numberedSteps, runTool, StepError } from './steps.mjs'

/**
 * Compiles projects and those they reference, as far as their sources changed. Of packages tsc makes the
 * declarations, and the bundler the code.
 *
 * @param {readonly string[]} projects directories, relative to the root; none means all of tsconfig.json
 * @param {string} [root]
 */
export async function build(projects = [], root = projectRoot) {
  removeStale(root)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { code, output } = await runNode(tsc, ['-b', ...projects], { cwd: root })
  if (code !== 0) throw new StepError(`tsc -b failed:\n\n${output.trim()}`)
  await bundle(join(root, 'packages', 'hale'))
  const cli = join('packages', 'cli')
  if (existsSync(join(root, cli)) && (projects.length === 0 || projects.includes(cli)))
    await bundle(join(root, cli), { inside: insideOfCli, groups: commandGroups })
}

/**
 * tsc never deletes: what it built from a source that is gone would be packed, and imported by mistake.
 *
 * @param {string} root
 */
function removeStale(root) {
  for (const [group, built] of /** @type {const} */ ([
    ['packages', /\.d\.ts$/],
    ['examples', /\.(js|d\.ts)$/],
  ])) {
    for (const name of existsSync(join(root, group)) ? readdirSync(join(root, group)) : []) {
      const dist = join(root, group, name, 'dist')
      if (!existsSync(dist)) continue
      for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
        if (!built.test(file)) continue
        const source = join(root, group, name, 'src', file.replace(built, '.ts'))
        if (!existsSync(source)) rmSync(join(dist, file))
      }
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    const { step } = numberedSteps(1)
    await step('building', () => build(process.argv.slice(2)))
  })
}

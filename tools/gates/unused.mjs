// @ts-check
import { join } from 'node:path'
import { inProject, projectRoot } from '../project.mjs'
import { runNode } from '../run-program.mjs'
import { filesMatching } from './files.mjs'
import { verdict } from './verdict.mjs'

/**
 * Files, exports and dependencies that nobody uses, and dependencies that nobody declared; by knip.json of the root.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function unused(root = projectRoot) {
  const sources = filesMatching(root, /^packages\/[^/]+\/src\/.*\.ts$/)
  if (sources.length === 0) return verdict(0, 'source files', [])
  const { code, output } = await runNode(
    inProject('node_modules', 'knip', 'bin', 'knip.js'),
    // A pattern of the configuration that matches nothing would make knip see less than it seems to.
    ['--no-progress', '--treat-config-hints-as-errors', '--config', join(root, 'knip.json')],
    { cwd: root },
  )
  return verdict(sources.length, 'source files', code === 0 ? [] : [output.trim()])
}

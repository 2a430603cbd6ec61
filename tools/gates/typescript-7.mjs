// @ts-check
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { inProject, projectRoot } from '../project.mjs'
import { runNode } from '../run-program.mjs'
import { listedFiles } from './types.mjs'
import { verdict } from './verdict.mjs'

/** What is made for a framework has a project of its own, since the framework need not be installed. */
const PROJECTS = ['packages/hale', 'packages/hale/tsconfig.nest.json']

/**
 * The native compiler takes the library too: its users choose either.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function typescript7(root = projectRoot) {
  const results = await Promise.all(
    PROJECTS.filter((project) => existsSync(join(root, project))).map((project) =>
      runNode(
        inProject('node_modules', 'typescript-7', 'bin', 'tsc'),
        ['-p', project, '--noEmit', '--listFiles', '--pretty', 'false'],
        { cwd: root },
      ),
    ),
  )
  const listed = results.map(({ code, output }) => ({ code, listed: listedFiles(output) }))
  const sources = new Set(
    listed
      .flatMap(({ listed: [files] }) => files)
      .filter((file) => /[\\/]packages[\\/]hale[\\/]src[\\/]/.test(file)),
  )
  return verdict(
    sources.size,
    'source files',
    listed.flatMap(({ code, listed: [, said] }) => (code === 0 ? [] : [said])),
  )
}

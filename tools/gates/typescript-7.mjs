// @ts-check
import { inProject, projectRoot } from '../project.mjs'
import { runNode } from '../run-program.mjs'
import { listedFiles } from './types.mjs'
import { verdict } from './verdict.mjs'

/**
 * The native compiler takes the library too: its users choose either.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function typescript7(root = projectRoot) {
  const { code, output } = await runNode(
    inProject('node_modules', 'typescript-7', 'bin', 'tsc'),
    ['-p', 'packages/hale', '--noEmit', '--listFiles', '--pretty', 'false'],
    { cwd: root },
  )
  const [files, said] = listedFiles(output)
  const sources = files.filter((file) => /[\\/]packages[\\/]hale[\\/]src[\\/]/.test(file))
  return verdict(sources.length, 'source files', code === 0 ? [] : [said])
}

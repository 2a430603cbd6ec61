// @ts-check
import { inProject, projectRoot } from '../project.mjs'
import { runNode } from '../run-program.mjs'
import { verdict } from './verdict.mjs'

/**
 * One checker, since what several infer depends on which of them comes to a file first: literals were widened in one
 * run and not in the next.
 */
const CHECKERS = ['--checkers', '1']

/**
 * Type-checks what no build compiles: tests against the built package, and the tools. The native compiler does it in
 * half the time; sources are compiled by the ordinary one.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function types(root = projectRoot) {
  const { code, output } = await runNode(
    inProject('node_modules', 'typescript-7', 'bin', 'tsc'),
    ['-p', 'tsconfig.tests.json', '--listFiles', '--pretty', 'false', ...CHECKERS],
    { cwd: root },
  )
  const [files, said] = listedFiles(output)
  const tests = files.filter((file) => file.endsWith('.test.ts'))
  return verdict(tests.length, 'test files', code === 0 ? [] : [said])
}

/**
 * Parts what tsc lists from what it says.
 *
 * @param {string} output
 * @returns {[files: string[], said: string]}
 */
export function listedFiles(output) {
  const lines = output.trim().split('\n')
  const isFile = (/** @type {string} */ line) => /^(?:\/|[A-Za-z]:)\S.*\.[cm]?[tj]s$/.test(line.trim())
  return [lines.filter(isFile), lines.filter((line) => !isFile(line)).join('\n')]
}

// @ts-check
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { projectRoot } from './project.mjs'

/**
 * @typedef {object} Finished
 * @property {number} code the exit code, or 128 and more after a signal as in a shell
 * @property {string} output standard output and error, in the order in which they came
 */

/**
 * Runs a program to its end. Its output is kept unless `inherit` shows it as it comes.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, inherit?: boolean, shell?: boolean }} [options]
 * @returns {Promise<Finished>}
 */
export function runProgram(
  path,
  args,
  { cwd = projectRoot, env = process.env, inherit = false, shell = false } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd,
      env,
      shell,
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code: code ?? (signal === null ? 1 : 128 + constants.signals[signal]), output })
    })
  })
}

/**
 * Runs a JavaScript file with this very Node.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Parameters<typeof runProgram>[2]} [options]
 */
export const runNode = (file, args, options) => runProgram(process.execPath, [file, ...args], options)

/**
 * Runs npm: the one that runs us, if one does, else the one on PATH.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof runProgram>[2]} [options]
 * @returns {Promise<Finished>}
 */
export async function runNpm(args, options) {
  const own = process.env.npm_execpath
  if (own?.endsWith('npm-cli.js')) return runNode(own, args, options)
  try {
    return await runProgram('npm', args, { ...options, shell: process.platform === 'win32' })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
    return { code: 127, output: 'npm is not on PATH; it comes with Node: https://nodejs.org' }
  }
}

// @ts-check
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'

/** A load average from which on something else is taking part in the measurement. */
export const busy = 0.5

const bench = new URL('../', import.meta.url)

/**
 * What the figures were measured on, as Markdown list items.
 *
 * @param {number} loadBefore the load average when the run began
 */
export function machine(loadBefore) {
  const [processor] = os.cpus()
  const kernel = `${os.type()} ${os.release().split('-')[0]}`
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GB`
  const others = loadBefore > busy ? ', **so others were at work**' : ''
  return [
    `${os.cpus().length} × ${processor?.model.trim() ?? os.arch()}, ${memory}, ${kernel}`,
    `load average before the run: ${loadBefore.toFixed(2)}${others}`,
    `Node.js ${process.version}`,
    `hale ${version('hale')}${commit()}`,
    `beside it: ${peers()
      .map((name) => `${name} ${version(name)}`)
      .join(', ')}`,
  ]
}

/** @param {string} name */
function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, bench), 'utf8')).version
}

function peers() {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', bench), 'utf8'))
  return Object.keys(dependencies).filter((name) => name !== 'hale')
}

/**
 * The commit, where there is one: figures should be traceable, but a copy without a history can be measured
 * too.
 */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: bench, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    const changed = git('status', '--porcelain', '--', '../packages/hale') === '' ? '' : ', changed since'
    return ` (commit ${git('rev-parse', '--short', 'HEAD')}${changed})`
  } catch {
    return ''
  }
}

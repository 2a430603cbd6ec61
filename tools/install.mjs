// @ts-check
import './required-node.mjs'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inTurn } from './in-turn.mjs'
import { projectRoot } from './project.mjs'
import { runNpm } from './run-program.mjs'
import { numberedSteps, runTool, StepError } from './steps.mjs'

/** @typedef {'example' | 'all'} Scope */

/**
 * What each scope asks of `npm ci`, which takes exact versions from the one lock file. The example's own
 * devDependencies hold what its build needs, so that the filter leaves out test runners, drivers and linters. npm
 * installs optional peers that the lock file knows from elsewhere, thirty packages of Nest, unless peers are ignored.
 *
 * @type {Record<Scope, string[]>}
 */
const FILTERS = {
  example: ['--workspace', 'examples/service', '--include-workspace-root=false', '--legacy-peer-deps'],
  all: [],
}

/** No dependency needs its install script: everything native comes prebuilt inside a package. */
const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

const LAST_LINES = 15

/** @param {string} root */
const markerFile = (root) => join(root, 'node_modules', '.hale-installed.json')

/** @param {string} root */
function fingerprint(root) {
  const lock = readFileSync(join(root, 'package-lock.json'))
  // Prebuilt binaries differ by platform, so a node_modules carried to another one does not count.
  return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex')
}

/**
 * @param {Scope} scope
 * @param {string} [root]
 */
export function isInstalled(scope, root = projectRoot) {
  if (!existsSync(markerFile(root))) return false
  try {
    const marker = JSON.parse(readFileSync(markerFile(root), 'utf8'))
    return marker.fingerprint === fingerprint(root) && (marker.scope === scope || marker.scope === 'all')
  } catch {
    return false
  }
}

/**
 * Installs what a scope needs, unless it is there. The marker is taken away first and written last, so an
 * interrupted installation is repeated.
 *
 * @param {Scope} scope
 * @param {string} [root]
 * @returns {Promise<boolean>} whether anything was done
 */
export async function install(scope, root = projectRoot) {
  if (isInstalled(scope, root)) return false
  // `npm start` and `npm test` of two terminals would take each other's node_modules away.
  return inTurn(join(root, '.installing'), () => installNow(scope, root))
}

/**
 * @param {Scope} scope
 * @param {string} root
 */
async function installNow(scope, root) {
  if (isInstalled(scope, root)) return false
  rmSync(markerFile(root), { force: true })
  const { code, output } = await runNpm(['ci', ...FILTERS[scope], ...QUIETLY], { cwd: root })
  if (code !== 0) {
    // A refusal ends in npm's manual page for the command, which pushes the reason out of sight.
    const [reason = ''] = output.split(/^npm error Clean install a project$/m)
    const said = reason.trim().split('\n').slice(-LAST_LINES).join('\n')
    throw new StepError(`npm ci failed with exit code ${code}. Its last lines:\n\n${said}\n\n${mend(output)}`)
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(markerFile(root), `${JSON.stringify({ scope, fingerprint: fingerprint(root) })}\n`)
  return true
}

/**
 * What helps where npm could not reach its registry; undefined where that is not what went wrong.
 *
 * @param {string} output what npm said
 */
export function networkMend(output) {
  return /ENOTFOUND|ENOTCACHED|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN|network/i.test(output)
    ? 'Mend: npm could not reach its registry. See that the network is up (`npm ping`), then try again.'
    : undefined
}

/** @param {string} output */
function mend(output) {
  const network = networkMend(output)
  if (network !== undefined) return network
  if (/can only install packages when your package.json and package-lock.json/i.test(output)) {
    return 'Mend: see CONTRIBUTING.md, "Dependencies", for how to write a complete package-lock.json.'
  }
  return 'Mend: see above; `rm -rf node_modules` and another try help when an earlier installation broke off.'
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    const scope = process.argv[2] ?? 'all'
    if (scope !== 'all' && scope !== 'example')
      throw new StepError(`no scope ${scope}: say 'example' or 'all'`)
    const { step } = numberedSteps(1)
    await step(
      `installing (${scope})`,
      () => install(scope),
      (did) => (did ? '' : 'already there'),
    )
  })
}

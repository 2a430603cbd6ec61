// @ts-check
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { insideOfCli, noticesFile } from '../bundled-packages.mjs'
import { packAsItIs } from '../pack.mjs'
import { projectRoot } from '../project.mjs'
import { runProgram } from '../run-program.mjs'
import { publintProblems } from './publint.mjs'
import { verdict } from './verdict.mjs'

/** @typedef {import('../pack.mjs').Packed} Packed */
/** @typedef {{ version: string, bin: { hale: string }, dependencies: Record<string, string>, devDependencies?: Record<string, string>, exports: Record<string, string> }} Manifest */

const mostBytes = 256 * 1024

/**
 * Packs the command line as it is published, and runs every verb of it in a folder of its own.
 *
 * @type {import('./verdict.mjs').Gate}
 */
export async function packedCli(root = projectRoot) {
  const directory = join(root, 'packages', 'cli')
  if (!existsSync(join(directory, 'dist'))) return verdict(0, 'packed files', [])
  const workplace = mkdtempSync(join(tmpdir(), 'hale-cli-'))
  try {
    const packed = await packAsItIs(directory, workplace)
    const tarball = join(workplace, packed.filename)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const problems = [
      ...promises(manifest, packed),
      ...(await publintProblems(tarball)),
      ...(await verbProblems(workplace, tarball, manifest, root)),
      ...noticeProblems(installedIn(workplace), manifest, root),
    ]
    return verdict(packed.files.length, 'packed files', problems)
  } finally {
    rmSync(workplace, { recursive: true, force: true })
  }
}

/**
 * @param {Manifest} manifest
 * @param {Packed} packed
 */
function promises({ bin, exports }, { size, files }) {
  const paths = files.map(({ path }) => path)
  const problems = size > mostBytes ? [`packed it is ${size} bytes, more than ${mostBytes}`] : []
  const needed = ['README.md', 'LICENSE', ...[...Object.values(bin), ...Object.values(exports)].map(plain)]
  for (const path of needed) if (!paths.includes(path)) problems.push(`${path} is not in the package`)
  for (const path of paths) {
    if (/(^|\/)(src|node_modules|corpus)\/|\.test\.|\.d\.ts$|\.tsbuildinfo$/.test(path))
      problems.push(`${path} does not belong in the package`)
  }
  return problems
}

/** @param {string} path */
const plain = (path) => path.replace(/^\.\//, '')

/**
 * Each verb does its work from the package as it was unpacked. What it depends on is lent from here: npm's cache holds
 * no lists of versions, so nothing could be installed without a network.
 *
 * @param {string} workplace
 * @param {string} tarball
 * @param {Manifest} manifest
 * @param {string} root
 */
async function verbProblems(workplace, tarball, { version, bin, dependencies }, root) {
  const installed = installedIn(workplace)
  mkdirSync(installed, { recursive: true })
  const { code, output } = await runProgram('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  if (code !== 0) return [`the tarball does not unpack: ${output.trim()}`]
  for (const name of Object.keys(dependencies)) {
    const place = join(workplace, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(folderOf(name, root), place, 'junction')
  }
  const checks = "{ here: { type: disk, path: '.', freeBytes: { downAt: 1 } } }"
  writeFileSync(join(workplace, 'hale.yaml'), `service: { name: orders }\nchecks: ${checks}\n`)
  /** @param {readonly [line: string, code: number, says: RegExp]} wanted */
  const problemOf = async ([line, wanted, says]) => {
    const words = [join(installed, plain(bin.hale)), ...line.split(' ')]
    const ran = await runProgram(process.execPath, words, { cwd: workplace })
    const right = ran.code === wanted && says.test(ran.output)
    return right ? [] : [`hale ${line} ended with ${ran.code}, and said: ${ran.output.trim()}`]
  }
  const found = await Promise.all([
    problemOf(['--version', 0, new RegExp(`^${version}\\n$`)]),
    problemOf(['--help', 0, /^Usage: hale <verb>/]),
    problemOf(['probe tcp://127.0.0.1:1', 1, /^DOWN tcp:\/\/127\.0\.0\.1:1: connection refused/]),
    problemOf(['probe grpc://127.0.0.1:1', 1, /^DOWN grpc:\/\/127\.0\.0\.1:1: connection refused/]),
    problemOf(['watch --once http://127.0.0.1:1/', 1, /DOWN .*connection refused/]),
    problemOf(['serve --check-config', 0, /hale\.yaml/]),
    problemOf(['completion bash', 0, /^complete .*-F _hale hale$/m]),
    problemOf(['generate kubernetes --out deploy --image orders:1', 0, /created +deploy\/deployment\.yaml/]),
  ])
  return [...found.flat(), ...(await problemOf(['doctor deploy', 0, /nothing found/]))]
}

/** @param {string} workplace */
const installedIn = (workplace) => join(workplace, 'node_modules', '@hale', 'cli')

/**
 * @param {string} name
 * @param {string} root
 * @returns {string} where a dependency of the command line is
 */
function folderOf(name, root) {
  const own = join(root, 'packages', 'cli', 'node_modules', name)
  return existsSync(own) ? own : join(root, 'node_modules', name)
}

/**
 * What holds another's code says so, in its owner's words, and does not have npm fetch it once more.
 *
 * @param {string} installed
 * @param {Manifest} manifest
 * @param {string} root
 */
function noticeProblems(installed, { dependencies = {}, devDependencies = {} }, root) {
  const notices = textOf(join(installed, 'dist', noticesFile)) ?? ''
  return Object.keys(insideOfCli).flatMap((name) => {
    const licence = textOf(join(folderOf(name, root), 'LICENSE'))?.trim()
    const told = licence !== undefined && notices.includes(licence)
    return [
      ...(told ? [] : [`dist/${noticesFile} lacks the licence of ${name}, which is bundled`]),
      ...(name in dependencies || !(name in devDependencies)
        ? [`${name} is bundled, so it belongs into devDependencies`]
        : []),
    ]
  })
}

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)

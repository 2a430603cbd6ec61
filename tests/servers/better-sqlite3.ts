import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, test } from 'vitest'
import { provide } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

/** As much of a database of better-sqlite3 as tests use. */
export interface BetterSqlite3Database {
  readonly open: boolean
  exec(sql: string): unknown
  prepare(sql: string): { get(): unknown; iterate(): Iterator<unknown> }
  close(): unknown
}

type OpenDatabase = (file: string) => BetterSqlite3Database

/** A version, and what npm says of its package. */
interface Release {
  readonly version: string
  readonly integrity: string
}

// Version 13 brings its binaries, which ask for Node-API 10: on Node 20, which has 9, it crashes the process. Version
// 12 is compiled for each version of Node. Neither is a devDependency: without --ignore-scripts `npm ci` of npm 10
// runs node-gyp for both, and fails where there is no Python.
const withBinaries: Release = {
  version: '13.2.0',
  integrity:
    'sha512-Z8Q/9x/uNyKxA1v4FNodyItRVRw1TeKBrmj32JhxhR0ceNcBY+wMobt/Bv7M7TzwPAXjnZRtNaEsATnUZSKWZQ==',
}
const asSource: Release = {
  version: '12.11.1',
  integrity:
    'sha512-dq9AtApgg5PGFtBzPFSBl3HZQjHok5gaQCM6zh2Yk0aSmDCs1CbnVI8/HgASQkNKsWFpseIO9beg5xxpYhbIfA==',
}

class Unavailable extends Error {}

/**
 * Describes tests that need better-sqlite3, of the version that runs on this Node. A full run gets it from npm, and
 * compiles it where it must; otherwise they become a skipped test that says so: nobody's tests compile unasked.
 */
export function whenBetterSqlite3(title: string, body: (openDatabase: OpenDatabase) => void): void {
  const provision = provideModule()
  if (typeof provision === 'string') test(title, (context) => context.skip(provision))
  else describe(title, () => body(provision))
}

/** @returns how to open a database, or why there is none */
function provideModule(): OpenDatabase | string {
  const wanted = process.env.HALE_FULL === '1' || process.env.CI === 'true'
  if (!wanted) return 'downloads and compiles better-sqlite3: set CI=true, or run npm test -- --full'
  try {
    return load()
  } catch (error) {
    if (error instanceof Unavailable) return `better-sqlite3 could not be had: ${error.message}`
    throw error
  }
}

function load(): OpenDatabase {
  const compiled = Number(process.versions.napi) < 10
  const directory = fetched(compiled ? asSource : withBinaries)
  const options = compiled ? { nativeBinding: compile(directory) } : {}
  const Database = createRequire(import.meta.url)(directory) as new (
    file: string,
    options: object,
  ) => BetterSqlite3Database
  return (file) => new Database(file, options)
}

/** @returns where its package has been unpacked */
function fetched({ version, integrity }: Release): string {
  const { path } = createServerDirectory('better-sqlite3')
  run('npm', ['pack', `better-sqlite3@${version}`, '--ignore-scripts', '--loglevel=error'], path)
  const archive = `better-sqlite3-${version}.tgz`
  const found = createHash('sha512')
    .update(readFileSync(join(path, archive)))
    .digest('base64')
  if (integrity !== `sha512-${found}`) throw new Unavailable(`${archive} is not the one that was published`)
  run('tar', ['-xzf', archive], path)
  return join(path, 'package')
}

/**
 * Compiles it as its binding.gyp does, except that nothing is optimised: node-gyp takes 55 s of processor time for
 * what is asked a few hundred questions.
 *
 * @returns the binary
 */
function compile(directory: string): string {
  const headers = join(dirname(dirname(process.execPath)), 'include', 'node')
  if (!existsSync(join(headers, 'node.h'))) throw new Unavailable(`Node's headers are not in ${headers}`)
  const compiler = provide({ name: 'a C++ compiler', program: 'g++', debianPackage: 'g++' })
  if (compiler.how !== 'program') throw new Unavailable(compiler.how === 'missing' ? compiler.reason : '')
  const listed = readFileSync(join(directory, 'deps', 'defines.gypi'), 'utf8')
  const defines = [...listed.matchAll(/'(\w+(?:=[^']*)?)',/g)].map(([, define]) => `-D${define}`)
  const plainly = ['-O0', '-w', '-fPIC', '-Ideps/sqlite3']
  const c = [
    '-x',
    'c',
    '-std=c99',
    '-D_GNU_SOURCE',
    ...defines,
    '-c',
    'deps/sqlite3/sqlite3.c',
    '-o',
    'sqlite3.o',
  ]
  run(compiler.path, [...plainly, ...c], directory)
  const binary = join(directory, 'better_sqlite3.node')
  const node = ['-std=c++20', '-DNODE_GYP_MODULE_NAME=better_sqlite3', `-I${headers}`]
  // Its own symbols before those of another SQLite in the process.
  const linked = ['-shared', '-Wl,-Bsymbolic', 'src/better_sqlite3.cpp', 'sqlite3.o', '-o', binary]
  run(compiler.path, [...plainly, ...node, ...linked], directory)
  return binary
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (status === 0) return
  const said = (error?.message ?? stderr).trim().split('\n').slice(-3).join(' ')
  throw new Unavailable(`${program} ${args[0]}: ${said}`)
}
